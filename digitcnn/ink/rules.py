"""Ruled and squared lines: found by being straight, thin and longer than anything written.

A line goes only where it crosses no writing, so that a digit that stands on it stays whole.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

_RUN = 40
"""A line is looked for as runs of at least picture side / 40 pixels."""

_LEAST_SPAN = 0.4
"""A line spans this much of the picture at least."""


def remove_rules(mask: np.ndarray) -> np.ndarray:
    """Takes ruled lines out of an ink mask.

    Args:
        mask: (height, width) bool.

    Returns:
        A new mask, or the same one where there are no lines, or nothing but lines.
    """
    across = _find_rules(mask)
    down = _find_rules(mask.T).T
    if not across.any() and not down.any():
        return mask
    left = mask.copy()
    for rules, axis in ((across, 0), (down, 1)):
        if rules.any() and _outlasts(rules, mask & ~across & ~down, axis):
            left &= ~rules
    if left.sum() < 0.02 * mask.sum():
        return mask
    return left


def _outlasts(rules: np.ndarray, rest: np.ndarray, axis: int) -> bool:
    """Whether the lines are clearly longer than the rest of the ink extends."""
    length = _extent(rules.any(axis=axis))
    count, _, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    if count < 2:
        return False
    sides = stats[1:, cv2.CC_STAT_WIDTH if axis == 0 else cv2.CC_STAT_HEIGHT]
    return int(sides.max()) < 0.75 * length


def _extent(line: np.ndarray) -> int:
    places = np.flatnonzero(line)
    return int(places[-1] - places[0] + 1) if places.size else 0


def _find_rules(mask: np.ndarray) -> np.ndarray:
    """The pixels of lines that run from left to right, gently sloped or bent."""
    width = mask.shape[1]
    run = max(width // _RUN, 12)
    if width < 4 * run:
        return np.zeros_like(mask)
    lines = _find_lines(mask, run)
    sure = [line for line in lines if line.filled > 0.6]
    several = len(sure) >= 3
    found = np.zeros_like(mask)
    for line in sure:
        if several or line.reaches_border:
            found[line.window] |= line.pixels
    if several:  # A ruled sheet: the faint lines between the plain ones are lines too.
        for line in _find_lines(mask & ~found, max(run // 4, 6), link=run, least_span=0.2):
            if line.filled > 0.25 and (line.reaches_border or line.pixels.shape[1] > _LEAST_SPAN * width):
                found[line.window] |= line.pixels
    return _without_crossings(mask, found) if found.any() else found


def _find_lines(
    mask: np.ndarray, run: int, *, link: int | None = None, least_span: float = _LEAST_SPAN
) -> list[_Line]:
    """Level runs of at least `run` pixels, linked over gaps, where they add up to a long smooth line."""
    height, width = mask.shape
    runs = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    # Thick bodies are no lines: what survives a tall opening is taken out.
    thick = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((max(height // 60, 4), 1), np.uint8))
    runs &= ~cv2.dilate(thick, np.ones((3, 3), np.uint8))
    linked = cv2.dilate(runs, np.ones((3, 1), np.uint8))
    linked = cv2.morphologyEx(linked, cv2.MORPH_CLOSE, np.ones((1, 2 * (link or run)), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(linked, connectivity=8)
    lines = []
    for label in range(1, count):
        left, top, wide, tall = (int(value) for value in stats[label, :4])
        if wide < least_span * width:
            continue
        window = (slice(top, top + tall), slice(left, left + wide))
        line = (labels[window] == label) & (runs[window] > 0)
        if _is_smooth(line):
            reaches = left < 0.03 * width or left + wide > 0.97 * width
            lines.append(_Line(window, line, float(line.any(axis=0).mean()), reaches))
    return lines


class _Line(NamedTuple):
    window: tuple[slice, slice]
    pixels: np.ndarray
    filled: float
    reaches_border: bool


def _is_smooth(line: np.ndarray) -> bool:
    """Whether a gentle curve runs through the line."""
    rows, columns = np.nonzero(line)
    x = columns / max(line.shape[1] - 1, 1)
    curve = np.polynomial.Polynomial.fit(x, rows, 3)
    thickness = line.sum() / max(line.any(axis=0).sum(), 1)
    return float(np.abs(rows - curve(x)).mean()) < 1.5 * thickness + 1.0


def _without_crossings(mask: np.ndarray, rules: np.ndarray) -> np.ndarray:
    """Grows the lines to their full thickness, and leaves out what carries on above and below them."""
    kernel = np.ones((5, 3), np.uint8)
    grown = (cv2.dilate(rules.astype(np.uint8), kernel) > 0) & mask
    rest = (mask & ~grown).astype(np.uint8)
    reach = int(2 * np.ceil(grown.sum() / max(grown.any(axis=0).sum(), 1)) + 3)
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((min(reach, 15) | 1, 1), np.uint8))
    return grown & ~(bridged > 0)
