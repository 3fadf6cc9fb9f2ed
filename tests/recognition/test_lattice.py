from itertools import pairwise

import numpy as np
import pytest

from digitcnn.ink.strokes import Box
from digitcnn.recognition.lattice import (
    AS_GOOD,
    Span,
    best_path,
    best_path_reading_little,
    list_spans,
    min_span_cost,
    span_cost,
)
from digitcnn.recognition.reading import Digit
from tests.support.made_digits import make_digit


def _digit(label: int | None, confidence: float, width: float = 60.0, height: float = 100.0) -> Digit:
    return make_digit(label, confidence, Box(0, 0, width, height))


def _costs(digits: dict[Span, Digit]) -> dict[Span, float]:
    return {span: span_cost(digit, 100) for span, digit in digits.items()}


def test_runs_end_at_wide_gaps_and_at_the_size_of_a_digit():
    spans = list_spans([0.0, 9.0, 0.0], lambda start, end: end - start <= 2)
    assert spans == [Span(0, 1), Span(0, 2), Span(1, 2), Span(2, 3), Span(2, 4), Span(3, 4)]


def test_two_bits_that_are_a_digit_only_together_are_joined():
    digits = {Span(0, 1): _digit(1, 0.4), Span(1, 2): _digit(1, 0.5), Span(0, 2): _digit(4, 0.99)}
    spans, _ = best_path([0.0], _costs(digits))
    assert spans == [Span(0, 2)]


def test_two_digits_that_are_none_together_are_parted():
    digits = {Span(0, 1): _digit(1, 0.95), Span(1, 2): _digit(0, 0.95), Span(0, 2): _digit(None, 0.9, 110)}
    spans, _ = best_path([0.0], _costs(digits))
    assert spans == [Span(0, 1), Span(1, 2)]


def test_the_gap_decides_where_the_recogniser_cannot():
    digits = {Span(0, 1): _digit(1, 0.8), Span(1, 2): _digit(1, 0.8), Span(0, 2): _digit(4, 0.8)}
    assert best_path([3.0], _costs(digits))[0] == [Span(0, 1), Span(1, 2)]
    assert best_path([-3.0], _costs(digits))[0] == [Span(0, 2)]


def test_cost_is_that_of_the_best_of_all_ways():
    random = np.random.default_rng(0)
    boundary_logits = random.normal(0, 2, 4).tolist()
    spans = list_spans(boundary_logits, lambda start, end: True)
    digits = {span: _digit(1, float(random.uniform(0.05, 1))) for span in spans}
    best = min(_cost_of(way, boundary_logits, digits) for way in _all_ways(5))
    assert best_path(boundary_logits, _costs(digits))[1] == pytest.approx(best)


def _all_ways(count: int) -> list[list[Span]]:
    ways = []
    for bits in range(2 ** (count - 1)):
        borders = [0, *(k + 1 for k in range(count - 1) if bits >> k & 1), count]
        ways.append([Span(a, b) for a, b in pairwise(borders)])
    return ways


def _cost_of(way: list[Span], boundary_logits: list[float], digits: dict[Span, Digit]) -> float:
    ends = {span.end for span in way}
    chance = [odd if k + 1 in ends else -odd for k, odd in enumerate(boundary_logits)]
    return sum(np.log1p(np.exp(-c)) for c in chance) - sum(
        np.log(digits[span].nearest_probability) for span in way
    )


@pytest.mark.parametrize("seed", range(5))
def test_what_is_found_reading_little_is_as_good_as_reading_all(seed: int):
    random = np.random.default_rng(seed)
    boundary_logits = random.normal(0, 2, 19).tolist()
    spans = list_spans(boundary_logits, lambda start, end: end - start < 8)
    digits = {
        span: _digit(
            1 if random.random() < 0.7 else None, float(random.uniform(0.05, 1)), 15.0 * (span[1] - span[0])
        )
        for span in spans
    }
    read: list[Span] = []

    def score_spans(asked: list[Span]) -> list[float]:
        read.extend(asked)
        return [span_cost(digits[span], 100) for span in asked]

    bounds = {span: min_span_cost(digits[span].box, 100) for span in spans}
    assert all(bounds[span] <= span_cost(digits[span], 100) for span in spans)
    path = best_path_reading_little(boundary_logits, bounds, score_spans)
    assert set(path) <= set(read)
    assert len(read) == len(set(read)) < 0.8 * len(spans)
    _, best = best_path(boundary_logits, _costs(digits))
    assert best_path(boundary_logits, _costs({span: digits[span] for span in path}))[1] < best + AS_GOOD
