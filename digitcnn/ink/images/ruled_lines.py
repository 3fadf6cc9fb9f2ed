"""Ruled and squared lines: found by being straight, thin and longer than anything written.

A line is removed only where it crosses no writing, so that a digit that stands on it stays whole.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

_RUN = 40
"""A line is found by runs of at least picture side / 40 pixels."""

_SEARCH_WIDTH = 600
_STEEPEST = 0.25
_MIN_SPAN = 0.4
"""A line spans this much of the picture at least."""

_MIN_LENGTH = 0.3
"""And so much of its longer side: the 1s of a number that fills its picture are no lines."""

_MIN_ALONE = 0.1
"""In this much of the picture at least it stands clear of thicker ink."""


def remove_ruled_lines(mask: np.ndarray) -> np.ndarray:
    """Takes ruled lines out of an ink mask.

    Args:
        mask: (height, width) bool.

    Returns:
        A new mask, or the same one where there are no lines, or only lines.
    """
    across, down = _slope_of_lines(mask), _slope_of_lines(mask.T)
    rules = []
    if across is not None:
        rules.append((_find_rules_along(mask, across), 0))
    if down is not None:
        rules.append((_find_rules_along(mask.T, down).T, 1))
    if not any(found.any() for found, _ in rules):
        return mask
    rest = mask.copy()
    for found, _ in rules:
        rest &= ~found
    left = mask.copy()
    for found, axis in rules:
        if found.any() and _outlasts(found, rest, axis):
            left &= ~found
    # Nothing but lines: a grid of 1s and dashes, perhaps, and no ruling.
    if left.sum() < 0.02 * mask.sum():
        return mask
    return left


def _thickest(mask: np.ndarray) -> int:
    """Rows of ink from which on a level line is none."""
    return max(mask.shape[0] // 60, 4)


def _slope_of_lines(mask: np.ndarray) -> float | None:
    """Rows per column of the long lines that run roughly from left to right; None where there are none.

    Only ink as thin as a line is searched: with a fat pen, or a desk in the mask, the rest would cost most.
    """
    height, width = mask.shape
    flat = np.ascontiguousarray(mask).view(np.uint8)
    thin = flat - cv2.morphologyEx(flat, cv2.MORPH_OPEN, np.ones((_thickest(mask) | 1, 1), np.uint8))
    if np.count_nonzero(thin.any(axis=0)) < _MIN_ALONE * width:
        return None
    scale = min(_SEARCH_WIDTH / width, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    coarse = cv2.resize(thin * 255, size, interpolation=cv2.INTER_AREA)
    coarse = (coarse > 40).astype(np.uint8)
    if size[0] < 40 or coarse.mean() > 0.4:
        return None
    found = cv2.HoughLinesP(
        coarse,
        rho=1,
        theta=np.pi / 360,
        threshold=size[0] // 4,
        minLineLength=0.3 * size[0],
        maxLineGap=0.03 * size[0],
    )
    if found is None:
        return None
    ends = found.reshape(-1, 4).astype(float)
    slopes = (ends[:, 3] - ends[:, 1]) / np.where(ends[:, 2] == ends[:, 0], np.inf, ends[:, 2] - ends[:, 0])
    level = np.abs(slopes) < _STEEPEST
    steep = ends[:, 2] == ends[:, 0]
    slopes = slopes[level & ~steep]
    return float(np.median(slopes)) if slopes.size else None


def _find_rules_along(mask: np.ndarray, slope: float) -> np.ndarray:
    """The pixels of lines of about this slope: the mask is sheared until they are level."""
    height, width = mask.shape
    if abs(slope) < 0.01:
        return _find_rules(mask)
    extra = int(np.ceil(abs(slope) * width))
    shift = np.array([[1, 0, 0], [-slope, 1, extra if slope > 0 else 0]], dtype=np.float32)
    level = cv2.warpAffine(mask.astype(np.uint8), shift, (width, height + extra), flags=cv2.INTER_NEAREST)
    found = _find_rules(level > 0).astype(np.uint8)
    back = cv2.warpAffine(found, shift, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    grown = cv2.dilate(back, np.ones((3, 1), np.uint8)) > 0
    return grown & mask & ~_is_writing_near(mask, back > 0)


def _is_writing_near(mask: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Ink one pixel off the lines that continues away from them: shearing blurs a line by one pixel."""
    near = cv2.dilate(found.astype(np.uint8), np.ones((5, 1), np.uint8)) > 0
    beyond = (mask & ~near).astype(np.uint8)
    return (cv2.dilate(beyond, np.ones((3, 1), np.uint8)) > 0) & ~found


def _outlasts(rules: np.ndarray, rest: np.ndarray, axis: int) -> bool:
    """Whether the lines are clearly longer than the rest of the ink extends."""
    length = _extent(np.asarray(rules.any(axis=axis)))
    count, _, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    # Without other ink there is no telling a ruled line from a written one.
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
    if several:  # A ruled page: the faint lines between the plain ones are lines too.
        for line in _find_lines(mask & ~found, max(run // 4, 6), link=run, least_span=0.2):
            if line.filled > 0.25 and (line.reaches_border or line.pixels.shape[1] > _MIN_SPAN * width):
                found[line.window] |= line.pixels
    return without_crossings(mask, found) if found.any() else found


def _find_lines(
    mask: np.ndarray, run: int, *, link: int | None = None, least_span: float = _MIN_SPAN
) -> list[_Line]:
    """Level runs of at least `run` pixels, linked over gaps, where they add up to a long smooth line."""
    width = mask.shape[1]
    runs = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    # Thick bodies are no lines: ink that survives a tall opening is taken out.
    thick = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((_thickest(mask), 1), np.uint8))
    runs = runs * (1 - cv2.dilate(thick, np.ones((3, 3), np.uint8)))
    linked = cv2.dilate(runs, np.ones((3, 1), np.uint8))
    linked = cv2.morphologyEx(linked, cv2.MORPH_CLOSE, np.ones((1, 2 * (link or run)), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(linked, connectivity=8)
    lines = []
    for label in range(1, count):
        left, top, wide, tall = (int(value) for value in stats[label, :4])
        if wide < max(least_span * width, _MIN_LENGTH * max(mask.shape)):
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
    # A cubic bends as a page does in perspective, and no more.
    terms = np.vander(x, 4)
    curve = terms @ np.linalg.lstsq(terms, rows.astype(float), rcond=None)[0]
    starts = line & ~np.vstack([np.zeros_like(line[:1]), line[:-1]])
    thickness = line.sum() / max(starts.sum(), 1)
    return float(np.abs(rows - curve).mean()) < 1.5 * thickness + 1.0


def without_crossings(mask: np.ndarray, rules: np.ndarray, *, longest: int = 15) -> np.ndarray:
    """Grows lines to their full thickness, and leaves out ink that continues above and below them.

    Args:
        mask: (height, width) bool, the ink.
        rules: of the same shape, the lines.
        longest: a line thicker than about this many pixels is crossed by nothing.
    """
    kernel = np.ones((5, 3), np.uint8)
    grown = (cv2.dilate(rules.astype(np.uint8), kernel) > 0) & mask
    rest = (mask & ~grown).astype(np.uint8)
    # A gap as wide as the line, on either side: a stroke that crosses it continues there.
    reach = int(2 * np.ceil(grown.sum() / max(grown.any(axis=0).sum(), 1)) + 3)
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((min(reach, longest) | 1, 1), np.uint8))
    return grown & ~(bridged > 0)
