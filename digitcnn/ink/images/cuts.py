"""Pieces of ink in reading order: lines of writing, and the places where a piece may be cut.

A piece here is not yet a digit: it is the smallest unit that a reader may join with its neighbours.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from digitcnn.ink.images.components import Part, Parts, measure_pen, soften
from digitcnn.ink.text_lines import group_rows, odds_of_border, typical_height
from digitcnn.time_budget import within_time_budget

_SEAM_HEIGHT = 48
"""Pieces are this high, in pixels, while cuts through them are sought."""

_CUTS_PER_HEIGHT = 9
"""So many cuts along little ink are tried in a stretch as wide as a digit is high."""

_STRAIGHT_APART = 0.12
"""Straight cuts, in heights of a digit: where two digits overlap, no path along little ink parts them."""

_OPEN = 0.25
"""A path that crosses less ink than this, in pens, passes between two digits."""

_ODDS_PER_PEN, _MIN_ODDS = 0.3, -2.0
"""How much less likely, as a logarithm, a border is per pen's width of ink that it crosses; and at least."""

_MAX_CROSSED = 9.0
"""No cut crosses more ink than this many pens."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Some ink with its place.

    Attributes:
        left, top: of the cover, in the pixels of the arrays of `Ink`.
        cover: (height, width) float32 in 0-1, tight around the ink.
    """

    left: int
    top: int
    cover: np.ndarray

    @property
    def right(self) -> int:
        return self.left + self.cover.shape[1]

    @property
    def bottom(self) -> int:
        return self.top + self.cover.shape[0]

    @property
    def width(self) -> int:
        return self.cover.shape[1]

    @property
    def height(self) -> int:
        return self.cover.shape[0]

    @property
    def extent(self) -> int:
        return max(self.cover.shape)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def middle_height(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, eq=False)
class Line:
    """One line of writing.

    Attributes:
        pieces: left to right.
        odds: one less than pieces: how much likelier, as a logarithm, a digit ends there than not.
        height: of a digit of this line, in pixels.
        cut: first and last unit, end exclusive, of each stretch of ink that was cut in several.
    """

    pieces: tuple[Piece, ...]
    odds: tuple[float, ...]
    height: float
    cut: tuple[tuple[int, int], ...] = ()


def crop_piece(parts: Parts, chosen: Sequence[Part]) -> Piece:
    """The ink of some parts as one piece."""
    cover, (left, top) = parts.crop(chosen)
    return _tight(left, top, cover)


def cut_out(parts: Parts, left: int, top: int, right: int, bottom: int) -> Piece | None:
    """All the ink inside a window, ruled lines and specks left out; None where there is none."""
    height, width = parts.labels.shape
    left, top = int(np.clip(left, 0, width)), int(np.clip(top, 0, height))
    right, bottom = int(np.clip(right, left, width)), int(np.clip(bottom, top, height))
    window = (slice(top, bottom), slice(left, right))
    sizes = np.bincount(parts.labels[window].ravel(), minlength=1)
    sizes[0] = 0
    if sizes.max() < 4:
        return None
    mine = (sizes >= max(0.02 * sizes.max(), 4))[parts.labels[window]]
    return _tight(left, top, soften(parts.ink, window, mine))


def join(pieces: Sequence[Piece]) -> Piece:
    """Several pieces as one."""
    if len(pieces) == 1:
        return pieces[0]
    left, top = min(p.left for p in pieces), min(p.top for p in pieces)
    width, height = max(p.right for p in pieces) - left, max(p.bottom for p in pieces) - top
    cover = np.zeros((height, width), dtype=np.float32)
    for piece in pieces:
        x, y = piece.left - left, piece.top - top
        window = cover[y : y + piece.height, x : x + piece.width]
        np.maximum(window, piece.cover, out=window)
    return Piece(left, top, cover)


def pairs_above(pieces: Sequence[Piece]) -> list[tuple[Piece, Piece]]:
    """Pieces that stand close over one another, and could be one digit by their height."""
    if len(pieces) < 2:
        return []
    typical = typical_height(pieces)
    pairs = []
    for upper in within_time_budget(pieces):
        for lower in pieces:
            gap = lower.top - upper.bottom
            size = max(upper.height, lower.height)
            shared = min(upper.right, lower.right) - max(upper.left, lower.left)
            beside = shared < 0.4 * min(upper.width, lower.width)
            high = lower.bottom - upper.top > 1.6 * max(typical, size)
            if (
                upper.middle_height < lower.middle_height
                and abs(gap) < 0.3 * size
                and not beside
                and not high
            ):
                pairs.append((upper, lower))
    return pairs


