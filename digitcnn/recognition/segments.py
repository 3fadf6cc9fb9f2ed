"""Segments of ink to lines of digits: joined where they stand over one another, cut where several touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from digitcnn.ink.images.binarize import Ink
from digitcnn.ink.images.components import find_components, make_segment_digit
from digitcnn.ink.images.cuts import Segment, TextLine, arrange, crop_segment, join, pairs_above, pen_of
from digitcnn.ink.images.selection import choose_writing
from digitcnn.ink.strokes import Box
from digitcnn.ink.text_lines import typical_height
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.lattice import (
    AMONG_DIGITS,
    Span,
    best_path_reading_little,
    list_spans,
    min_span_cost,
    span_cost,
)
from digitcnn.recognition.reading import Digit
from digitcnn.recognition.touching import collect_evidence, may_be_several
from digitcnn.time_budget import within_time_budget

SURE = 0.8
"""From this probability on, a digit is sure; so is a hypothesis, whose digits have it on average."""

MANY = 4
"""From this number of digits on, a page tells what is typical of it."""

_MAX_DIGIT_WIDTH = 1.7
"""Width of the widest digit in heights of its line."""

_PLAIN = 0.6
"""A segment more probably a digit than this, and not wide, is not cut."""

_MAX_PLAIN_WIDTH = 1.15

_MIN_CUT_HEIGHT = 0.4
"""Segments lower than this, in heights of the page's digits, are remains of a line and are not cut."""


def find_segments(ink: Ink) -> list[Segment]:
    """The components of ink that may be writing, each a segment."""
    components = find_components(ink)
    return [
        crop_segment(components, [component]) for component in within_time_budget(choose_writing(components))
    ]


def read_segments(classifier: Classifier, ink: Ink, known: dict[Segment, Digit]) -> list[list[Digit]]:
    """The digits of the segments of upright ink, line by line.

    Args:
        classifier: reads what is joined and cut.
        ink: where the segments are.
        known: the segments, and how each reads by itself.
    """
    known = _stack(classifier, ink, known)
    min_height = _MIN_CUT_HEIGHT * typical_height(list(known)) if known else 0.0
    whole = {
        segment
        for segment, digit in known.items()
        if segment.height < min_height
        or _is_whole(segment, digit.nearest_probability)
        or not may_be_several(segment)
    }
    lines = arrange(list(known), pen=pen_of(list(known)), whole=whole)
    return _settle([_read_line(classifier, ink, line, known) for line in lines])


def classify_segments(
    classifier: Classifier,
    ink: Ink,
    segments: Iterable[Segment],
    *,
    turns: int = 0,
    rejection_threshold: float = AMONG_DIGITS,
    thinner: bool = True,
) -> list[Digit]:
    """Classifies segments; those in doubt also as a thinner pen would have written them, if `thinner`."""
    coverages: list[np.ndarray] = []
    pixels: list[np.ndarray] = []
    boxes: list[Box] = []
    for segment in within_time_budget(segments):
        coverages.append(np.rot90(segment.coverage, turns))
        pixels.append(make_segment_digit(coverages[-1]))
        boxes.append(_box_of(ink, segment))
    if not pixels:
        return []
    thin = (lambda at: make_segment_digit(coverages[at], thinner=True)) if thinner else None
    return classifier.classify_batch(
        np.stack(pixels), boxes, rejection_threshold=rejection_threshold, thin=thin
    )


def _is_whole(segment: Segment, probability: float) -> bool:
    """Whether a segment is one digit: the wider it is, the more probable that digit must be."""
    shape = segment.width / segment.height
    return probability > (_PLAIN if shape < _MAX_PLAIN_WIDTH else SURE) and shape < _MAX_DIGIT_WIDTH


