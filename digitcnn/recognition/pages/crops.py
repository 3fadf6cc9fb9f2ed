"""The ink of a digit found on a picture, told from its paper and from the lines that run through it."""

from __future__ import annotations

import cv2
import numpy as np

from digitcnn.ink.images.components import make_segment_digit
from digitcnn.ink.strokes import Box

_SIDE = 64
"""The longer side, in pixels, of the window in which a digit's ink is told from its paper."""

_MARGIN = 0.12
"""Around the box, in its heights, in that window."""

_AROUND = 1.0
"""Around the box, in its heights, where a line that runs through must go on."""

_MIN_CONTRAST = 4.0
_SPECK = 12

_SHADED = 0.25
"""The share of the window's rim that is ink where the edge of a shadow runs through."""

_PAPER_SIDE = 27
"""Pixels, odd, of the square whose median is its paper there: wider than two strokes of a pen."""

_WHOLE, _MOSTLY = 0.6, 0.5
"""The share of its width and height that ink must have in the box, beyond the window and in it."""

_APART = 0.35
"""The middles of box and ink are at most this far from each other, in heights of the box."""

_SLOPES = np.arange(-10, 11) * 0.02
"""Rows per column of the lines that are looked for."""

_FILLED = 0.85
"""The share of a row, on either side of the digit, that is ink where a line runs through."""

_SEEN_FOR, _THICKEST = 0.4, 0.15
"""How far a line must be seen on either side, and its greatest thickness, in heights of the digit."""

_AS_THICK = 1.5
"""Ink this many times as thick as the line is no part of it."""


def crop_digit(rgb: np.ndarray, box: Box) -> np.ndarray | None:
    """The house digit, (28, 28) float32, of the ink in a box of a picture; None where there is none.

    Ink is what departs from the paper around it, in the color in which it departs the most: each
    digit has a paper and a polarity of its own. Lines that go on far to both sides are no ink of it.
    """
    left, top, right, bottom = _widen(box, _MARGIN * box.height, rgb)
    if min(right - left, bottom - top) < 3:
        return None
    zoom = _SIDE / max(right - left, bottom - top)
    x, y, x_end, y_end = _widen(box, _AROUND * box.height, rgb)
    method = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    around = cv2.resize(rgb[y:y_end, x:x_end], None, fx=zoom, fy=zoom, interpolation=method)
    near_x, near_y = round((left - x) * zoom), round((top - y) * zoom)
    near = (slice(near_y, round((bottom - y) * zoom)), slice(near_x, round((right - x) * zoom)))
    coverage = _tell_ink(around, near)
    if coverage is None:
        return None
    # The box where it lies in the window.
    placed = Box((box.x - x) * zoom, (box.y - y) * zoom, box.width * zoom, box.height * zoom)
    coverage[_find_lines(coverage > 0.5, placed)] = 0
    own = _own_ink(coverage > 0.5, placed, _WHOLE)
    nearby = placed._replace(x=placed.x - near_x, y=placed.y - near_y)
    own[near] |= _own_ink(coverage[near] > 0.5, nearby, _MOSTLY)
    if not own.any():
        return None
    inked = Box(*cv2.boundingRect(own))
    across = inked.x + inked.right - placed.x - placed.right
    down = inked.y + inked.bottom - placed.y - placed.bottom
    if max(abs(across), abs(down)) > 2 * _APART * placed.height:
        return None
    return make_segment_digit((coverage * own).astype(np.float32))


def _tell_ink(around: np.ndarray, near: tuple[slice, slice]) -> np.ndarray | None:
    """The coverage of a window, (height, width) float32 in 0-1, by ink and paper of its part `near`."""
    rim = np.zeros(around.shape[:2], bool)
    rim[near] = True
    rim[near][3:-3, 3:-3] = False
    coverage = _depart(around, np.median(around[rim], axis=0), near)
    if coverage is None or (coverage[rim] > 0.5).mean() < _SHADED:
        return coverage
    # The edge of a shadow runs through: each place has a paper of its own.
    return _depart(around, cv2.medianBlur(around, _PAPER_SIDE), near)


