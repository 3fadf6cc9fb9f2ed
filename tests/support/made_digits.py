"""Answers as a model would give them, with the label and the confidence that a test needs."""

import numpy as np

from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit


def make_digit(
    label: int | None, confidence: float = 0.99, box: Box | None = None, *, nearest: int = 0, ink: float = 0.0
) -> Digit:
    """An answer; one without a label is refused and looks most like `nearest`. All its pixels hold `ink`."""
    given = max(confidence, 0.91) if label is not None else 0.91
    probabilities = np.full(10, (1.0 - given) / 9, dtype=np.float64)
    probabilities[nearest if label is None else label] = given
    digit_probability = 1.0 - confidence if label is None else confidence / given
    pixels = np.full((28, 28), ink, dtype=np.float32)
    return Digit(probabilities, digit_probability, label is None, box or Box(0, 0, 10, 20), pixels)