def _settle(lines: list[list[Digit]]) -> list[list[Digit]]:
    """Refuses digits that do not fit the page: far smaller or larger than most, or alone and doubtful."""
    sure = [
        d.box.height for line in lines for d in line if d.label is not None and d.nearest_probability > SURE
    ]
    # Of a few digits no size is typical.
    if len(sure) < MANY:
        return lines
    typical = float(np.median(sure))

    def settled(digit: Digit, alone: bool) -> Digit:
        if digit.label is None:
            return digit
        # Half or twice the typical height is 1.4 standard deviations, which costs nothing.
        off = max(abs(np.log(max(digit.box.height, 1e-9) / typical)) / 0.5 - 1.5, 0.0)
        doubt = 0.5 * off**2 - np.log(max(digit.nearest_probability, 1e-9))
        if doubt > 3.0 or (alone and digit.nearest_probability < _PLAIN):
            return replace(digit, refused=True)
        return digit

    return [[settled(digit, len(line) == 1) for digit in line] for line in lines]


def _stack(classifier: Classifier, ink: Ink, known: dict[Segment, Digit]) -> dict[Segment, Digit]:
    """Joins segments that stand over one another where both together are a digit rather than each alone."""
    pairs = [
        pair for pair in pairs_above(list(known)) if min(known[p].nearest_probability for p in pair) < _PLAIN
    ]
    joined = classify_segments(classifier, ink, (join(pair) for pair in pairs))
    gains = sorted(zip(joined, pairs, strict=True), key=lambda entry: -entry[0].nearest_probability)
    result = dict(known)
    # The surest pair first: a segment belongs to one digit only.
    for digit, (one, other) in gains:
        if one in result and other in result and digit.nearest_probability > _PLAIN:
            del result[one], result[other]
            result[join((one, other))] = digit
    return result


def _read_line(classifier: Classifier, ink: Ink, line: TextLine, known: dict[Segment, Digit]) -> list[Digit]:
    widest = _MAX_DIGIT_WIDTH * line.height
    height = ink.picture.scale * line.height / ink.zoom

    def fits(start: int, end: int) -> bool:
        segments = line.segments[start:end]
        return max(each.right for each in segments) - min(each.left for each in segments) <= widest

    def classify_spans(spans: Iterable[Span]) -> dict[Span, Digit]:
        """Joins one span at a time: all segments together would take the memory of hundreds of pictures."""
        spans = [span for span in spans if span not in alone]
        # Among many ways to cut, test-time augmentation is worth its time for separate segments only.
        joined = (join(line.segments[span.start : span.end]) for span in spans)
        return dict(zip(spans, classify_segments(classifier, ink, joined, thinner=False), strict=True))

    evidence = collect_evidence(line)
    units = [Span(at, at + 1) for at in range(len(line.segments))]
    alone = {
        span: known[segment] for span, segment in zip(units, line.segments, strict=True) if segment in known
    }
    # Units of an uncut span are known from the first pass, those of a cut one are not.
    if evidence.seen:
        alone |= classify_spans(span for span in units if not evidence.concerns(span))
    digits: dict[Span, Digit] = {}

    def score_spans(spans: list[Span]) -> list[float]:
        answers = alone | classify_spans(spans)
        digits.update((span, evidence.fuse(span, answers[span], alone)) for span in spans)
        return [span_cost(digits[span], height) + doubts[span] for span in spans]

    spans = list_spans(line.boundary_logits, fits)
    doubts = {span: evidence.doubt(span, alone) for span in spans}
    boxes = {span: _box_of(ink, *line.segments[span.start : span.end]) for span in spans}
    # Bounds by size alone are enough to leave most spans unread.
    min_costs = {span: min_span_cost(boxes[span], height) + doubts[span] for span in spans}
    path = best_path_reading_little(evidence.boundary_logits, min_costs, score_spans)
    return evidence.fill(path, [digits[span] for span in path])


def _box_of(ink: Ink, *segments: Segment) -> Box:
    """The box around some segments, in the pixels of the input."""
    left, top = min(p.left for p in segments), min(p.top for p in segments)
    sides = left, top, max(p.right for p in segments) - left, max(p.bottom for p in segments) - top
    return ink.picture.to_input(*(side / ink.zoom for side in sides))
