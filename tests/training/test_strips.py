import numpy as np
import pytest

from digitcnn.training.datasets import NOT_A_DIGIT
from digitcnn.training.pen_strokes import Drawing
from digitcnn.training.strips import BLANK, NumberMaker, build

ONE = [np.array([(4, 0), (4, 100)], float)]
SEVEN = [np.array([(0, 0), (60, 0), (20, 100)], float)]
ZIGZAG = [np.array([(0, 0), (60, 50), (0, 100), (60, 100)], float)]
DRAWINGS = [Drawing(ONE, 1, "made", "a", "1"), Drawing(SEVEN, 7, "made", "a", "7")]


def digits_along(row: np.ndarray) -> list[int]:
    """The labels of a strip from left to right, each once for as long as it lasts."""
    starts = np.flatnonzero(np.diff(row, prepend=BLANK) != 0)
    return [int(row[start]) for start in starts if row[start] != BLANK]


def test_each_digit_of_a_number_has_its_place():
    strips, labels = NumberMaker(DRAWINGS, [], None).make(200, np.random.default_rng(0))
    assert strips.shape == (200, 32, 128, 1)
    assert strips.min() >= 0
    assert strips.max() <= 1
    assert set(np.unique(labels)) == {1, 7, BLANK}
    counts = [len(digits_along(row)) for row in labels]
    assert min(counts) >= 1
    assert max(counts) >= 4
    # A fine pen may leave next to nothing where it is photographed badly.
    inked = strips.max(axis=(1, 2, 3)) > 0.3
    assert inked.mean() > 0.98
    for strip, row in zip(strips[inked, ..., 0], labels[inked], strict=True):
        ink = strip.max(axis=0).reshape(-1, 2).max(axis=1) > 0.2
        places = np.flatnonzero(row != BLANK)
        assert ink[max(places.min() - 3, 0) : places.max() + 4].any()


def test_the_same_seed_makes_the_same_numbers():
    one, other = (NumberMaker(DRAWINGS, [], None).make(5, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


def test_what_is_no_digit_has_no_middle():
    strange = [Drawing(ZIGZAG, NOT_A_DIGIT, "made", "b", "zigzag")]
    _, labels = NumberMaker(strange, [], None).make(20, np.random.default_rng(0))
    assert (labels == BLANK).all()


@pytest.mark.parametrize("width", [48, 128])
def test_the_network_answers_every_second_column(width: int):
    assert build()(np.zeros((1, 32, width, 1), np.float32)).shape == (1, width // 2, BLANK + 1)
