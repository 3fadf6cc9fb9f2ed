from itertools import islice
from pathlib import Path

import numpy as np

from digitcnn import DigitReader
from digitcnn.ink.strokes import Box
from digitcnn.recognition.lattice import Span
from digitcnn.recognition.reading import Digit
from digitcnn.recognition.strip_model import Detection, detect_digits, find_middles
from digitcnn.recognition.touching import Evidence
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


def as_read(label: int, *, refused: bool = False) -> Digit:
    pixels = np.zeros((28, 28), np.float32)
    return Digit(
        np.eye(10, dtype=np.float32)[label], 0.1 if refused else 0.9, refused, Box(0, 0, 9, 9), pixels
    )


def detected(label: int, presence: float = 0.8) -> Detection:
    return Detection(0.0, np.eye(10, dtype=np.float32)[label], presence)


def labels_after(evidence: Evidence, path: list[Span], digits: list[Digit]) -> list[int | None]:
    return [digit.label for digit in evidence.fill(path, digits)]


def test_a_refused_piece_of_a_touching_span_is_the_digit_that_is_detected_there():
    path = [Span(0, 1), Span(1, 3), Span(3, 4), Span(4, 5)]
    digits = [as_read(5), as_read(3), as_read(8, refused=True), as_read(7)]
    evidence = Evidence(
        [], [(1, 5)], {1: [detected(2), detected(9, 0.3)], 3: [detected(6)], 4: [detected(1)]}
    )
    assert labels_after(evidence, path, digits) == [5, 3, 6, 7]
    filled = evidence.fill(path, digits)[2]
    assert filled.nearest_probability == 0.8
    assert filled.box == digits[2].box


def test_refused_pieces_stay_refused_where_the_count_differs_or_most_of_the_span_is_refused():
    path, digits = [Span(0, 1), Span(1, 2)], [as_read(5), as_read(8, refused=True)]
    assert labels_after(Evidence([], [(0, 2)], {0: [detected(5)]}), path, digits) == [5, None]
    seen = {0: [detected(1)], 1: [detected(2)]}
    all_refused = [as_read(5, refused=True), as_read(8, refused=True)]
    assert labels_after(Evidence([], [(0, 2)], seen), path, all_refused) == [None, None]
    assert labels_after(Evidence([], [], seen), path, digits) == [5, None]


def test_touching_numbers_of_unseen_writers_are_read(data: Path):
    """Three in five of a sample; `benchmarks/pictures.py` measures it on many more."""
    reader = DigitReader("reader")
    numbers = draw_numbers(islice(make_numbers(load_pens(), 40, gap=(-0.15, 0.0)), 20))
    right = sum(reader.read_image(number.source).text == number.label for number in numbers)  # type: ignore[arg-type]
    assert right >= 12
