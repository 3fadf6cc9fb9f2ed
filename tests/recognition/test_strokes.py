from pathlib import Path
from typing import cast

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.recognition.strokes import STROKE_COUNTS
from digitcnn.training.pen_strokes import load_pen_digits
from digitcnn.web.samples import sample_strokes
from testbed.numbers import MARKS, Sample, load_pens, make_numbers, mark_numbers

CIRCLE = np.array([(30 * np.cos(t), 30 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)])


def read(reader: DigitReader, number: Sample) -> str:
    return reader.read_strokes(cast(list[np.ndarray], number.source), expect="number").text


def test_an_eight_of_two_circles_is_one_digit():
    reading = DigitReader().read_strokes([CIRCLE * 0.8, CIRCLE + np.array([0, 55])], expect="number")

    assert reading.text == "8"


def test_two_zeros_over_one_another_are_two_lines():
    reading = DigitReader().read_strokes([CIRCLE, CIRCLE + np.array([0, 120])], expect="number")

    assert reading.text == "0\n0"


def test_an_eight_of_two_circles_begins_a_number():
    two = sample_strokes(2, 110)
    rings = [CIRCLE * 0.8 - [60, 0], CIRCLE * 0.8 + [-60, 48]]

    assert DigitReader().read_strokes([*rings, *two], expect="number").text == "82"


@pytest.mark.slow
@pytest.mark.parametrize("mark", MARKS)
def test_marks_beside_digits_are_no_digits(mark: str, data: Path):
    assert data
    reader = DigitReader()
    numbers = mark_numbers(make_numbers(load_pens(), 40, gap=(0.08, 0.5)), mark)
    right = [read(reader, number) == number.label for number in numbers]

    assert np.mean(right) > 0.85


@pytest.mark.slow
def test_digits_that_touch_are_parted_by_the_pen(data: Path):
    assert data
    reader = DigitReader()
    numbers = make_numbers(load_pens(), 60, gap=(-0.2, 0.0))
    right = [read(reader, number) == number.label for number in numbers]

    assert np.mean(right) > 0.92


def test_stroke_counts_are_those_of_the_training_writers(data: Path):
    assert data
    counts = np.zeros((2, 10, 4))
    for drawing in load_pen_digits():
        if drawing.part == "train" and not drawing.suspect:
            counts[int(drawing.source != "pendigits"), drawing.label, min(len(drawing.strokes), 4) - 1] += 1
    shares = (counts / counts.sum(axis=2, keepdims=True)).mean(axis=0)

    assert np.abs(shares - STROKE_COUNTS).max() < 0.01
