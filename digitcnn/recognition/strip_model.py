"""Detects touching digits together with their neighbors: which digits a span of ink holds, and where.

A cut through touching digits often leaves something that looks like another digit. The network here
sees the whole span at once and gives for each column the digit whose middle is there; it is
trained by `python -m digitcnn.training.strips`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from digitcnn.ink.images.strip import INK_HEIGHT, STRIDE, column_in_ink, make_strip
from digitcnn.recognition.model import SharedNetwork

MODEL_FILE = Path(__file__).with_name("strips.tflite")

_BLANK = 10
_MIN_PRESENCE = 0.1
"""Detections with less presence are dropped."""

_STRETCH = 1.2
"""Ink is shown to the network wider by this factor: then it misses fewer of the digits that overlap."""

_WIDEST = 40
"""Width of the widest span that is read, in heights."""

_APART = 0.13
"""Middles of two digits are at least this far apart, in heights of the ink."""


@dataclass(frozen=True, eq=False)
class Detection:
    """One digit in a span of ink.

    Attributes:
        column: of its middle, in pixels from the left of the ink.
        probabilities: (10,) float32, of the digits.
        presence: the probability that a digit has its middle there.
    """

    column: float
    probabilities: np.ndarray
    presence: float

    @property
    def label(self) -> int:
        return int(self.probabilities.argmax())


def detect_digits(coverage: np.ndarray) -> list[Detection]:
    """Detects the digits of a span of ink, left to right.

    Args:
        coverage: (height, width) float32 in 0-1, ink 1, tight around the ink.

    Returns:
        The detections: none in ink that is wider than any number, such as a line.
    """
    height, width = coverage.shape
    if width > _WIDEST * height:
        return []
    wide = max(round(width * _STRETCH), 1)
    stretched = cv2.resize(coverage, (wide, height), interpolation=cv2.INTER_LINEAR)
    seen = find_middles(load_strip_network().run(make_strip(stretched)[np.newaxis, ..., np.newaxis])[0])
    scale = INK_HEIGHT / height
    return [replace(each, column=column_in_ink(each.column, scale) * width / wide) for each in seen]


def find_middles(seen: np.ndarray) -> list[Detection]:
    """The detections in the network's answers, (n, 11), with columns in steps of the answers.

    A digit is where the probability of a middle is greatest in its surroundings.
    """
    mass = 1.0 - seen[:, _BLANK]
    # Two neighboring steps often share one middle: smoothed, it has a single peak.
    smooth = np.convolve(np.pad(mass, 1), [0.25, 0.5, 0.25], mode="valid")
    reach = int(_APART * INK_HEIGHT / STRIDE)
    middles: list[Detection] = []
    for step in range(len(mass)):
        around = smooth[max(step - reach, 0) : step + reach + 1]
        if smooth[step] < around.max() or (middles and step - middles[-1].column <= reach):
            continue
        # Middles fall between steps: the step before and after hold part of the answer.
        near = slice(max(step - 1, 0), step + 2)
        presence = float(mass[near].max())
        if presence < _MIN_PRESENCE:
            continue
        given = seen[near, :_BLANK].sum(axis=0)
        middles.append(Detection(float(step), (given / given.sum()).astype(np.float32), presence))
    return middles


@lru_cache(maxsize=1)
def load_strip_network() -> SharedNetwork:
    """The network that ships, one per process.

    It takes (n, 32, width, 1) float32 in 0-1, width a multiple of 8, to (n, width / 2, 11), the last blank.
    """
    return SharedNetwork(MODEL_FILE)
