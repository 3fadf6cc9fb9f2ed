"""Leaves out what was read as a digit on a page and is a mark: rings, slashes, and what is crossed out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from digitcnn.ink.images.binarize import Ink
from digitcnn.ink.images.level_strokes import LevelStroke, find_level_strokes
from digitcnn.ink.strokes import Box
from digitcnn.recognition.pages.places import overlap
from digitcnn.recognition.reading import Digit

_OVERHANG, _PER_LEAN = 0.1, 0.25
"""A slash sticks out above and below the digits beside it by this in all, in their heights, or leans more.

A leaning 1 is as tall as they are.
"""

_LEAN = (0.2, 1.2)
"""Of a slash: how far to the right per height it leans."""

_THIN = 0.22
"""Deviation of a straight stroke across at most, in that along it."""

_SMALL, _LOW = 0.45, 0.45
"""Height of a comma or a point, and of its top over the line, at most, in heights of the digits beside it."""

_LEVEL, _EVEN = 0.02, 0.12
"""A slash sticks out above and below by about as much; on a sloping line a 1 sticks out on one side."""

_REACH = 2.5
"""Digits stand beside a slash that are nearer than this, in their heights."""

_CONTENT = (0.3, 0.85)
"""Height of what stands in a ring, in that of the ring."""

_OFF_CENTER = 0.25

_IN_WHOLE, _HALVES_SHARE = 0.8, 0.4
"""The share of a half that lies in its whole, and of the lower half's height that the upper one may share."""

_HALF = (0.3, 0.75)
"""Height of one of two halves, in that of the whole digit."""

_MAX_LINES = 2
"""More level strokes than this on a picture are rules."""

_THROUGH = (0.25, 0.75)
"""Where a line goes through what it crosses out, in heights from the top."""

_AT_FEET = (-0.25, 0.6)
"""How far below the feet of digits an underline runs, in their heights."""

_BEYOND, _SHORT = 0.8, 0.1
"""Such a line ends at most this far outside of its first and last digit, or inside; a ruled one goes on."""

_APART = 0.1
"""What is crossed out is further from the digits beside it, in heights of one; the bars of a 44 may meet."""


def without_rings(digits: Sequence[Digit]) -> list[Digit]:
    """Digits without the zeros that stand around others; a zero may have a dot or a bar in it."""
    return [digit for digit in digits if not (digit.nearest == 0 and _is_ring(digit, digits))]


def without_halves(digits: Sequence[Digit]) -> list[Digit]:
    """Digits without the two halves of another, as the loops of an 8 may be: one above the other in its box.

    They stay where they are more probable together than the whole.
    """
    gone: list[Digit] = []
    for whole in digits:
        inside = [each for each in digits if each is not whole and _is_half(each.box, whole.box)]
        for upper, lower in itertools.permutations(inside, 2):
            apart = lower.box.y - upper.box.bottom > -_HALVES_SHARE * min(lower.box.height, upper.box.height)
            if apart and whole.digit_probability > upper.digit_probability * lower.digit_probability:
                gone += [upper, lower]
    return [digit for digit in digits if not any(digit is each for each in gone)]


def _is_half(box: Box, whole: Box) -> bool:
    return overlap(box, whole) > _IN_WHOLE and _HALF[0] < box.height / whole.height < _HALF[1]


def without_signs(line: Sequence[Digit]) -> list[Digit]:
    """The digits of a line without slashes, commas and points between them, which are read as 1s.

    A slash is straight, leans, and sticks out above and below; a comma is small and low.
    """
    return [
        digit
        for at, digit in enumerate(line)
        if not (digit.nearest == 1 and 0 < at < len(line) - 1 and _is_sign(digit, line))
    ]


def without_crossed_out(
    lines: Sequence[Sequence[Digit]], strokes: Sequence[LevelStroke], ink: Ink
) -> list[list[Digit]]:
    """The lines without the digits that a straight stroke of ink goes through, several at a time.

    All stay where none would be left.

    Args:
        lines: boxes are in pixels of the input.
        strokes: of this ink.
        ink: of the same picture.
    """
    boxes = [_in_input(stroke, ink) for stroke in strokes]
    left = [_without_crossed(line, boxes) for line in lines]
    return left if any(left) else [list(line) for line in lines]


def find_strokes(lines: Sequence[Sequence[Digit]], ink: Ink) -> list[LevelStroke]:
    """The level strokes of a pen that may cross out or underline these digits.

    None on ruled paper, where lines go through digits and beside them alike.
    """
    heights = [digit.box.height for line in lines for digit in line]
    # One digit is never crossed out: its picture need not be searched for strokes.
    if len(heights) < 2:
        return []
    zoom = ink.mask.shape[0] / ink.picture.height
    strokes = find_level_strokes(ink.mask, zoom * float(np.median(heights)))
    return strokes if len(strokes) <= _MAX_LINES else []


