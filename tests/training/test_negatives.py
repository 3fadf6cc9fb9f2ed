from collections.abc import Callable

import numpy as np
import pytest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.training import negatives

SEVEN = draw_house_digit([np.array([(0, 0), (10, 0), (4, 18)], dtype=float)])
DIGITS = np.stack([SEVEN, SEVEN[:, ::-1]])
CROSS = [np.array([(0.0, 0.0), (9.0, 9.0)]), np.array([(9.0, 0.0), (0.0, 9.0)])]


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: negatives.join_digits(DIGITS, 12, rng),
        lambda rng: negatives.halve_digits(DIGITS, 12, rng),
        lambda rng: negatives.turn_digits(DIGITS, 12, rng),
        lambda rng: negatives.mix_drawings([CROSS], 12, rng),
        lambda rng: negatives.scribble(12, rng),
        lambda rng: negatives.print_letters(12, rng),
    ],
    ids=["join", "halve", "turn", "mix", "scribble", "letters"],
)
def test_made_ink_is_house_digits_and_repeats_with_its_seed(
    make: Callable[[np.random.Generator], np.ndarray],
):
    made = make(np.random.default_rng(2))

    assert made.shape == (12, 28, 28)
    assert made.dtype == np.float32
    assert 0.0 <= made.min() <= made.max() <= 1.0
    assert (made.sum(axis=(1, 2)) > 0).mean() > 0.8
    assert np.array_equal(made, make(np.random.default_rng(2)))


def test_joined_digits_are_wider_or_taller_than_one():
    joined = negatives.join_digits(np.repeat(SEVEN[np.newaxis], 2, axis=0), 20, np.random.default_rng(0))

    heights = (joined.max(axis=2) > 0.2).sum(axis=1)
    assert np.median(heights) < 20
