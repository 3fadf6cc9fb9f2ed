"""Strips: lines of writing at one height, as the network that reads touching digits takes them."""

import cv2
import numpy as np

STRIP_HEIGHT = 32
"""Height of a strip in pixels."""

INK_HEIGHT = 24
"""The ink of a strip is scaled to this height, in pixels."""

STRIDE = 2
"""The network answers for every second column of a strip."""

_SIDE_MARGIN = 6
_MULTIPLE = 8


def make_strip(coverage: np.ndarray, *, width: int | None = None) -> np.ndarray:
    """Scales ink to the height of a strip and sets it a margin from the left.

    Args:
        coverage: (height, width) float32 in 0-1, ink 1, tight around the ink.
        width: of the strip, in pixels; ink that does not fit is cut off. By default as wide as the ink needs.

    Returns:
        (32, width) float32 in 0-1; the width is a multiple of 8.
    """
    scale = INK_HEIGHT / coverage.shape[0]
    wide = max(1, round(coverage.shape[1] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    ink = np.clip(cv2.resize(coverage, (wide, INK_HEIGHT), interpolation=method), 0.0, 1.0)
    # A multiple of eight: the network halves the width three times.
    room = width or -(-(wide + 2 * _SIDE_MARGIN) // _MULTIPLE) * _MULTIPLE
    strip = np.zeros((STRIP_HEIGHT, room), dtype=np.float32)
    top = (STRIP_HEIGHT - INK_HEIGHT) // 2
    kept = min(wide, room - _SIDE_MARGIN)
    strip[top : top + INK_HEIGHT, _SIDE_MARGIN : _SIDE_MARGIN + kept] = ink[:, :kept]
    return strip


def column_in_ink(step: float, scale: float) -> float:
    """Where an answer of the network lies in the ink that a strip was made of.

    Args:
        step: number of the answer, from 0.
        scale: of `make_strip`: 24 over the ink's height.
    """
    return ((step + 0.5) * STRIDE - _SIDE_MARGIN) / scale


def step_of_column(column: float, scale: float) -> float:
    """The other way round: the number of the answer, a fraction, at a column of the ink."""
    return (column * scale + _SIDE_MARGIN) / STRIDE - 0.5
