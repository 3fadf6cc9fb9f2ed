"""Segments of ink in reading order: lines of writing, and the places where a segment may be cut.

A segment here is not yet a digit: it is the smallest unit that a reader may join with its neighbors.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digitcnn.ink.images.components import Component, Components, measure_pen, soften
from digitcnn.ink.text_lines import boundary_logit, group_rows, typical_height
from digitcnn.time_budget import within_time_budget

_SEAM_HEIGHT = 48
"""Height of a segment, in pixels, while cuts through it are sought."""

_CUTS_PER_HEIGHT = 9
"""Cuts along little ink that are tried in a span as wide as a digit is high."""

_STRAIGHT_APART = 0.12
"""Straight cuts, in heights of a digit: where two digits overlap, no path along little ink separates them."""

_OPEN = 0.25
"""A path that crosses less ink than this, in pens, passes between two digits."""

_ODDS_PER_PEN, _MIN_ODDS = 0.3, -2.0
"""Log-odds of a boundary per pen width of ink that it crosses, and the lowest log-odds."""

_MAX_CROSSED = 9.0
"""No cut crosses more ink than this many pens."""


@dataclass(frozen=True, eq=False)
class Segment:
    """Some ink with its place.

    Attributes:
        left, top: of the coverage, in the pixels of the arrays of `Ink`.
        coverage: (height, width) float32 in 0-1, tight around the ink.
    """

    left: int
    top: int
    coverage: np.ndarray

    @property
    def right(self) -> int:
        return self.left + self.coverage.shape[1]

    @property
    def bottom(self) -> int:
        return self.top + self.coverage.shape[0]

    @property
    def width(self) -> int:
        return self.coverage.shape[1]

    @property
    def height(self) -> int:
        return self.coverage.shape[0]

    @property
    def extent(self) -> int:
        return max(self.coverage.shape)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def middle_height(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, eq=False)
class TextLine:
    """One line of writing.

    Attributes:
        segments: left to right.
        boundary_logits: one fewer than segments: the log-odds that a digit ends there.
        height: of a digit of this line, in pixels.
        cut: first and last unit, end exclusive, of each touching span: ink that was cut in several.
    """

    segments: tuple[Segment, ...]
    boundary_logits: tuple[float, ...]
    height: float
    cut: tuple[tuple[int, int], ...] = ()


def crop_segment(components: Components, chosen: Sequence[Component]) -> Segment:
    """The ink of some components as one segment."""
    coverage, (left, top) = components.crop(chosen)
    return _tight(left, top, coverage)


def cut_out(components: Components, left: int, top: int, right: int, bottom: int) -> Segment | None:
    """All the ink inside a window, ruled lines and specks left out; None where there is none."""
    height, width = components.labels.shape
    left, top = int(np.clip(left, 0, width)), int(np.clip(top, 0, height))
    right, bottom = int(np.clip(right, left, width)), int(np.clip(bottom, top, height))
    window = (slice(top, bottom), slice(left, right))
    sizes = np.bincount(components.labels[window].ravel(), minlength=1)
    sizes[0] = 0
    if sizes.max() < 4:
        return None
    mine = (sizes >= max(0.02 * sizes.max(), 4))[components.labels[window]]
    return _tight(left, top, soften(components.ink, window, mine))


def join(segments: Sequence[Segment]) -> Segment:
    """Several segments as one."""
    if len(segments) == 1:
        return segments[0]
    left, top = min(p.left for p in segments), min(p.top for p in segments)
    width, height = max(p.right for p in segments) - left, max(p.bottom for p in segments) - top
    coverage = np.zeros((height, width), dtype=np.float32)
    for segment in segments:
        x, y = segment.left - left, segment.top - top
        window = coverage[y : y + segment.height, x : x + segment.width]
        np.maximum(window, segment.coverage, out=window)
    return Segment(left, top, coverage)


def pairs_above(segments: Sequence[Segment]) -> list[tuple[Segment, Segment]]:
    """Pairs of segments that stand close over one another and could be one digit by their height."""
    if len(segments) < 2:
        return []
    typical = typical_height(segments)
    pairs = []
    for upper in within_time_budget(segments):
        for lower in segments:
            gap = lower.top - upper.bottom
            size = max(upper.height, lower.height)
            shared = min(upper.right, lower.right) - max(upper.left, lower.left)
            beside = shared < 0.4 * min(upper.width, lower.width)
            high = lower.bottom - upper.top > 1.6 * max(typical, size)
            above = upper.middle_height < lower.middle_height
            if above and abs(gap) < 0.3 * size and not beside and not high:
                pairs.append((upper, lower))
    return pairs


def arrange(segments: Sequence[Segment], *, pen: float, whole: Collection[Segment] = ()) -> list[TextLine]:
    """Sorts segments into lines, top line first, and finds where the others than `whole` may be cut.

    Args:
        segments: of one picture, in any order.
        pen: width of the pen in pixels.
        whole: segments that are no more than one digit.
    """
    lines = []
    for row in group_rows(segments):
        height = typical_height(row)
        units: list[Segment] = []
        boundary_logits: list[float] = []
        touching: list[tuple[int, int]] = []
        for segment in within_time_budget(sorted(row, key=lambda segment: segment.middle)):
            cut = _Cut([segment], []) if segment in whole else _cut(segment, height, pen)
            if units:
                boundary_logits.append(boundary_logit(units[-1], cut.segments[0], height))
            if len(cut.segments) > 1:
                touching.append((len(units), len(units) + len(cut.segments)))
            units += cut.segments
            boundary_logits += cut.boundary_logits
        lines.append(TextLine(tuple(units), tuple(boundary_logits), height, tuple(touching)))
    return lines


@dataclass(frozen=True, eq=False)
class _Cut:
    segments: list[Segment]
    boundary_logits: list[float]


def _cut(segment: Segment, height: float, pen: float) -> _Cut:
    """Cuts a segment that may be several touching digits along the paths that cross the least ink."""
    # A segment narrower than a digit is cut only where a path crosses no ink: it may still hold strokes
    # of two neighbors.
    narrow = segment.width < 0.6 * max(segment.height, 0.5 * height)
    if segment.width < 2.0 * pen or segment.height < 0.4 * height:
        return _Cut([segment], [])
    # Paths are sought on a small copy: their cost grows with the area, their place is exact enough.
    step = max(segment.height / _SEAM_HEIGHT, 1.0)
    size = max(round(segment.width / step), 1), max(round(segment.height / step), 1)
    ink = cv2.resize(segment.coverage, size, interpolation=cv2.INTER_AREA)
    rows = (np.arange(size[1]) + 0.5) * step - 0.5
    seams = _seams(ink, pen / step)
    if narrow:
        seams = [seam for seam in seams if seam[1] < _OPEN]
    if not seams:
        return _Cut([segment], [])
    segments, boundary_logits, rest = [], [], segment.coverage
    across = np.arange(segment.width)[None, :]
    for path, crossed in seams:
        border = np.interp(np.arange(segment.height), rows, (path + 0.5) * step)[:, None]
        side = np.where(across < border, rest, 0)
        # A path along the margin leaves nothing on one side.
        if side.max() < 0.5 or np.where(across < border, 0, rest).max() < 0.5:
            continue
        segments.append(_tight(segment.left, segment.top, side))
        rest = np.where(across < border, 0, rest)
        boundary_logits.append(
            1.0 if crossed < _OPEN else float(np.clip(-0.5 - _ODDS_PER_PEN * crossed, _MIN_ODDS, -1.0))
        )
    segments.append(_tight(segment.left, segment.top, rest))
    return _Cut(segments, boundary_logits)


def _seams(ink: np.ndarray, pen: float) -> list[tuple[np.ndarray, float]]:
    """Paths from top to bottom that cross little ink: their columns by row, and the ink crossed in pens."""
    rows, columns = ink.shape
    # A little for each paper pixel too: of two paths without ink the shorter, straighter one wins.
    cost = ink + 0.02
    down, up = _accumulate(cost), _accumulate(cost[::-1])[::-1]
    # Cheapest path through each pixel: from above plus from below, the pixel itself counted once.
    through = down + up - cost
    middle = rows // 2
    # Every path crosses the middle band, so its columns stand for all paths.
    line = through[middle - rows // 6 : middle + rows // 6 + 1].min(axis=0) - 0.02 * rows
    margin, apart = max(int(0.1 * rows), 2), 0.08 * rows
    most = max(round(_CUTS_PER_HEIGHT * columns / rows), 2)
    found: list[tuple[np.ndarray, float]] = []
    # Cheapest first; a path close to one already found would only cut the same place again.
    for x in np.argsort(line[margin : columns - margin], kind="stable") + margin:
        if len(found) == most or line[x] > _MAX_CROSSED * pen:
            break
        y = int(through[middle - rows // 6 : middle + rows // 6 + 1, x].argmin()) + middle - rows // 6
        path = _trace(down, up, y, int(x))
        if all(np.abs(path - other).mean() >= apart for other, _ in found):
            found.append((path, float(line[x]) / pen))
    # Where digits overlap, the cheapest path goes around both: straight cuts are tried as well.
    for column in np.arange(margin, columns - margin, _STRAIGHT_APART * rows):
        straight = np.full(rows, int(column))
        if all(np.abs(straight - other).mean() >= 0.5 * _STRAIGHT_APART * rows for other, _ in found):
            found.append((straight, float(ink[:, int(column)].sum()) / pen))
    found.sort(key=lambda seam: float(seam[0].mean()))
    return found


def _accumulate(cost: np.ndarray) -> np.ndarray:
    """Least cost of a path from the first row to each pixel, one column to a side per row."""
    total = cost.copy()
    for row in range(1, len(cost)):
        before = np.pad(total[row - 1], 1, constant_values=np.inf)
        # A step aside costs a little, or paths would zigzag over paper.
        total[row] += np.minimum(np.minimum(before[:-2] + 0.03, before[1:-1]), before[2:] + 0.03)
    return total


def _trace(down: np.ndarray, up: np.ndarray, row: int, column: int) -> np.ndarray:
    path = np.empty(len(down))
    path[row] = column
    for total, rows in ((down, range(row - 1, -1, -1)), (up, range(row + 1, len(down)))):
        x = column
        for y in rows:
            start = max(x - 1, 0)
            x = start + int(total[y, start : x + 2].argmin())
            path[y] = x
    return path


def _tight(left: int, top: int, coverage: np.ndarray) -> Segment:
    inked = coverage > 0.3
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if rows.size == 0:
        return Segment(left, top, coverage)
    window = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Segment(left + int(columns[0]), top + int(rows[0]), np.ascontiguousarray(window))


def pen_of(segments: Sequence[Segment]) -> float:
    """The median width of the pen over some segments, in pixels; 1 where no pixel is mostly ink."""
    pens = [pen for segment in segments if (pen := measure_pen(segment.coverage)) > 0.0]
    return float(np.median(pens)) if pens else 1.0
