"""Finds handwritten digits on a picture with a network that has learned pages.

The network answers for every 4 x 4 pixels whether a digit has its middle there, how large it is and
which it is; `digitcnn train page-detector` trains it. Source: X. Zhou, D. Wang,
P. Krähenbühl, "Objects as Points", 2019, arXiv:1904.07850.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from digitcnn.ink.images.page_maps import CLASSES, HANDWRITTEN, HEAT, OFFSET, PRINTED, SIZE, STRIDE, UNIT
from digitcnn.ink.strokes import Box
from digitcnn.recognition.model import SharedNetwork
from digitcnn.recognition.pages.places import is_same_digit, shared_area
from digitcnn.time_budget import within_time_budget

MODEL_FILE = Path(__file__).with_name("detector.tflite")

LONGEST_SIDE = 768
"""Of the largest scale, in pixels."""

MIN_SCORE = 0.05
"""Of a detection: what is left of those this faint, other evidence decides."""

_SMALLEST_SIDE = 48
_MULTIPLE = 16
_SHARED_MIDDLE = 0.45
"""Two middles nearer than this, in mean sizes of the two boxes, are of one digit."""

_HEIGHTS = (9.0, 100.0)
"""Heights in pixels of a scale at which the network has learned to find digits."""

Predict = Callable[[np.ndarray], np.ndarray]
"""(1, height, width, 3) float32 in 0-1 to (1, height / 4, width / 4, 16) logits."""


@dataclass(frozen=True, eq=False)
class PageDetection:
    """One digit that was found on a picture.

    Attributes:
        box: in pixels of the picture.
        score: of the heat map, 0-1.
        printed: whether it is print rather than handwriting.
        probabilities: (10,) float32, the network's own reading.
    """

    box: Box
    score: float
    printed: bool
    probabilities: np.ndarray


@lru_cache(maxsize=1)
def load_page_detector() -> SharedNetwork:
    """The network that ships, one per process."""
    return SharedNetwork(MODEL_FILE)


def find_digits(
    rgb: np.ndarray, predict: Predict | None = None, *, longest: int = LONGEST_SIDE
) -> list[PageDetection]:
    """Finds the digits on a picture, handwritten and printed, the surest first.

    Args:
        rgb: (height, width, 3) uint8.
        predict: the network; by default the one that ships.
        longest: pixels of the picture's longer side at the largest scale; each further one is half as large.
    """
    found = [each for maps, zoom in _answer(rgb, predict, longest) for each in _decode(maps, zoom)]
    return _suppress_doubles(found)


def draw_heat_map(rgb: np.ndarray, predict: Predict | None = None) -> np.ndarray:
    """(height, width) float32 in 0-1: where the network sees the middles of handwritten digits."""
    height, width = rgb.shape[:2]
    heat = np.zeros((height, width), np.float32)
    for maps, zoom in _answer(rgb, predict, LONGEST_SIDE):
        # Each scale was padded on the right and below.
        rows, columns = (max(round(side * zoom) // STRIDE, 1) for side in (height, width))
        seen = _sigmoid(maps[:rows, :columns, HANDWRITTEN])
        np.maximum(heat, cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR), out=heat)
    return heat


def _suppress_doubles(found: list[PageDetection]) -> list[PageDetection]:
    """Keeps the surest of detections that share a middle, and drops parts of digits."""
    kept: list[PageDetection] = []
    # Middle and size of those kept: on a texture there are thousands, of which few are near each other.
    middles, sizes = np.empty((len(found), 2)), np.empty((len(found), 2))
    for one in within_time_budget(sorted(found, key=lambda each: -each.score)):
        size = np.array(one.box[2:])
        middle = np.array(one.box[:2]) + size / 2
        apart, mean = np.abs(middles[: len(kept)] - middle), (sizes[: len(kept)] + size) / 2
        reach = np.maximum(mean, 0.45 * mean[:, 1:])
        near = np.flatnonzero((apart <= reach).all(axis=1))
        if not any(_is_double(one.box, kept[at].box) for at in near):
            middles[len(kept)], sizes[len(kept)] = middle, size
            kept.append(one)
    return kept


def _is_double(one: Box, other: Box) -> bool:
    part = one.height < 0.7 * other.height and shared_area(one, other) > 0.8 * one.width * one.height
    return part or is_same_digit(one, other, _SHARED_MIDDLE)


def _answer(rgb: np.ndarray, predict: Predict | None, longest: int) -> Iterator[tuple[np.ndarray, float]]:
    """The network's maps of the picture at each scale, and the scale's pixels per pixel of `rgb`."""
    predict = predict or load_page_detector().run
    for scaled, zoom in _scale(rgb, longest):
        yield predict(scaled[np.newaxis].astype(np.float32) / 255.0)[0], zoom


def _scale(rgb: np.ndarray, largest: int) -> Iterator[tuple[np.ndarray, float]]:
    """The picture at each scale, sides filled up to multiples of 16, and its pixels per pixel of `rgb`."""
    longest = max(rgb.shape[:2])
    zoom = min(largest / longest, 2.0)
    while longest * zoom >= _SMALLEST_SIDE:
        size = max(round(rgb.shape[1] * zoom), 1), max(round(rgb.shape[0] * zoom), 1)
        scaled = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
        down, across = -size[1] % _MULTIPLE, -size[0] % _MULTIPLE
        yield cv2.copyMakeBorder(scaled, 0, down, 0, across, cv2.BORDER_REPLICATE), zoom
        zoom /= 2


def _decode(maps: np.ndarray, zoom: float) -> Iterator[PageDetection]:
    heat = _sigmoid(maps[..., HEAT])
    best = heat.max(axis=2)
    peaks = (best >= MIN_SCORE) & (best >= cv2.dilate(best, np.ones((3, 3), np.uint8)))
    for row, column in np.argwhere(peaks):
        cell = maps[row, column]
        wide, high = np.exp(np.clip(cell[SIZE], -3, 4)) * UNIT
        if not _HEIGHTS[0] <= high <= _HEIGHTS[1]:
            continue
        x, y = (np.array([column, row]) + cell[OFFSET]) * STRIDE
        odds = np.exp(cell[CLASSES] - cell[CLASSES].max())
        yield PageDetection(
            Box(*(float(side) / zoom for side in (x - wide / 2, y - high / 2, wide, high))),
            float(best[row, column]),
            bool(heat[row, column, PRINTED] > heat[row, column, HANDWRITTEN]),
            (odds / odds.sum()).astype(np.float32),
        )


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logits))