def find_underlines(
    lines: Sequence[Sequence[Digit]], strokes: Sequence[LevelStroke], ink: Ink
) -> list[LevelStroke]:
    """Those of the strokes that run along the feet of two digits or more.

    Args: as in `without_crossed_out`.
    """
    return [
        stroke for stroke in strokes if any(_is_underline(_in_input(stroke, ink), line) for line in lines)
    ]


def _is_underline(stroke: Box, line: Sequence[Digit]) -> bool:
    over = [digit.box for digit in line if stroke.x < digit.box.x + digit.box.width / 2 < stroke.right]
    if len(over) < 2:
        return False
    high = float(np.median([box.height for box in over]))
    below = stroke.y + stroke.height / 2 - float(np.median([box.bottom for box in over]))
    return _AT_FEET[0] < below / max(high, 1e-9) < _AT_FEET[1]


def _in_input(stroke: LevelStroke, ink: Ink) -> Box:
    zoom = ink.mask.shape[0] / ink.picture.height
    return Box(*(side / zoom for side in stroke.box))


def _is_ring(ring: Digit, digits: Sequence[Digit]) -> bool:
    box = ring.box
    inside = [
        each
        for each in digits
        if each is not ring
        and each.box.x > box.x
        and each.box.y > box.y
        and each.box.right < box.right
        and each.box.bottom < box.bottom
        and _CONTENT[0] < each.box.height / max(box.height, 1e-9) < _CONTENT[1]
    ]
    if not inside:
        return False
    left, right = min(each.box.x for each in inside), max(each.box.right for each in inside)
    top, bottom = min(each.box.y for each in inside), max(each.box.bottom for each in inside)
    return (
        abs(left + right - box.x - box.right) / 2 < _OFF_CENTER * box.width
        and abs(top + bottom - box.y - box.bottom) / 2 < _OFF_CENTER * box.height
    )


def _is_sign(digit: Digit, line: Sequence[Digit]) -> bool:
    box = digit.box
    near = [
        each
        for each in line
        if each is not digit
        and abs(each.box.x + each.box.right - box.x - box.right) / 2 < _REACH * each.box.height
    ]
    # Other 1s may be signs, too.
    beside = [each.box for each in near if each.nearest != 1] or [each.box for each in near]
    if not beside:
        return False
    top = float(np.median([each.y for each in beside]))
    bottom = float(np.median([each.bottom for each in beside]))
    tall = max(bottom - top, 1e-9)
    if box.height < _SMALL * tall:
        return box.y > bottom - _LOW * tall
    above, below = (top - box.y) / tall, (box.bottom - bottom) / tall
    lean = _lean_of(digit.pixels)
    return (
        min(above, below) > -_LEVEL
        and abs(above - below) < _EVEN
        and _LEAN[0] < lean < _LEAN[1]
        and above + below + _PER_LEAN * (lean - _LEAN[0]) > _OVERHANG
    )


def _lean_of(pixels: np.ndarray) -> float:
    """How far to the right per height a straight stroke leans; 0 for ink of another shape."""
    rows, columns = np.nonzero(pixels > 0.3)
    if len(rows) < 3:
        return 0.0
    spread, axes = np.linalg.eigh(np.cov(columns, rows))
    across, down = axes[:, 1]
    # Rows count downwards: where a stroke leans to the right, columns fall as rows rise.
    return float(-across / down) if spread[0] < _THIN**2 * spread[1] and down else 0.0


def _without_crossed(line: Sequence[Digit], strokes: Sequence[Box]) -> list[Digit]:
    gone: set[int] = set()
    for stroke in strokes:
        crossed = [
            at
            for at, digit in enumerate(line)
            if stroke.x < digit.box.x + digit.box.width / 2 < stroke.right
            and _THROUGH[0]
            < (stroke.y + stroke.height / 2 - digit.box.y) / max(digit.box.height, 1e-9)
            < _THROUGH[1]
        ]
        if len(crossed) < 2:
            continue
        boxes = [line[at].box for at in crossed]
        high = max(box.height for box in boxes)
        left, right = min(box.x for box in boxes), max(box.right for box in boxes)
        rest = [digit.box for at, digit in enumerate(line) if at not in crossed]
        if (
            all(max(box.x - right, left - box.right) > _APART * high for box in rest)
            and -_BEYOND * high < stroke.x - left < _SHORT * high
            and -_SHORT * high < stroke.right - right < _BEYOND * high
        ):
            gone.update(crossed)
    return [digit for at, digit in enumerate(line) if at not in gone]
