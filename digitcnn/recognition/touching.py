"""Which cuts through touching digits are right: those that a look at the whole stretch agrees with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.ink.images.cuts import Line, Piece, join
from digitcnn.recognition.lattice import AMONG_DIGITS, Run, belief
from digitcnn.recognition.strip_model import Glimpse, glimpse

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit

_TRUST = 0.7
"""How much the look at the stretch counts, and the rest the look at the cut alone."""

_UNSEEN = 5.0
"""Cost of ink in which no digit's middle is seen, as minus the logarithm of its likelihood."""

_LEAST = 1e-5
_MIN_SEEN = 1e-4
"""Neither look rules anything out: probabilities are never below these."""

_PRESENT = 0.5

_ONE, _ANOTHER = 0.6, 0.25
"""Ink in which the clearest digit and the next are less present than this is not cut.

Of some 200 stretches of touching digits that were read right, two had a second digit below 0.3.
"""

_REACH = 0.04
"""Ink this far left and right of a digit's middle is the digit's, in heights of the line."""


def may_be_several(piece: Piece) -> bool:
    """Whether a look at the whole piece sees more than one digit, the second be it ever so faintly."""
    seen = sorted((each.presence for each in glimpse(piece.cover)), reverse=True)
    return len(seen) > 1 and seen[0] > _ONE and seen[1] > _ANOTHER


@dataclass(frozen=True, eq=False)
class Outlook:
    """What a look at the stretches of a line that were cut, each as a whole, tells of its runs.

    Attributes:
        odds: those of the line, but even where the look tells how many digits there are.
        seen: the digits whose middles lie in each unit of the stretches in which there are several.
    """

    odds: Sequence[float]
    seen: Mapping[int, Sequence[Glimpse]]

    def concerns(self, run: Run) -> bool:
        return not self.seen.keys().isdisjoint(range(run.start, run.end))

    def doubt(self, run: Run, alone: Mapping[Run, Digit]) -> float:
        """What the look has against taking a run for one digit, as minus the logarithm of a likelihood.

        Args:
            run: of the line.
            alone: what each unit that is not in `seen` is read as by itself.
        """
        if not self.concerns(run):
            return 0.0
        within = self._within(run, alone)
        if not within:
            return _UNSEEN
        chances = [within[0].presence, *(1.0 - each.presence for each in within[1:])]
        return -sum(math.log(max(chance, _LEAST)) for chance in chances)

    def weigh(self, run: Run, digit: Digit, alone: Mapping[Run, Digit]) -> Digit:
        """What a run is read as, by this look and by one at the run alone, which is `digit`."""
        within = self._within(run, alone) if self.concerns(run) else []
        if len(within) == 1 or (within and within[1].presence < _PRESENT):
            return _weigh(digit, within[0])
        return digit

    def _within(self, run: Run, alone: Mapping[Run, Digit]) -> list[Glimpse]:
        """The middles in a run, the clearest first."""
        within: list[Glimpse] = []
        for at in range(run.start, run.end):
            within += self.seen[at] if at in self.seen else _own_middle(alone[Run(at, at + 1)])
        return sorted(within, key=lambda each: -each.presence)


def look_at_stretches(line: Line) -> Outlook:
    """Looks at each stretch of ink that was cut as a whole."""
    odds = list(line.odds)
    seen: dict[int, list[Glimpse]] = {}
    for start, end in line.cut:
        by_unit = _see(line.pieces[start:end], line.height)
        if sum(each.presence > _PRESENT for unit in by_unit for each in unit) > 1:
            seen.update(enumerate(by_unit, start))
            odds[start : end - 1] = [max(each, 0.0) for each in odds[start : end - 1]]
    return Outlook(odds, seen)


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


def _weigh(digit: Digit, seen: Glimpse) -> Digit:
    """The geometric mean of both looks."""
    is_digit = belief(digit) / max(float(digit.probabilities.max()), _LEAST)
    alone = np.append(is_digit * digit.probabilities, 1.0 - is_digit)
    together = np.append(seen.presence * seen.probabilities, 1.0 - seen.presence)
    logs = (1.0 - _TRUST) * np.log(np.maximum(alone, _LEAST))
    logs += _TRUST * np.log(np.maximum(together, _MIN_SEEN))
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    refusal = float(chances[-1])
    given = (chances[:-1] / (1.0 - refusal)).astype(np.float32)
    if refusal > AMONG_DIGITS:
        return replace(digit, label=None, confidence=refusal, probabilities=given)
    label = int(given.argmax())
    return replace(digit, label=label, confidence=float(chances[label]), probabilities=given)