def _depart(around: np.ndarray, paper: np.ndarray, near: tuple[slice, slice]) -> np.ndarray | None:
    departure = around.astype(np.float32) - paper
    far = np.abs(departure[near]).max(axis=2)
    if np.percentile(far, 97) < _MIN_CONTRAST:
        return None
    axis = departure[near][far >= np.percentile(far, 94)].mean(axis=0)
    strength = departure @ (axis / max(float(np.linalg.norm(axis)), 1e-6))
    strength /= max(float(np.percentile(strength[near], 97)), 1e-6)
    grays = np.clip(255 * strength[near], 0, 255).astype(np.uint8)
    split, _ = cv2.threshold(grays, 0, 255, cv2.THRESH_OTSU)
    return np.clip((strength - split / 255 + 0.15) / 0.3, 0.0, 1.0)


def _find_lines(mask: np.ndarray, box: Box) -> np.ndarray:
    """(height, width) bool: lines that run through a box, level or upright, with their soft edges."""
    across = slice(int(box.x), int(np.ceil(box.right)))
    down = slice(int(box.y), int(np.ceil(box.bottom)))
    lines = find_lines_through(mask, across, box.height) | find_lines_through(mask.T, down, box.height).T
    soft = cv2.dilate(lines.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return lines | (soft & ~mask)


def find_lines_through(mask: np.ndarray, digit: slice, height: float) -> np.ndarray:
    """The pixels of nearly level lines that run through a digit and on to both sides.

    Args:
        mask: (height, width) bool, the ink around it.
        digit: its columns.
        height: its height, in pixels.

    Returns:
        (height, width) bool, without the ink that crosses the lines.
    """
    tall, wide = mask.shape
    found = np.zeros_like(mask)
    if min(digit.start, wide - digit.stop) < _SEEN_FOR * height:
        return found
    bold = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    inked = np.asarray(bold.any(axis=0))
    # Most digits have no line: without ink nearly all along, no slope need be tried.
    if min(inked[: digit.start].mean(), inked[digit.stop :].mean()) <= _FILLED:
        return found
    for slope in _SLOPES:
        shear = np.array([[1, 0, 0], [-slope, 1, slope * wide / 2]], np.float32)
        level = cv2.warpAffine(bold, shear, (wide, tall), flags=cv2.INTER_NEAREST)
        filled = np.minimum(level[:, : digit.start].mean(axis=1), level[:, digit.stop :].mean(axis=1))
        level[filled <= _FILLED] = 0
        if level.any():
            back = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
            found |= cv2.warpAffine(level, shear, (wide, tall), flags=back) > 0
    found &= mask
    thickness = found.sum() / max(np.count_nonzero(found[1:] & ~found[:-1]), 1)
    if thickness > _THICKEST * height:
        return np.zeros_like(mask)
    # A stroke of the digit that crosses a line, or lies upon it, is thicker than the line.
    thicker = np.ones((int(np.ceil(_AS_THICK * thickness)) + 1, 1), np.uint8)
    return found & ~(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, thicker) > 0)


def _widen(box: Box, margin: float, rgb: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box with a margin, as far as the picture goes."""
    height, width = rgb.shape[:2]
    left, top = int(max(box.x - margin, 0)), int(max(box.y - margin, 0))
    return left, top, min(int(box.right + margin) + 1, width), min(int(box.bottom + margin) + 1, height)


def _own_ink(mask: np.ndarray, box: Box, share: float) -> np.ndarray:
    """The components of a mask, a pixel around included, that have this share of their sides in the box."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    own = [
        area >= _SPECK
        and min(x + w, box.right) - max(x, box.x) > share * w
        and min(y + h, box.bottom) - max(y, box.y) > share * h
        for x, y, w, h, area in stats
    ]
    own[0] = False
    return cv2.dilate(np.array(own, np.uint8)[np.asarray(labels, np.intp)], np.ones((3, 3), np.uint8))
