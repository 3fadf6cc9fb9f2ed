"""Long straight strokes of a pen, level or nearly so, as they underline or cross out digits."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from digitcnn.ink.images.ruled_lines import without_crossings
from digitcnn.ink.strokes import Box

_LENGTH = 1.3
"""Of a stroke at least, in heights of a digit."""

_THICK = 0.055
"""Its thickness at least, in heights of a digit."""

_BROAD = 0.4
"""Its thickness at most: what is broader is an area, such as a note on a table."""


class LevelStroke(NamedTuple):
    """A stroke that was found.

    Attributes:
        box: in pixels of the mask.
        pixels: bool, its own in the box.
    """

    box: Box
    pixels: np.ndarray

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the box in the mask."""
        left, top = int(self.box.x), int(self.box.y)
        return slice(top, top + int(self.box.height)), slice(left, left + int(self.box.width))


def find_level_strokes(mask: np.ndarray, height: float) -> list[LevelStroke]:
    """Finds the strokes in a mask of ink.

    Args:
        mask: (height, width) bool.
        height: of a digit, in pixels.
    """
    size = max(round(_LENGTH * height), 3)
    # What is left of ruled lines is thinner than a pen's stroke.
    thick = np.ones((max(round(_THICK * height), 2), 1), np.uint8)
    inked = np.asarray(cv2.morphologyEx((mask > 0).astype(np.uint8), cv2.MORPH_OPEN, thick), np.uint8)
    found = np.zeros_like(inked)
    for rise in (-0.12, -0.06, 0.0, 0.06, 0.12):
        high = max(abs(round(rise * size)), 0) + 1
        kernel = np.zeros((high, size), np.uint8)
        ends = (0, high - 1 if rise < 0 else 0), (size - 1, 0 if rise < 0 else high - 1)
        cv2.line(kernel, *ends, (1,), 1)
        # Nothing lies beyond the border: left to itself, OpenCV takes all of it for ink.
        opened = cv2.morphologyEx(
            inked, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=(0,)
        )
        found = np.maximum(found, np.asarray(opened, np.uint8))
    # A stroke whose rise lies between two of these is found in pieces.
    joined = cv2.dilate(found, np.ones((3, size // 2 | 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    strokes = [_take_stroke(labels, found, label, *stats[label, :4]) for label in range(1, len(stats))]
    return [each for each in strokes if each.pixels.sum() < _BROAD * height * each.box.width]


def _take_stroke(
    labels: np.ndarray, found: np.ndarray, label: int, left: int, top: int, width: int, height: int
) -> LevelStroke:
    window = slice(top, top + height), slice(left, left + width)
    pixels = (labels[window] == label) & (found[window] > 0)
    x, y, width, height = cv2.boundingRect(pixels.view(np.uint8))
    return LevelStroke(Box(left + x, top + y, width, height), pixels[y : y + height, x : x + width])


def paint_over(rgb: np.ndarray, mask: np.ndarray, strokes: Sequence[LevelStroke]) -> np.ndarray:
    """A picture on which strokes have the color of the paper around them, save where other ink crosses them.

    Args:
        rgb: (height, width, 3) uint8.
        mask: (height, width) bool, its ink.
        strokes: of this mask.
    """
    found = np.zeros_like(mask)
    for stroke in strokes:
        found[stroke.window] |= stroke.pixels
    gone = without_crossings(mask, found, longest=mask.shape[0])
    # The soft edge of a stroke goes with it, that of other ink stays.
    area = (cv2.dilate(gone.view(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~(mask & ~gone)
    paper = (cv2.dilate(mask.view(np.uint8), np.ones((5, 5), np.uint8)) == 0).astype(np.float32)
    side = 6 * max(int(stroke.box.height) for stroke in strokes) | 1
    weight = np.maximum(cv2.blur(paper, (side, side)), 1e-6)
    around = cv2.blur(rgb * paper[..., None], (side, side)) / weight[..., None]
    return np.where(area[..., None], around, rgb).astype(np.uint8)
