"""Drawings of numbers to readings: the most probable grouping of pen strokes into digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from digitcnn.ink.strokes import Stroke, box_of_strokes, draw_house_digit
from digitcnn.ink.text_lines import boundary_logit, group_rows, typical_height
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.lattice import AMONG_DIGITS, MAX_SPAN_LENGTH, Span, best_path, list_spans
from digitcnn.recognition.reading import Digit
from digitcnn.time_budget import within_time_budget

_MAX_DIGIT_WIDTH = 1.8
_MAX_DIGIT_HEIGHT = 2.0
"""Largest box of a digit in heights of its line."""

_TOUCHING = 0.1
"""Gap between strokes of a digit that stand over one another at most, in heights of the drawing."""

_SURE = 0.8

_MAX_SPANS = 1000
"""About how many spans of a row are read: a long row tries shorter ones only."""


def read_rows(classifier: Classifier, strokes: Sequence[Stroke]) -> list[list[Digit]]:
    """Reads a drawing line by line.

    Args:
        classifier: answers the spans.
        strokes: checked, in the order in which they were drawn.
    """
    rows = _arrange_strokes(strokes)
    # Two rings over one another are two rows by their boxes, and yet one 8.
    if len(rows) > 1 and (stacked := _read_stacked(classifier, strokes)):
        return [[stacked]]
    lines = []
    for orders in rows:
        readings = [_read_row(classifier, row) for row in orders]
        # By time and by place: a stroke that closes an 8 later belongs to its first half.
        digits, _ = min(readings, key=lambda reading: reading[1])
        lines.append(sorted(digits, key=lambda digit: digit.box.x + digit.box.width / 2))
    return lines


@dataclass(frozen=True, eq=False)
class _PenSegment:
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
class _PenRow:
    """Strokes of one line of writing, in one order.

    Attributes:
        segments: neighbors may be one digit.
        boundary_logits: one fewer than segments: the log-odds that a digit ends there.
        height: of a digit of this line, in the strokes' own units.
    """

    segments: tuple[_PenSegment, ...]
    boundary_logits: tuple[float, ...]
    height: float


def _arrange_strokes(strokes: Sequence[Stroke]) -> list[tuple[_PenRow, ...]]:
    """The lines of a drawing, top line first, each in the orders in which its strokes may be read.

    Args:
        strokes: in the order in which they were drawn.

    Returns:
        For each line the order in time, in which the strokes of a digit usually follow each other,
        and, where it differs, the order from left to right, for strokes that were added later.
    """
    segments = []
    for position, path in enumerate(strokes):
        box = box_of_strokes([path])
        segments.append(_PenSegment(path, position, box.x, box.y, box.x + box.width, box.y + box.height))
    lines = []
    for row in group_rows(segments):
        height = typical_height(row)
        in_time = sorted(row, key=lambda segment: segment.position)
        # By the middle, not the left edge: the roof of a 5 begins left of the digit before it.
        in_space = sorted(row, key=lambda segment: segment.left + segment.right)
        orders = [in_time] if in_time == in_space else [in_time, in_space]
        lines.append(tuple(_put_in_row(order, height) for order in orders))
    return lines


def _put_in_row(segments: Sequence[_PenSegment], height: float) -> _PenRow:
    boundary_logits = tuple(boundary_logit(one, other, height) for one, other in pairwise(segments))
    return _PenRow(tuple(segments), boundary_logits, height)


def _read_stacked(classifier: Classifier, strokes: Sequence[Stroke]) -> Digit | None:
    """The one digit, such as an 8 of two circles, that strokes over one another make; None if they do not."""
    # Strokes that touch, one below the other, all the way down.
    boxes = sorted((box_of_strokes([stroke]) for stroke in strokes), key=lambda box: box.y)
    whole = box_of_strokes(strokes)
    bottom = boxes[0].y
    for box in boxes:
        if box.y - bottom > _TOUCHING * whole.height:
            return None
        bottom = max(bottom, box.y + box.height)
    digit = classifier.classify_digit(draw_house_digit(strokes), whole)
    return digit if digit.label is not None and digit.confidence > _SURE else None


def _read_row(classifier: Classifier, row: _PenRow) -> tuple[list[Digit], float]:
    """The digits of a row and the cost of their path."""

    def fits(start: int, end: int) -> bool:
        segments = row.segments[start:end]
        width = max(each.right for each in segments) - min(each.left for each in segments)
        height = max(each.bottom for each in segments) - min(each.top for each in segments)
        return width <= _MAX_DIGIT_WIDTH * row.height and height <= _MAX_DIGIT_HEIGHT * row.height

    # Spans grow with the square of the row: a long row tries shorter ones, never fewer than three strokes.
    longest = max(min(_MAX_SPANS // len(row.segments), MAX_SPAN_LENGTH), 3)
    spans = list_spans(row.boundary_logits, fits, longest=longest)
    groups = [[segment.path for segment in row.segments[span.start : span.end]] for span in spans]
    pixels = np.stack([draw_house_digit(group) for group in within_time_budget(groups)])
    boxes = [box_of_strokes(group) for group in groups]
    digits = classifier.classify_batch(pixels, boxes, rejection_threshold=AMONG_DIGITS)
    by_span: dict[Span, Digit] = dict(zip(spans, digits, strict=True))
    chosen, cost = best_path(row.boundary_logits, by_span, height=row.height)
    return [by_span[span] for span in chosen], cost
