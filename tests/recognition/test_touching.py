from itertools import islice
from pathlib import Path

import numpy as np

from digitcnn import DigitReader
from digitcnn.recognition.strip_model import detect_digits, find_middles
from testbed.numbers import draw_numbers, load_pens, make_numbers

BLANK = np.eye(11)[10]


def seeing(*steps: tuple[int, int, float], length: int = 24) -> np.ndarray:
    """Answers of the network, (length, 11): a digit's middle at some steps, each with its chance."""
    answers = np.tile(BLANK, (length, 1))
    for step, label, chance in steps:
        answers[step] = chance * np.eye(11)[label] + (1 - chance) * BLANK
    return answers


def test_neighboring_steps_are_one_digit():
    middles = find_middles(seeing((6, 4, 0.5), (7, 4, 0.9), (8, 4, 0.6)))
    assert [(middle.column, middle.label) for middle in middles] == [(7.0, 4)]
    assert middles[0].presence == 0.9


def test_two_like_digits_side_by_side_are_two():
    middles = find_middles(seeing((6, 4, 0.9), (7, 4, 0.9), (11, 4, 0.8)))
    assert [middle.label for middle in middles] == [4, 4]


def test_what_is_hardly_there_is_not_seen():
    assert find_middles(seeing((6, 4, 0.05))) == []
    assert find_middles(seeing()) == []


def test_a_long_line_is_not_read():
    assert detect_digits(np.ones((4, 4000), dtype=np.float32)) == []


def test_touching_numbers_of_unseen_writers_are_read(data: Path):
    """Three in five of a sample; `benchmarks/pictures.py` measures it on many more."""
    reader = DigitReader("reader")
    numbers = draw_numbers(islice(make_numbers(load_pens(), 40, gap=(-0.15, 0.0)), 20))
    right = sum(reader.read_image(number.source).text == number.label for number in numbers)  # type: ignore[arg-type]
    assert right >= 12
