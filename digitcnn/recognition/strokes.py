"""Drawings of numbers to readings: the most probable grouping of pen strokes into digits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitcnn.ink.stroke_pieces import PenRow, arrange_strokes
from digitcnn.ink.strokes import Stroke, box_of_strokes, draw_house_digit
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
"""Spans of strokes that are read of a row, about: of a long row only shorter ones."""


def read_rows(classifier: Classifier, strokes: Sequence[Stroke]) -> list[list[Digit]]:
    """Reads a drawing line by line.

    Args:
        classifier: answers the candidates.
        strokes: checked, in the order in which they were drawn.
    """
    rows = arrange_strokes(strokes)
    # Two rings over one another are two rows by their boxes, and yet one 8.
    if len(rows) > 1 and (stacked := _read_stacked(classifier, strokes)):
        return [[stacked]]
    lines = []
    for orders in rows:
        readings = [_read_row(classifier, row) for row in orders]
        # By time and by place: an 8 closed later belongs to its first half, whatever was written between.
        digits, _ = min(readings, key=lambda reading: reading[1])
        lines.append(sorted(digits, key=lambda digit: digit.box.x + digit.box.width / 2))
    return lines


def _read_stacked(classifier: Classifier, strokes: Sequence[Stroke]) -> Digit | None:
    """The one digit that strokes over one another make, such as an 8 of two circles, if they do."""
    boxes = sorted((box_of_strokes([stroke]) for stroke in strokes), key=lambda box: box.y)
    whole = box_of_strokes(strokes)
    bottom = boxes[0].y
    for box in boxes:
        if box.y - bottom > _TOUCHING * whole.height:
            return None
        bottom = max(bottom, box.y + box.height)
    digit = classifier.classify_digit(draw_house_digit(strokes), whole)
    return digit if digit.label is not None and digit.confidence > _SURE else None


def _read_row(classifier: Classifier, row: PenRow) -> tuple[list[Digit], float]:
    """The digits of a row, and the cost of reading it so."""

    def fits(start: int, end: int) -> bool:
        segments = row.segments[start:end]
        width = max(p.right for p in segments) - min(p.left for p in segments)
        height = max(p.bottom for p in segments) - min(p.top for p in segments)
        return width <= _MAX_DIGIT_WIDTH * row.height and height <= _MAX_DIGIT_HEIGHT * row.height

    # Spans grow with the square of the row: a long row tries shorter ones, never fewer than three strokes.
    longest = max(min(_MAX_SPANS // len(row.segments), MAX_SPAN_LENGTH), 3)
    spans = list_spans(row.boundary_logits, fits, longest=longest)
    groups = [[segment.path for segment in row.segments[span.start : span.end]] for span in spans]
    pixels = np.stack([draw_house_digit(group) for group in within_time_budget(groups)])
    boxes = [box_of_strokes(group) for group in groups]
    digits = classifier.classify_batch(pixels, boxes, rejection_threshold=AMONG_DIGITS)
    of_run: dict[Span, Digit] = dict(zip(spans, digits, strict=True))
    chosen, cost = best_path(row.boundary_logits, of_run, height=row.height)
    return [of_run[span] for span in chosen], cost
