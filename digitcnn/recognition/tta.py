"""Test-time augmentation of digits in doubt: slightly turned and slanted copies, and a thinner pen.

Source: "Very Deep Convolutional Networks for Large-Scale Image Recognition", Simonyan and Zisserman,
2015, and much work since: the mean over distorted copies is right more often than the image alone.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

from digitcnn.ink.house_digit import SIDE

DOUBT = 0.95
"""Below this probability, the best answer is doubted. Of MNIST's test digits, one in twenty is."""

_FULL_DOUBT = 0.85
"""Below this, all copies count alike; above, the original counts more, so that answers change smoothly."""

_TURN = np.deg2rad(10)
_SLANT = 0.2

_COPIES = [
    np.array([[1, sign * _SLANT], [0, 1]])
    if slanted
    else np.array([[np.cos(_TURN), -sign * np.sin(_TURN)], [sign * np.sin(_TURN), np.cos(_TURN)]])
    for slanted in (False, True)
    for sign in (1, -1)
]


def augment_doubted(
    digits: np.ndarray,
    probabilities: np.ndarray,
    answer: Callable[[np.ndarray], np.ndarray],
    thin: Callable[[int], np.ndarray] | None = None,
) -> np.ndarray:
    """Averages the probabilities of doubted digits with those of distorted copies.

    Args:
        digits: (n, 28, 28) house digits.
        probabilities: (n, classes) of each.
        answer: returns the probabilities of house digits.
        thin: draws the house digit at an index of `digits` again, (28, 28), as a thinner pen would have
            written it; None where no finer ink is known. It counts as much as the original.

    Returns:
        (n, classes), rows summing to 1.
    """
    doubted = np.flatnonzero(probabilities.max(axis=1) < DOUBT)
    if doubted.size == 0:
        return probabilities
    seen = [digits[doubted]]
    if thin is not None:
        seen.append(np.stack([thin(at) for at in doubted.tolist()]))
    copies = [np.stack([_distort(digit, matrix) for digit in each]) for each in seen for matrix in _COPIES]
    views = [*seen[1:], *copies]
    answers = answer(np.concatenate(views)).reshape(len(views), doubted.size, -1)
    first = probabilities[doubted]
    mean = (first + answers.sum(axis=0)) / (1 + len(views))
    # Faded in: otherwise answers of 0.951 and 0.949 would differ by more than their pixels do.
    doubt = np.minimum((DOUBT - first.max(axis=1, keepdims=True)) / (DOUBT - _FULL_DOUBT), 1.0)
    result = probabilities.copy()
    result[doubted] = first + doubt * (mean - first)
    return result


def _distort(digit: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Moves the points of a digit by `matrix`, (2, 2), about its center of mass."""
    center = np.full(2, SIDE / 2 + 0.5)
    shift = center - matrix @ center
    moved = Image.fromarray(np.asarray(digit, dtype=np.float32)).transform(
        (SIDE, SIDE),
        Image.Transform.AFFINE,
        (*matrix[0], shift[0], *matrix[1], shift[1]),
        Image.Resampling.BICUBIC,
    )
    return np.clip(np.asarray(moved), 0.0, 1.0)
