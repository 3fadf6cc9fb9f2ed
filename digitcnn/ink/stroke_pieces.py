"""Pen strokes to rows of writing: the units that a reader joins into digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from digitcnn.ink.strokes import Stroke, box_of_strokes
from digitcnn.ink.text_lines import boundary_logit, group_rows, typical_height


@dataclass(frozen=True, eq=False)
class PenSegment:
    """One stroke with its box and its position.

    Attributes:
        path: (n, 2) float, x right and y down.
        position: in drawing order, from 0.
        left, top, right, bottom: its box, in the strokes' own units.
    """

    path: Stroke
    position: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, eq=False)
class PenRow:
    """Strokes of one line of writing, in one order.

    Attributes:
        segments: neighbours may be one digit.
        boundary_logits: one fewer than segments: the log-odds that a digit ends there.
        height: of a digit of this line, in the strokes' own units.
    """

    segments: tuple[PenSegment, ...]
    boundary_logits: tuple[float, ...]
    height: float


def arrange_strokes(strokes: Sequence[Stroke]) -> list[tuple[PenRow, ...]]:
    """The lines of a drawing, top line first, each in the orders that its strokes may be read in.

    Args:
        strokes: in the order in which they were drawn.

    Returns:
        For each line the order of time, in which the strokes of a digit usually follow each other,
        and, where it differs, the order from left to right, for strokes that were added later.
    """
    segments = []
    for position, path in enumerate(strokes):
        box = box_of_strokes([path])
        segments.append(PenSegment(path, position, box.x, box.y, box.x + box.width, box.y + box.height))
    lines = []
    for row in group_rows(segments):
        height = typical_height(row)
        in_time = sorted(row, key=lambda segment: segment.position)
        in_space = sorted(row, key=lambda segment: segment.left + segment.right)
        orders = [in_time] if in_time == in_space else [in_time, in_space]
        lines.append(tuple(_put_in_row(order, height) for order in orders))
    return lines


def _put_in_row(segments: Sequence[PenSegment], height: float) -> PenRow:
    boundary_logits = tuple(boundary_logit(one, other, height) for one, other in pairwise(segments))
    return PenRow(tuple(segments), boundary_logits, height)
