import numpy as np
import pytest

from digitcnn.training.datasets import NOT_A_DIGIT
from digitcnn.training.pen_strokes import Drawing
from digitcnn.training.touching import cut_touching

SEVEN = [np.array([(0, 0), (60, 0), (20, 100)], float)]
ZERO = [np.array([(30 + 30 * np.cos(t), 50 + 50 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)])]


@pytest.fixture(scope="module")
def cuts() -> tuple[np.ndarray, np.ndarray]:
    drawings = [Drawing(SEVEN, 7, "made", "ann", "7"), Drawing(ZERO, 0, "made", "ann", "0")]
    return cut_touching(drawings, 40, np.random.default_rng(0))


def test_most_digits_of_touching_numbers_come_out_with_their_label(cuts: tuple[np.ndarray, np.ndarray]):
    pixels, labels = cuts

    assert set(labels) == {0, 7, NOT_A_DIGIT}
    assert (labels != NOT_A_DIGIT).sum() > 60  # of 80 to 120 that were written
    assert pixels.shape == (len(labels), 28, 28)
    assert pixels.min() >= 0
    assert pixels.max() <= 1


def test_a_zero_that_was_cut_out_is_a_ring_and_a_seven_is_not(cuts: tuple[np.ndarray, np.ndarray]):
    pixels, labels = cuts
    hole = pixels[:, 12:17, 13:16].mean(axis=(1, 2))

    assert np.median(hole[labels == 0]) < 0.5 * np.median(hole[labels == 7])


def test_the_same_seed_cuts_the_same(cuts: tuple[np.ndarray, np.ndarray]):
    drawings = [Drawing(SEVEN, 7, "made", "ann", "7"), Drawing(ZERO, 0, "made", "ann", "0")]
    again = cut_touching(drawings, 40, np.random.default_rng(0))

    np.testing.assert_array_equal(again[0], cuts[0])
    np.testing.assert_array_equal(again[1], cuts[1])
