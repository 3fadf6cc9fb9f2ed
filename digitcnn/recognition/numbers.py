"""Which neighbours are one digit: the segmentation that the recogniser and the gaps believe in most.

A line of writing comes as a row of units (pieces of a picture, pen strokes), too small rather than
too large. Every run of neighbours that could be one digit is read; dynamic programming then finds
the way to part the row whose digits, gaps and cuts are likeliest together. Source: R. Casey,
E. Lecolinet, "A survey of methods and strategies in character segmentation", 1996.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digitcnn.ink.rows import CERTAIN

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit

LONGEST_RUN = 14
"""No digit is made of more units than this."""

AMONG_DIGITS = 0.5
"""In a number, ink is refused from this probability of "not a digit" on: its neighbours are digits."""

_NOT_A_DIGIT = 4.5
_LEAST_BELIEF = 1e-4
_USUAL_WIDTH, _USUAL_HEIGHT, _SPREAD = 0.85, 0.7, 0.25


class Run(NamedTuple):
    """Units `start` to `end`, end exclusive."""

    start: int
    end: int


def list_runs(
    odds: Sequence[float], fits: Callable[[int, int], bool], *, longest: int = LONGEST_RUN
) -> list[Run]:
    """Every run of neighbours that could be one digit.

    Args:
        odds: one less than units: how much likelier, as a logarithm, a digit ends there than not.
        fits: whether a run of more than one unit, from start to end, has the size of a digit.
        longest: no run is of more units than this.
    """
    runs = []
    for start in range(len(odds) + 1):
        runs.append(Run(start, start + 1))
        for end in range(start + 2, min(start + longest, len(odds) + 1) + 1):
            if odds[end - 2] >= CERTAIN:
                break
            if fits(start, end):
                runs.append(Run(start, end))
    return runs


def part_row(
    odds: Sequence[float],
    digits: Mapping[Run, Digit],
    *,
    height: float,
    surcharges: Mapping[Run, float] | None = None,
) -> tuple[list[Run], float]:
    """The likeliest way to part a row of units.

    Args:
        odds: as for `list_runs`.
        digits: what each run would be read as.
        height: of a digit of this row, in the units of the boxes.
        surcharges: what else speaks against some runs, as minus the logarithm of a likelihood.

    Returns:
        The runs, left to right, and the cost of this way: minus the logarithm of its likelihood.
    """
    count = len(odds) + 1
    split = np.logaddexp(0.0, -np.asarray(odds, dtype=float))
    whole = np.concatenate([[0.0], np.cumsum(np.logaddexp(0.0, np.asarray(odds, dtype=float)))])
    extra = surcharges or {}
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    before: list[Run | None] = [None] * (count + 1)
    for run, digit in sorted(digits.items()):
        cost = (
            best[run.start]
            + _cost(digit, height)
            + extra.get(run, 0.0)
            + whole[run.end - 1]
            - whole[run.start]
        )
        cost += split[run.start - 1] if run.start else 0.0
        if cost < best[run.end]:
            best[run.end], before[run.end] = cost, run
    runs: list[Run] = []
    at = count
    while at:
        run = before[at]
        assert run is not None, "every unit alone is a run"
        runs.append(run)
        at = run.start
    return runs[::-1], float(best[count])


def belief(digit: Digit) -> float:
    """How likely the ink is the digit that it is nearest to, 0-1, refused or not."""
    if digit.label is not None:
        return digit.confidence
    return (1.0 - digit.confidence) * float(digit.probabilities.max())


def _cost(digit: Digit, height: float) -> float:
    """Minus the logarithm of how likely the ink is what it is read as, its size included."""
    wide, high = (max(side / max(height, 1e-9), 1e-3) for side in digit.box[2:])
    too_wide = max(np.log(wide / _USUAL_WIDTH) / _SPREAD, 0.0)
    too_low = max(np.log(_USUAL_HEIGHT / high) / _SPREAD, 0.0)
    as_digit = 0.5 * (too_wide**2 + too_low**2) - np.log(max(belief(digit), _LEAST_BELIEF))
    if digit.label is not None:
        return float(as_digit)
    refusal = _NOT_A_DIGIT * max(wide / _USUAL_WIDTH, 1.0) ** 1.5
    return float(min(as_digit, refusal - np.log(max(digit.confidence, _LEAST_BELIEF))))
