"""Which cuts through touching digits are right: those that a look at the whole stretch agrees with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digitcnn.ink.lines import Line, Piece, join
from digitcnn.recognition.numbers import AMONG_DIGITS, Run, belief
from digitcnn.recognition.strips import Glimpse, glimpse

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit

_TRUST = 0.7
"""How much the look at the stretch counts, and the rest the look at the cut alone."""

_UNSEEN = 5.0
"""Cost of ink in which no digit's middle is seen, as minus the logarithm of its likelihood."""

_LEAST = 1e-5
_LEAST_SEEN = 1e-4
"""Neither look rules anything out: probabilities are never below these."""

_PRESENT = 0.5
_REACH = 0.04
"""Ink this far left and right of a digit's middle is the digit's, in heights of the line."""


class Corroborated(NamedTuple):
    """A line after a look at its stretches.

    Attributes:
        digits: what each run would be read as by both looks taken together.
        against: what the look at the whole has against some runs, as minus the logarithm of a likelihood.
        odds: those of the line, but even where the look at the whole tells how many digits there are.
    """

    digits: dict[Run, Digit]
    against: dict[Run, float]
    odds: list[float]


def corroborate(line: Line, digits: Mapping[Run, Digit]) -> Corroborated:
    """Looks at each stretch of ink that was cut, as a whole, and weighs the cuts by what it sees.

    Args:
        line: pieces in reading order.
        digits: what each run of pieces would be read as by itself.
    """
    weighed, against, odds = dict(digits), {}, list(line.odds)
    middles: list[list[Glimpse]] = [_own_middle(digits[Run(at, at + 1)]) for at in range(len(line.pieces))]
    looked_at: set[int] = set()
    for start, end in line.cut:
        seen = _see(line.pieces[start:end], line.height)
        if sum(each.presence > _PRESENT for unit in seen for each in unit) > 1:
            middles[start:end] = seen
            looked_at.update(range(start, end))
            odds[start : end - 1] = [max(each, 0.0) for each in odds[start : end - 1]]
    for run, digit in digits.items():
        if looked_at.isdisjoint(range(run.start, run.end)):
            continue
        within = [each for unit in middles[run.start : run.end] for each in unit]
        within.sort(key=lambda each: -each.presence)
        against[run] = _doubt(within)
        if len(within) == 1 or (within and within[1].presence < _PRESENT):
            weighed[run] = _weigh(digit, within[0])
    return Corroborated(weighed, against, odds)


def _own_middle(digit: Digit) -> list[Glimpse]:
    """What a piece that was not cut adds to a run: the one digit that it is by itself, if it is one."""
    return [Glimpse(0.0, digit.probabilities, min(digit.confidence, 0.99))] if digit.label is not None else []


def _see(units: Sequence[Piece], height: float) -> list[list[Glimpse]]:
    """The digits whose middles lie in each unit of a stretch."""
    whole = join(units)
    seen: list[list[Glimpse]] = [[] for _ in units]
    for each in glimpse(whole.cover):
        middle, reach = whole.left + each.column, max(_REACH * height, 1.0)
        ink = [_ink_between(unit, middle - reach, middle + reach) for unit in units]
        seen[int(np.argmax(ink))].append(each)
    return seen


def _ink_between(piece: Piece, left: float, right: float) -> float:
    columns = slice(*np.clip([left - piece.left, right - piece.left], 0, piece.width).astype(int))
    return float(piece.cover[:, columns].sum())


def _doubt(within: Sequence[Glimpse]) -> float:
    """Cost of taking ink for one digit in which these middles are seen, the clearest first."""
    if not within:
        return _UNSEEN
    chances = [within[0].presence, *(1.0 - each.presence for each in within[1:])]
    return float(-np.log(np.maximum(chances, _LEAST)).sum())


def _weigh(digit: Digit, seen: Glimpse) -> Digit:
    """The geometric mean of both looks."""
    is_digit = belief(digit) / max(float(digit.probabilities.max()), _LEAST)
    alone = np.append(is_digit * digit.probabilities, 1.0 - is_digit)
    together = np.append(seen.presence * seen.probabilities, 1.0 - seen.presence)
    logs = (1.0 - _TRUST) * np.log(np.maximum(alone, _LEAST))
    logs += _TRUST * np.log(np.maximum(together, _LEAST_SEEN))
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    refusal = float(chances[-1])
    given = (chances[:-1] / (1.0 - refusal)).astype(np.float32)
    if refusal > AMONG_DIGITS:
        return replace(digit, label=None, confidence=refusal, probabilities=given)
    label = int(given.argmax())
    return replace(digit, label=label, confidence=float(chances[label]), probabilities=given)