def arrange(pieces: Sequence[Piece], *, pen: float, whole: Collection[Piece] = ()) -> list[Line]:
    """Sorts pieces into lines, top line first, and finds where the others than `whole` may be cut.

    Args:
        pieces: of one picture, in any order.
        pen: width of the pen in pixels.
        whole: pieces that are no more than one digit.
    """
    lines = []
    for row in group_rows(pieces):
        height = typical_height(row)
        units: list[Piece] = []
        odds: list[float] = []
        stretches: list[tuple[int, int]] = []
        for piece in within_time_budget(sorted(row, key=lambda piece: piece.middle)):
            cut = _Cut([piece], []) if piece in whole else _cut(piece, height, pen)
            if units:
                odds.append(odds_of_border(units[-1], cut.pieces[0], height))
            if len(cut.pieces) > 1:
                stretches.append((len(units), len(units) + len(cut.pieces)))
            units += cut.pieces
            odds += cut.odds
        lines.append(Line(tuple(units), tuple(odds), height, tuple(stretches)))
    return lines


@dataclass(frozen=True, eq=False)
class _Cut:
    pieces: list[Piece]
    odds: list[float]


def _cut(piece: Piece, height: float, pen: float) -> _Cut:
    """Cuts a piece that may be several touching digits along the paths that cross the least ink."""
    narrow = piece.width < 0.6 * max(piece.height, 0.5 * height)
    if piece.width < 2.0 * pen or piece.height < 0.4 * height:
        return _Cut([piece], [])
    step = max(piece.height / _SEAM_HEIGHT, 1.0)
    size = max(round(piece.width / step), 1), max(round(piece.height / step), 1)
    ink = cv2.resize(piece.cover, size, interpolation=cv2.INTER_AREA)
    rows = (np.arange(size[1]) + 0.5) * step - 0.5
    seams = _seams(ink, pen / step)
    if narrow:
        seams = [seam for seam in seams if seam[1] < _OPEN]
    if not seams:
        return _Cut([piece], [])
    pieces, odds, rest = [], [], piece.cover
    across = np.arange(piece.width)[None, :]
    for path, crossed in seams:
        border = np.interp(np.arange(piece.height), rows, (path + 0.5) * step)[:, None]
        side = np.where(across < border, rest, 0)
        if side.max() < 0.5 or np.where(across < border, 0, rest).max() < 0.5:
            continue
        pieces.append(_tight(piece.left, piece.top, side))
        rest = np.where(across < border, 0, rest)
        odds.append(
            1.0 if crossed < _OPEN else float(np.clip(-0.5 - _ODDS_PER_PEN * crossed, _MIN_ODDS, -1.0))
        )
    pieces.append(_tight(piece.left, piece.top, rest))
    return _Cut(pieces, odds)


def _seams(ink: np.ndarray, pen: float) -> list[tuple[np.ndarray, float]]:
    """Paths from top to bottom that cross little ink: their columns by row, and the ink crossed in pens."""
    rows, columns = ink.shape
    cost = ink + 0.02
    down, up = _accumulate(cost), _accumulate(cost[::-1])[::-1]
    through = down + up - cost
    middle = rows // 2
    line = through[middle - rows // 6 : middle + rows // 6 + 1].min(axis=0) - 0.02 * rows
    margin, apart = max(int(0.1 * rows), 2), 0.08 * rows
    most = max(round(_CUTS_PER_HEIGHT * columns / rows), 2)
    found: list[tuple[np.ndarray, float]] = []
    for x in np.argsort(line[margin : columns - margin], kind="stable") + margin:
        if len(found) == most or line[x] > _MAX_CROSSED * pen:
            break
        y = int(through[middle - rows // 6 : middle + rows // 6 + 1, x].argmin()) + middle - rows // 6
        path = _trace(down, up, y, int(x))
        if all(np.abs(path - other).mean() >= apart for other, _ in found):
            found.append((path, float(line[x]) / pen))
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


def _tight(left: int, top: int, cover: np.ndarray) -> Piece:
    inked = cover > 0.3
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if rows.size == 0:
        return Piece(left, top, cover)
    window = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Piece(left + int(columns[0]), top + int(rows[0]), np.ascontiguousarray(window))


def pen_of(pieces: Sequence[Piece]) -> float:
    """The median width of the pen over some pieces, in pixels; 1 where no pixel is mostly ink."""
    pens = [pen for piece in pieces if (pen := measure_pen(piece.cover)) > 0.0]
    return float(np.median(pens)) if pens else 1.0
