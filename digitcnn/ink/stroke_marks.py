"""Pen strokes of a number that are not digits: rings, underlines, crossings-out, slashes and commas."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digitcnn.ink.strokes import Box, Stroke, box_of_strokes

_STRAIGHT = 0.97
"""Distance between the ends of a straight stroke at least, as a share of its length."""

_LONG = 1.4
"""Length of an underline or a crossing-out at least, in heights of a digit."""

_LEVEL = 0.25
"""Rise of an underline at most, as a share of its width."""

_SLANT = (0.2, 1.2)
"""Of a slash: how far to the right per height it leans."""

_TALL = 1.1
"""Height of a slash at least, in heights of the digits beside it: a leaning 1 is as tall as they are."""

_OVERHANG = 0.03
"""A slash sticks out above and below the digits by this at least, in their heights."""

_SMALL = 0.4
"""Height of a comma or a point at most, in heights of a digit."""


def without_marks(strokes: Sequence[Stroke]) -> list[Stroke]:
    """The strokes of a number that may be digits, in their order.

    Left out are a ring around other strokes, a long line below or through several of them, with what it
    crosses out, a leaning line between digits that sticks out above and below, and what lies at the foot of a
    line between digits. One digit alone has no marks: a zero may have a slash, a 7 a bar.

    Args:
        strokes: each (n, 2), x to the right and y down, in any unit.
    """
    boxes = [box_of_strokes([stroke]) for stroke in strokes]
    kept = [at for at in range(len(strokes)) if not _is_ring(at, strokes, boxes)]
    kept = _without_lines(kept, strokes, boxes)
    height = _height_of([boxes[at] for at in kept])
    rest = [
        at
        for at in kept
        if not _is_between(at, kept, boxes) or not _is_sign(at, kept, strokes, boxes, height)
    ]
    return [strokes[at] for at in rest] or list(strokes)


def _is_ring(at: int, strokes: Sequence[Stroke], boxes: Sequence[Box]) -> bool:
    """Whether a stroke goes around others without touching them."""
    ring, box = strokes[at], boxes[at]
    inside = [other for other in range(len(strokes)) if other != at and _shared(boxes[other], box) > 0.95]
    if not inside or np.linalg.norm(ring[0] - ring[-1]) > 0.3 * max(box.width, box.height):
        return False
    within = box_of_strokes([strokes[other] for other in inside])
    # A zero may have a dot or a bar in it.
    if within.height < 0.4 * box.height or all(_straightness(strokes[other]) > 0.9 for other in inside):
        return False
    points = np.concatenate([strokes[other] for other in inside])
    steps = _resample(ring)
    nearest = np.sqrt(((points[:, None] - steps[None]) ** 2).sum(axis=2)).min()
    return bool(nearest > 0.02 * box.height)


def _without_lines(kept: list[int], strokes: Sequence[Stroke], boxes: Sequence[Box]) -> list[int]:
    """Leaves out long level lines, and what they cross out."""
    height = _height_of([boxes[at] for at in kept])
    gone: set[int] = set()
    for at in kept:
        box = boxes[at]
        if box.width < _LONG * height or box.height > _LEVEL * box.width or _straightness(strokes[at]) < 0.9:
            continue
        above = [
            other
            for other in kept
            if other != at and box.x < boxes[other].x + boxes[other].width / 2 < box.right
        ]
        # The roof of a 5 or the bar of a 7 lies over one digit.
        if len(_columns([boxes[other] for other in above])) < 2:
            continue
        gone.add(at)
        middle = box.y + box.height / 2
        tall = [other for other in above if boxes[other].height > 0.5 * height]
        crossed = [
            other
            for other in tall
            if boxes[other].y + 0.2 * boxes[other].height
            < middle
            < boxes[other].bottom - 0.2 * boxes[other].height
        ]
        if len(crossed) > 0.5 * len(tall):
            gone.update(above)
    return [at for at in kept if at not in gone]


def _is_between(at: int, kept: Sequence[int], boxes: Sequence[Box]) -> bool:
    """Whether other strokes lie to the left and to the right of a stroke's middle."""
    middle = boxes[at].x + boxes[at].width / 2
    others = [boxes[other] for other in kept if other != at]
    return any(box.x + box.width / 2 < middle for box in others) and any(
        box.x + box.width / 2 > middle for box in others
    )


def _is_sign(
    at: int, kept: Sequence[int], strokes: Sequence[Stroke], boxes: Sequence[Box], height: float
) -> bool:
    """Whether a stroke between digits is a slash, a comma or a point."""
    box, stroke = boxes[at], strokes[at]
    beside = [
        boxes[other]
        for other in kept
        if other != at and boxes[other].height > 0.6 * height and _apart(boxes[other], box) < 2.5 * height
    ]
    if not beside:
        return False
    top = float(np.median([each.y for each in beside]))
    bottom = float(np.median([each.bottom for each in beside]))
    tall = max(bottom - top, 1e-9)
    # A short stroke at the foot that touches a digit is a part of it: the foot of a 2, the base of a 1.
    if box.height < _SMALL * tall and box.width < _SMALL * tall:
        touches = any(_apart(each, box) < 0 and _shared(box, each) > 0.3 for each in beside)
        return box.y > bottom - 0.35 * tall and not touches
    ends = sorted((stroke[0], stroke[-1]), key=lambda point: float(point[1]))
    lean = (ends[0][0] - ends[1][0]) / max(ends[1][1] - ends[0][1], 1e-9)
    return bool(
        box.height > _TALL * tall
        and _SLANT[0] < lean < _SLANT[1]
        and _straightness(stroke) > _STRAIGHT
        and box.y < top - _OVERHANG * tall
        and box.bottom > bottom + _OVERHANG * tall
    )


def _height_of(boxes: Sequence[Box]) -> float:
    """The height of a digit: the median of all but bars and points."""
    heights = sorted(box.height for box in boxes)
    tall = [height for height in heights if height > 0.4 * heights[-1]]
    return tall[len(tall) // 2] if tall else 0.0


def _columns(boxes: Sequence[Box]) -> list[float]:
    """Where digits stand side by side: right edges of boxes that don't lie over one another."""
    columns: list[float] = []
    for box in sorted(boxes, key=lambda box: box.right):
        if not columns or box.x > columns[-1] - 0.3 * box.width:
            columns.append(box.right)
    return columns


def _apart(one: Box, other: Box) -> float:
    return max(one.x, other.x) - min(one.right, other.right)


def _shared(one: Box, other: Box) -> float:
    """The share of the first box's width and height that lies in the other's, whichever is less."""
    across = min(one.right, other.right) - max(one.x, other.x)
    down = min(one.bottom, other.bottom) - max(one.y, other.y)
    return min(across / max(one.width, 1e-9), down / max(one.height, 1e-9))


def _straightness(stroke: Stroke) -> float:
    """The distance between a stroke's ends as a share of its length; 0 for a dot."""
    length = sum(float(np.linalg.norm(after - before)) for before, after in pairwise(stroke))
    return float(np.linalg.norm(stroke[-1] - stroke[0])) / length if length else 0.0


def _resample(stroke: Stroke, count: int = 100) -> Stroke:
    """The stroke as `count` points at equal steps along it."""
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))])
    at = np.linspace(0, steps[-1], count)
    return np.stack([np.interp(at, steps, stroke[:, axis]) for axis in (0, 1)], axis=1)
