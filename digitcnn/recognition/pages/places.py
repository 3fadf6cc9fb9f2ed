"""How the boxes of digits lie to one another on a page."""

from digitcnn.ink.strokes import Box

_ONE_PLACE = 0.6
"""Boxes that share more than this of the smaller one are in one place."""


def is_same_digit(one: Box, other: Box, apart: float = 0.4) -> bool:
    """Whether two boxes share a middle, nearer than `apart` mean sizes; touching neighbors do not.

    Overlap would not do: digits that touch share more of their boxes than two finds of one digit may.
    """
    across = abs(one.x + one.right - other.x - other.right) / 2
    down = abs(one.y + one.bottom - other.y - other.bottom) / 2
    wide, high = (one.width + other.width) / 2, (one.height + other.height) / 2
    # A 1 is narrow: its width says little about how near another digit's middle may be.
    return across < apart * max(wide, 0.45 * high) and down < apart * high


def shared_area(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    width = min(one.right, other.right) - max(one.x, other.x)
    height = min(one.bottom, other.bottom) - max(one.y, other.y)
    return max(width, 0.0) * max(height, 0.0)


def matches(one: Box, other: Box) -> bool:
    """Whether two boxes are of one digit: they share a middle, and neither is twice as high."""
    return is_same_digit(one, other) and 0.5 < one.height / max(other.height, 1e-9) < 2.0


def is_one_place(one: Box, other: Box) -> bool:
    """Whether at most one of two boxes can be a digit's."""
    return matches(one, other) or overlap(one, other) > _ONE_PLACE


def overlap(one: Box, other: Box) -> float:
    """The area that two boxes share, as a fraction of the smaller one's."""
    return shared_area(one, other) / max(min(one.width * one.height, other.width * other.height), 1e-9)


def is_beside(one: Box, other: Box) -> bool:
    """Whether both are of one height and side by side, at most about a digit apart."""
    high = max(one.height, 1e-9)
    return (
        abs(one.y + one.bottom - other.y - other.bottom) / 2 < 0.4 * high
        and 0.6 < other.height / high < 1.6
        and abs(one.x + one.right - other.x - other.right) / 2 < 2.2 * high
    )
