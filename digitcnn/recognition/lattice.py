"""The most probable segmentation of a line: which neighbors are one digit, by classifier and gaps.

A line of writing comes as a row of units (segments of a picture, pen strokes), too small rather than
too large. Every span of neighbors that could be one digit is read; dynamic programming then finds the
segmentation whose digits, gaps and cuts are together most probable. Source: R. Casey,
E. Lecolinet, "A survey of methods and strategies in character segmentation", 1996.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from digitcnn.ink.strokes import Box
from digitcnn.ink.text_lines import CERTAIN
from digitcnn.recognition.reading import Digit

MAX_SPAN_LENGTH = 14
"""No digit is made of more units than this."""

AMONG_DIGITS = 0.5
"""In a number, ink is refused from this probability of "not a digit" on: its neighbors are digits."""

AS_GOOD = 0.2
"""Costs that differ by less do not decide between two paths."""

_UNREAD = 1e9
_NOT_A_DIGIT = 4.5
_MIN_PROBABILITY = 1e-4
_USUAL_WIDTH, _USUAL_HEIGHT, _SPREAD = 0.85, 0.7, 0.25


class Span(NamedTuple):
    """Units `start` to `end`, end exclusive."""

    start: int
    end: int


def list_spans(
    boundary_logits: Sequence[float], fits: Callable[[int, int], bool], *, longest: int = MAX_SPAN_LENGTH
) -> list[Span]:
    """Lists every span of neighbors that could be one digit.

    Args:
        boundary_logits: one fewer than units: the log-odds that a digit ends there.
        fits: tells whether a span of several units, from start to end, has the size of a digit.
        longest: the most units in a span.
    """
    spans = []
    for start in range(len(boundary_logits) + 1):
        spans.append(Span(start, start + 1))
        for end in range(start + 2, min(start + longest, len(boundary_logits) + 1) + 1):
            if boundary_logits[end - 2] >= CERTAIN:
                break
            if fits(start, end):
                spans.append(Span(start, end))
    return spans


def best_path(boundary_logits: Sequence[float], costs: Mapping[Span, float]) -> tuple[list[Span], float]:
    """Finds the most probable path through a row of units.

    Args:
        boundary_logits: as for `list_spans`.
        costs: of each span: minus its log-likelihood.

    Returns:
        The spans, left to right, and the cost of the path: minus its log-likelihood.
    """
    return _best_path(_Borders.of(boundary_logits), costs)


def best_path_reading_little(
    boundary_logits: Sequence[float],
    min_costs: Mapping[Span, float],
    score_spans: Callable[[list[Span]], Sequence[float]],
) -> list[Span]:
    """Finds the most probable path, or one as good, without reading most spans.

    Args:
        boundary_logits: as for `list_spans`.
        min_costs: a lower bound of each span's cost, which is minus its log-likelihood.
        score_spans: reads some spans and returns their costs; called at most once for each span.

    Returns:
        The spans, left to right, all of them read. `best_path` finds none that costs `AS_GOOD` less.
    """
    borders, bounds = _Borders.of(boundary_logits), dict(min_costs)
    # Unread spans cost at least their bound and at most "unread": the truth lies between the two best paths.
    costs = dict.fromkeys(min_costs, _UNREAD)
    while True:
        promising, bound = _best_path(borders, bounds)
        path, cost = _best_path(borders, costs)
        # No unread span can make a path better by more than that.
        if cost - bound < AS_GOOD:
            return path
        asked = [span for span in promising if costs[span] == _UNREAD]
        costs.update(zip(asked, score_spans(asked), strict=True))
        bounds.update((span, costs[span]) for span in asked)


class _Borders(NamedTuple):
    """Costs of a digit's end between two units, `split`, and of none, `whole`, summed up from the left."""

    split: list[float]
    whole: list[float]

    @classmethod
    def of(cls, boundary_logits: Sequence[float]) -> _Borders:
        logits = np.asarray(boundary_logits, dtype=float)
        # Sums from the left: the cost of not ending anywhere inside a span is one subtraction.
        whole = np.concatenate([[0.0], np.cumsum(np.logaddexp(0.0, logits))])
        return cls(np.logaddexp(0.0, -logits).tolist(), whole.tolist())


def _best_path(borders: _Borders, costs: Mapping[Span, float]) -> tuple[list[Span], float]:
    count = len(borders.whole)
    best = [0.0] + [float("inf")] * count
    before: list[Span | None] = [None] * (count + 1)
    # In order of start: the best path to a start is known before a span extends it.
    for span in sorted(costs):
        start, end = span
        cost = best[start] + costs[span] + borders.whole[end - 1] - borders.whole[start]
        cost += borders.split[start - 1] if start else 0.0
        if cost < best[end]:
            best[end], before[end] = cost, span
    spans: list[Span] = []
    at = count
    while at:
        span = before[at]
        assert span is not None, "every unit alone is a span"
        spans.append(span)
        at = span.start
    return spans[::-1], best[count]


def span_cost(digit: Digit, height: float, *, trust: float = 1.0, doubt: float = 0.0) -> float:
    """Minus the log-likelihood of an answer, including that of the ink's size.

    Args:
        digit: the answer.
        height: of a digit of this row, in the units of the box.
        trust: weight of the answer against size and boundaries.
        doubt: what else speaks against the nearest digit, as minus a log-likelihood.
    """
    as_digit = _cost_of_size(digit.box, height) + trust * _cost_of(digit.nearest_probability) + doubt
    if not digit.refused:
        return as_digit
    refusal = trust * _cost_of(1.0 - digit.digit_probability)
    return min(as_digit, _cost_of_refusal(digit.box, height) + refusal)


def min_span_cost(box: Box, height: float) -> float:
    """A lower bound of `span_cost` for ink in this box, whatever the answer."""
    return min(_cost_of_size(box, height), _cost_of_refusal(box, height))


def _cost_of(probability: float) -> float:
    return -math.log(max(probability, _MIN_PROBABILITY))


def _cost_of_size(box: Box, height: float) -> float:
    wide, high = (max(side / max(height, 1e-9), 1e-3) for side in (box.width, box.height))
    # A normal distribution of the logarithm, on one side only: narrow 1s and tall 7s are usual.
    too_wide = max(math.log(wide / _USUAL_WIDTH) / _SPREAD, 0.0)
    too_low = max(math.log(_USUAL_HEIGHT / high) / _SPREAD, 0.0)
    return 0.5 * (too_wide**2 + too_low**2)


def _cost_of_refusal(box: Box, height: float) -> float:
    return _NOT_A_DIGIT * max(box.width / max(height, 1e-9) / _USUAL_WIDTH, 1.0) ** 1.5
