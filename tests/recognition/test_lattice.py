from itertools import pairwise

import numpy as np
import pytest

from digitcnn.ink.strokes import Box
from digitcnn.recognition.lattice import (
    AS_GOOD,
    Run,
    belief,
    cost_of,
    least_cost,
    list_runs,
    part_row,
    part_row_reading_little,
)
from digitcnn.recognition.reader import Digit

PIXELS = np.zeros((28, 28), dtype=np.float32)


def _digit(label: int | None, confidence: float, width: float = 60.0, height: float = 100.0) -> Digit:
    probabilities = np.full(10, 0.01, dtype=np.float32)
    probabilities[label or 0] = 0.91
    return Digit(label, confidence, probabilities, Box(0, 0, width, height), PIXELS)


def test_runs_end_at_wide_gaps_and_at_the_size_of_a_digit():
    runs = list_runs([0.0, 9.0, 0.0], lambda start, end: end - start <= 2)
    assert runs == [Run(0, 1), Run(0, 2), Run(1, 2), Run(2, 3), Run(2, 4), Run(3, 4)]


def test_two_bits_that_are_a_digit_only_together_are_joined():
    digits = {Run(0, 1): _digit(1, 0.4), Run(1, 2): _digit(1, 0.5), Run(0, 2): _digit(4, 0.99)}
    runs, _ = part_row([0.0], digits, height=100)
    assert runs == [Run(0, 2)]


def test_two_digits_that_are_none_together_are_parted():
    digits = {Run(0, 1): _digit(1, 0.95), Run(1, 2): _digit(0, 0.95), Run(0, 2): _digit(None, 0.9, 110)}
    runs, _ = part_row([0.0], digits, height=100)
    assert runs == [Run(0, 1), Run(1, 2)]


def test_the_gap_decides_where_the_recogniser_cannot():
    digits = {Run(0, 1): _digit(1, 0.8), Run(1, 2): _digit(1, 0.8), Run(0, 2): _digit(4, 0.8)}
    assert part_row([3.0], digits, height=100)[0] == [Run(0, 1), Run(1, 2)]
    assert part_row([-3.0], digits, height=100)[0] == [Run(0, 2)]


def test_cost_is_that_of_the_best_of_all_ways():
    random = np.random.default_rng(0)
    odds = random.normal(0, 2, 4).tolist()
    runs = list_runs(odds, lambda start, end: True)
    digits = {run: _digit(1, float(random.uniform(0.05, 1))) for run in runs}
    best = min(_cost_of(way, odds, digits) for way in _all_ways(5))
    assert part_row(odds, digits, height=100)[1] == pytest.approx(best)


def _all_ways(count: int) -> list[list[Run]]:
    ways = []
    for bits in range(2 ** (count - 1)):
        borders = [0, *(k + 1 for k in range(count - 1) if bits >> k & 1), count]
        ways.append([Run(a, b) for a, b in pairwise(borders)])
    return ways


def _cost_of(way: list[Run], odds: list[float], digits: dict[Run, Digit]) -> float:
    ends = {run.end for run in way}
    chance = [odd if k + 1 in ends else -odd for k, odd in enumerate(odds)]
    return sum(np.log1p(np.exp(-c)) for c in chance) - sum(np.log(belief(digits[run])) for run in way)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_found_reading_little_is_as_good_as_reading_all(seed: int):
    random = np.random.default_rng(seed)
    odds = random.normal(0, 2, 19).tolist()
    runs = list_runs(odds, lambda start, end: end - start < 8)
    digits = {
        run: _digit(
            1 if random.random() < 0.7 else None, float(random.uniform(0.05, 1)), 15.0 * (run[1] - run[0])
        )
        for run in runs
    }
    read: list[Run] = []

    def price(asked: list[Run]) -> list[float]:
        read.extend(asked)
        return [cost_of(digits[run], 100) for run in asked]

    least = {run: least_cost(digits[run].box, 100) for run in runs}
    assert all(least[run] <= cost_of(digits[run], 100) for run in runs)
    way = part_row_reading_little(odds, least, price)
    assert set(way) <= set(read)
    assert len(read) == len(set(read)) < 0.8 * len(runs)
    _, best = part_row(odds, digits, height=100)
    assert part_row(odds, {run: digits[run] for run in way}, height=100)[1] < best + AS_GOOD
