"""Finds handwritten digits on a picture with the page detector's maps, at several scales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

STRIDE = 4
"""Pixels of a scaled picture for each answer of the network."""

UNIT = 16.0
"""Pixels whose logarithm the size maps answer with 0."""

LONGEST_SIDE = 768
"""Of the largest scale; each further scale is half as large."""

THRESHOLD = 0.35
_SMALLEST_SIDE = 48
_MULTIPLE = 16
_SHARED_MIDDLE = 0.45
"""Two middles nearer than this, in mean sizes of the two boxes, are of one digit."""

_HEIGHTS = (9.0, 100.0)
"""Heights in pixels of a scale at which the network has learned to find digits."""

Predict = Callable[[np.ndarray], np.ndarray]
"""(1, height, width, 3) float32 in 0-1 to (1, height / 4, width / 4, 16) logits."""


@dataclass(frozen=True, eq=False)
class Detection:
    """One digit that was found.

    Attributes:
        left, top, right, bottom: in pixels of the picture.
        score: of the heat map, 0-1.
        printed: whether it is print rather than handwriting.
        probabilities: (10,) float32, the network's own reading.
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float
    printed: bool
    probabilities: np.ndarray

    @property
    def width(self) -> float:
        """In pixels of the picture."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In pixels of the picture."""
        return self.bottom - self.top

    @property
    def middle(self) -> np.ndarray:
        """(2,) x and y."""
        return np.array([(self.left + self.right) / 2, (self.top + self.bottom) / 2])


def detect_digits(rgb: np.ndarray, predict: Predict, *, threshold: float = THRESHOLD) -> list[Detection]:
    """Finds the digits on a picture, handwritten and printed, the surest first.

    Args:
        rgb: (height, width, 3) uint8.
        predict: the network.
        threshold: the lowest score that counts.
    """
    found: list[Detection] = []
    for scaled, zoom in _scale(rgb):
        maps = predict(scaled[np.newaxis].astype(np.float32) / 255.0)[0]
        found.extend(_decode(maps, zoom, threshold))
    return suppress_doubles(found)


def suppress_doubles(found: list[Detection]) -> list[Detection]:
    """Keeps the surest of detections that share a middle; touching neighbors stay.

    Overlap would not do: digits that touch share more of their boxes than two finds of one digit may.
    """
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda each: -each.score):
        if not any(_is_same(detection, other) for other in kept):
            kept.append(detection)
    return kept


def sort_into_lines(found: list[Detection]) -> list[list[Detection]]:
    """Lines from top to bottom, each from left to right, along the slope that its digits have."""
    lines: list[list[Detection]] = []
    for detection in sorted(found, key=lambda each: each.left):
        fitting = [(abs(_off_line(line, detection)), at) for at, line in enumerate(lines)]
        best = min(fitting, default=(np.inf, -1))
        if best[0] < 0.55:
            lines[best[1]].append(detection)
        else:
            lines.append([detection])
    return sorted(lines, key=lambda line: float(np.mean([each.middle[1] for each in line])))


def _off_line(line: list[Detection], detection: Detection) -> float:
    """How far off the end of a line, in heights of a digit."""
    last = line[-3:]
    height = float(np.mean([each.height for each in last] + [detection.height]))
    slope = 0.0
    if len(last) > 1:
        run = last[-1].middle - last[0].middle
        slope = float(np.clip(run[1] / max(run[0], 1.0), -0.4, 0.4))
    ahead = detection.middle[0] - last[-1].middle[0]
    if ahead > 6 * height:
        slope = 0.0
    level = float(np.mean([each.middle[1] for each in last[-1:]])) + slope * ahead
    ratio = max(detection.height, 1e-6) / max(last[-1].height, 1e-6)
    return (detection.middle[1] - level) / height if 0.4 < ratio < 2.5 else np.inf


def _is_same(one: Detection, other: Detection) -> bool:
    away = np.abs(one.middle - other.middle)
    wide, high = (one.width + other.width) / 2, (one.height + other.height) / 2
    # A 1 is narrow: its width says little about how near another digit's middle may be.
    return bool(away[0] < _SHARED_MIDDLE * max(wide, 0.45 * high) and away[1] < _SHARED_MIDDLE * high) or (
        _contains(other, one) and one.height < 0.7 * other.height
    )


def _contains(outer: Detection, inner: Detection) -> bool:
    width = min(outer.right, inner.right) - max(outer.left, inner.left)
    height = min(outer.bottom, inner.bottom) - max(outer.top, inner.top)
    return width > 0 and height > 0 and width * height > 0.8 * inner.width * inner.height


def _scale(rgb: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    longest = max(rgb.shape[:2])
    zoom = min(LONGEST_SIDE / longest, 2.0)
    while longest * zoom >= _SMALLEST_SIDE:
        size = max(round(rgb.shape[1] * zoom), 1), max(round(rgb.shape[0] * zoom), 1)
        scaled = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
        down, across = -size[1] % _MULTIPLE, -size[0] % _MULTIPLE
        yield cv2.copyMakeBorder(scaled, 0, down, 0, across, cv2.BORDER_REPLICATE), zoom
        zoom /= 2


def _decode(maps: np.ndarray, zoom: float, threshold: float) -> Iterator[Detection]:
    heat = 1.0 / (1.0 + np.exp(-maps[..., :2]))
    best = heat.max(axis=2)
    peaks = (best >= threshold) & (best >= cv2.dilate(best, np.ones((3, 3), np.uint8)))
    for row, column in np.argwhere(peaks):
        cell = maps[row, column]
        wide, high = np.exp(np.clip(cell[2:4], -3, 4)) * UNIT
        if not _HEIGHTS[0] <= high <= _HEIGHTS[1]:
            continue
        x, y = (column + cell[4]) * STRIDE, (row + cell[5]) * STRIDE
        odds = np.exp(cell[6:16] - cell[6:16].max())
        yield Detection(
            float(x - wide / 2) / zoom,
            float(y - high / 2) / zoom,
            float(x + wide / 2) / zoom,
            float(y + high / 2) / zoom,
            float(best[row, column]),
            bool(heat[row, column, 1] > heat[row, column, 0]),
            (odds / odds.sum()).astype(np.float32),
        )
