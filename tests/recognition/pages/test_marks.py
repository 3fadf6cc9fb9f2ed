from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.ink.images.binarize import Ink, binarize
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.strokes import Box
from digitcnn.recognition.pages.marks import (
    find_strokes,
    find_underlines,
    without_crossed_out,
    without_halves,
    without_rings,
    without_signs,
)
from digitcnn.recognition.reading import Digit
from testbed.numbers import load_pens
from testbed.pages import make_pages
from tests.support.made_digits import make_digit


def digit(label: int, x: float, y: float, width: float, height: float) -> Digit:
    return make_digit(label, 0.99, Box(x, y, width, height))


def leaning(x: float, y: float, width: float, height: float) -> Digit:
    pixels = np.zeros((28, 28), np.float32)
    cv2.line(pixels, (10, 24), (18, 4), (1.0,), 2)
    return replace(digit(1, x, y, width, height), pixels=pixels)


SEVEN, FIVE = digit(7, 0, 0, 50, 100), digit(5, 120, 0, 60, 100)


def labels(digits: list[Digit]) -> str:
    return "".join(str(each.label) for each in digits)


def test_slash_between_digits_is_left_out_and_a_leaning_one_stays():
    assert labels(without_signs([SEVEN, leaning(65, -10, 45, 120), FIVE])) == "75"
    assert labels(without_signs([SEVEN, leaning(65, 0, 45, 100), FIVE])) == "715"
    # On a line that slopes, a 1 sticks out on one side.
    assert labels(without_signs([SEVEN, leaning(65, 0, 45, 125), FIVE])) == "715"
    assert labels(without_signs([leaning(-65, -10, 45, 120), SEVEN, FIVE])) == "175"


def test_comma_between_digits_is_left_out():
    assert labels(without_signs([SEVEN, digit(1, 80, 90, 10, 30), FIVE])) == "75"
    assert labels(without_signs([SEVEN, digit(1, 80, 10, 10, 90), FIVE])) == "715"


def test_of_a_digit_and_its_two_loops_the_more_probable_stays():
    loops = [make_digit(0, 0.8, Box(2, 0, 46, 48)), make_digit(0, 0.8, Box(0, 50, 50, 50))]
    assert labels(without_halves([make_digit(8, 0.9, Box(0, 0, 50, 100)), *loops])) == "8"
    assert labels(without_halves([make_digit(8, 0.6, Box(0, 0, 50, 100)), *loops])) == "800"


def test_digits_side_by_side_or_one_below_another_are_no_halves():
    touching = make_digit(4, 0.9, Box(0, 0, 110, 100))
    assert labels(without_halves([touching, digit(1, 0, 0, 50, 70), digit(7, 55, 0, 50, 70)])) == "417"
    assert labels(without_halves([SEVEN, digit(5, 0, 110, 50, 100), digit(3, 0, 220, 50, 100)])) == "753"


def test_ring_around_digits_is_left_out_and_a_zero_with_something_in_a_corner_stays():
    ring = digit(0, -60, -60, 300, 220)
    assert labels(without_rings([ring, SEVEN, FIVE])) == "75"
    assert labels(without_rings([digit(0, 0, 0, 100, 150), digit(6, 5, 5, 40, 60)])) == "06"


def test_stroke_along_the_feet_of_digits_is_an_underline_and_one_through_them_is_none():
    ink = _level_stroke(at=150)
    lines = [[digit(7, 40, 50, 50, 100), digit(5, 110, 50, 50, 100)]]
    strokes = find_strokes(lines, ink)
    assert len(strokes) == 1
    assert find_underlines(lines, strokes, ink) == strokes
    assert without_crossed_out(lines, strokes, ink) == lines

    crossing = _level_stroke(at=100)
    strokes = find_strokes(lines, crossing)
    assert find_underlines(lines, strokes, crossing) == []
    beside = digit(3, 220, 50, 50, 100)
    assert without_crossed_out([[*lines[0], beside]], strokes, crossing) == [[beside]]
    assert without_crossed_out([*lines, [beside]], strokes, crossing) == [[], [beside]]
    # A page of nothing but what is crossed out is read as it stands.
    assert without_crossed_out(lines, strokes, crossing) == lines
    # The bars of touching digits may meet, as in 44.
    touching = digit(3, 165, 50, 50, 100)
    assert without_crossed_out([[*lines[0], touching]], strokes, crossing) == [[*lines[0], touching]]


def test_level_bars_that_end_inside_of_touching_digits_cross_nothing_out():
    crossing = _level_stroke(at=100)
    lines = [[digit(4, 10, 50, 60, 100), digit(8, 70, 50, 60, 100), digit(6, 130, 50, 60, 100)]]
    strokes = find_strokes(lines, crossing)
    assert without_crossed_out(lines, strokes, crossing) == lines


def _level_stroke(at: int) -> Ink:
    page = np.full((200, 300, 3), 220, np.uint8)
    cv2.line(page, (30, at), (180, at), (30, 30, 90), 8)
    return binarize(open_picture(page))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "least"),
    [("slash, comma, point, dash", 0.7), ("circled", 0.7), ("underlined", 0.8), ("struck out", 0.8)],
)
def test_marks_on_made_pages_are_no_digits(kind: str, least: float, data: Path):
    assert data
    reader = DigitReader()
    pages = make_pages(load_pens(), kind, 12, seed=23)
    right = [reader.read_image(np.asarray(page.source)).text == page.label for page in pages]

    assert np.mean(right) >= least
