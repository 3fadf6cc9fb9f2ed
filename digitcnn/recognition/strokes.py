"""Drawings of numbers to readings: the most probable grouping of pen strokes into digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from digitcnn.ink.stroke_marks import without_marks
from digitcnn.ink.strokes import Stroke, box_of_strokes, draw_house_digit
from digitcnn.ink.text_lines import CERTAIN, group_rows, typical_height
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.lattice import (
    AMONG_DIGITS,
    MAX_SPAN_LENGTH,
    Span,
    best_path,
    list_spans,
    span_cost,
)
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

# A 3 and a 1 that overlap make no worse an 8 than an 8 does: how often an 8 has two strokes decides.
STROKE_COUNTS = np.array(
    [
        [0.91, 0.09, 0.0, 0.0],
        [0.91, 0.08, 0.01, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [0.28, 0.71, 0.01, 0.0],
        [0.3, 0.7, 0.0, 0.0],
        [0.99, 0.01, 0.0, 0.0],
        [0.38, 0.61, 0.01, 0.0],
        [0.91, 0.09, 0.0, 0.0],
        [0.97, 0.03, 0.0, 0.0],
    ]
)
"""[digit, strokes - 1] -> how often the digit was written in one stroke, in two, three, and more.

The mean of UCI's and of UNIPEN's training writers, who differ most in 5s and 7s.
"""

_OTHER_HANDS = np.array([0.5, 0.3, 0.12, 0.08])
"""Strokes of a digit of a hand that is like none of these: one in ten."""

_STROKES_DOUBT = -np.log(0.9 * STROKE_COUNTS + 0.1 * _OTHER_HANDS)
"""[digit, strokes - 1] -> minus the log-likelihood of so many strokes."""

_TRUST = 1.5
"""Weight of the reader's answer against boundaries and size."""


def read_rows(classifier: Classifier, strokes: Sequence[Stroke]) -> list[list[Digit]]:
    """Reads a drawing line by line; marks such as slashes and rings are left out.

    Args:
        classifier: answers the spans.
        strokes: checked, in the order in which they were drawn.
    """
    strokes = without_marks(strokes)
    rows = _arrange_strokes(_join_rings(classifier, strokes))
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
    """Strokes of one digit, most often a single one, with their box and position.

    Attributes:
        paths: each (n, 2) float, x right and y down.
        position: in drawing order, from 0.
        left, top, right, bottom: their box, in the strokes' own units.
    """

    paths: tuple[Stroke, ...]
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


def _join_rings(classifier: Classifier, strokes: Sequence[Stroke]) -> list[tuple[Stroke, ...]]:
    """Joins two rings that touch, one over the other, where they are an 8: their boxes alone are two rows."""
    boxes = [box_of_strokes([stroke]) for stroke in strokes]
    joined: list[tuple[Stroke, ...]] = [(stroke,) for stroke in strokes]
    for at, (one, other) in enumerate(pairwise(boxes)):
        upper, lower = sorted((one, other), key=lambda box: box.y)
        whole = box_of_strokes(strokes[at : at + 2])
        # As tall as the other digits: two zeros in two lines of a column would be twice as tall.
        rest = [box.height for box in boxes[:at] + boxes[at + 2 :]]
        across = min(one.right, other.right) - max(one.x, other.x)
        if (
            rest
            and len(joined[at]) == 1
            and abs(lower.y - upper.bottom) < _TOUCHING * whole.height
            and across > 0.5 * min(one.width, other.width)
            and whole.height < _MAX_DIGIT_HEIGHT * max(rest)
        ):
            digit = classifier.classify_digit(draw_house_digit(strokes[at : at + 2]), whole)
            if digit.label == 8 and digit.confidence > _SURE:
                joined[at], joined[at + 1] = (), (strokes[at], strokes[at + 1])
    return [paths for paths in joined if paths]


def _arrange_strokes(units: Sequence[tuple[Stroke, ...]]) -> list[tuple[_PenRow, ...]]:
    """The lines of a drawing, top line first, each in the orders in which its strokes may be read.

    Args:
        units: strokes that belong together, in the order in which they were drawn.

    Returns:
        For each line the order in time, in which the strokes of a digit usually follow each other,
        and, where it differs, the order from left to right, for strokes that were added later.
    """
    segments = []
    for position, paths in enumerate(units):
        box = box_of_strokes(paths)
        segments.append(_PenSegment(paths, position, box.x, box.y, box.right, box.bottom))
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
    boundary_logits = tuple(_boundary_logit(one, other, height) for one, other in pairwise(segments))
    return _PenRow(tuple(segments), boundary_logits, height)


def _boundary_logit(one: _PenSegment, other: _PenSegment, height: float) -> float:
    """How much likelier, as a logarithm, two strokes in a row are of two digits than of one.

    As `text_lines.boundary_logit`, but fitted with the number of strokes as further evidence, to numbers
    of the training writers that touch, and to some that don't.
    """
    gap = max(one.left, other.left) - min(one.right, other.right)
    if gap >= 0:
        return min(0.5 + 20.0 * gap / max(height, 1e-9), CERTAIN)
    # How far they would have to be moved apart: a thin stroke in the middle of another one lies deep in it.
    depth = min(one.right - other.left, other.right - one.left)
    narrower = max(min(one.right - one.left, other.right - other.left), 0.25 * height)
    return 2.5 - 6.0 * min(depth / max(narrower, 1e-9), 1.0)


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
    groups = [
        [path for segment in row.segments[span.start : span.end] for path in segment.paths] for span in spans
    ]
    pixels = np.stack([draw_house_digit(group) for group in within_time_budget(groups)])
    boxes = [box_of_strokes(group) for group in groups]
    digits = classifier.classify_batch(pixels, boxes, rejection_threshold=AMONG_DIGITS)
    by_span: dict[Span, Digit] = dict(zip(spans, digits, strict=True))
    costs = {
        span: span_cost(digit, row.height, trust=_TRUST, doubt=_doubt_strokes(digit, len(group)))
        for span, digit, group in zip(spans, digits, groups, strict=True)
    }
    chosen, cost = best_path(row.boundary_logits, costs)
    return [by_span[span] for span in chosen], cost


def _doubt_strokes(digit: Digit, count: int) -> float:
    return float(_STROKES_DOUBT[digit.nearest, min(count, _STROKES_DOUBT.shape[1]) - 1])
