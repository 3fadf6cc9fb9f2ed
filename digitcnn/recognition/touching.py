"""Touching digits: evidence from the whole touching span decides between the cuts through it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from digitcnn.ink.images.cuts import Segment, TextLine, join
from digitcnn.recognition.lattice import AMONG_DIGITS, Span
from digitcnn.recognition.reading import Digit
from digitcnn.recognition.strip_model import Detection, detect_digits

_TRUST = 0.7
"""Weight of the evidence of the whole span; the rest is the weight of the segment alone."""

_UNSEEN = 5.0
"""Cost of ink in which no digit's middle is detected: minus its log-likelihood."""

_MIN_PROBABILITY = 1e-5
_MIN_FUSED = 1e-4
"""Neither opinion rules anything out: probabilities are never below these."""

_PRESENT = 0.5

_ONE, _ANOTHER = 0.6, 0.25
"""Least presence of the clearest digit and of the next in ink that is worth cutting.

Of some 200 spans of touching digits that were read right, two had a second digit below 0.3.
"""

_REACH = 0.04
"""Ink this far left and right of a digit's middle is the digit's, in heights of the line."""


def may_be_several(segment: Segment) -> bool:
    """Whether the network detects more than one digit in a segment, the second perhaps faintly."""
    seen = sorted((each.presence for each in detect_digits(segment.coverage)), reverse=True)
    return len(seen) > 1 and seen[0] > _ONE and seen[1] > _ANOTHER


@dataclass(frozen=True, eq=False)
class Evidence:
    """The digits detected in the touching spans of a line, each seen as a whole.

    Attributes:
        boundary_logits: those of the line, raised to 0 where the network counts the digits.
        cut: first and last unit, end exclusive, of each touching span.
        seen: the digits whose middles lie in each unit of the spans that hold several.
    """

    boundary_logits: Sequence[float]
    cut: Sequence[tuple[int, int]]
    seen: Mapping[int, Sequence[Detection]]

    def concerns(self, span: Span) -> bool:
        return not self.seen.keys().isdisjoint(range(span.start, span.end))

    def doubt(self, span: Span, alone: Mapping[Span, Digit]) -> float:
        """The evidence against a span being one digit, as minus a log-likelihood.

        Args:
            span: of the line.
            alone: the answer to each unit that is not in `seen`.
        """
        if not self.concerns(span):
            return 0.0
        within = self._within(span, alone)
        if not within:
            return _UNSEEN
        chances = [within[0].presence, *(1.0 - each.presence for each in within[1:])]
        return -sum(math.log(max(chance, _MIN_PROBABILITY)) for chance in chances)

    def fuse(self, span: Span, digit: Digit, alone: Mapping[Span, Digit]) -> Digit:
        """Fuses `digit`, the answer to a span alone, with this evidence."""
        within = self._within(span, alone) if self.concerns(span) else []
        if len(within) == 1 or (within and within[1].presence < _PRESENT):
            return _fuse(digit, within[0])
        return digit

    def fill(self, path: Sequence[Span], digits: Sequence[Digit]) -> list[Digit]:
        """The digits of a path; those that were refused are taken from the network where it counts as many.

        A cut may leave a piece that looks like no digit, although the touching span has one there.
        """
        filled = list(digits)
        for start, end in self.cut:
            within = [at for at, span in enumerate(path) if start <= span.start and span.end <= end]
            seen = [
                each
                for unit in range(start, end)
                for each in self.seen.get(unit, [])
                if each.presence > _PRESENT
            ]
            refused = [at for at in within if digits[at].refused]
            if len(seen) != len(within) or 2 * len(refused) > len(within):
                continue
            for at in refused:
                found = seen[at - within[0]]
                filled[at] = replace(
                    digits[at],
                    probabilities=found.probabilities,
                    digit_probability=found.presence,
                    refused=False,
                )
        return filled

    def _within(self, span: Span, alone: Mapping[Span, Digit]) -> list[Detection]:
        """The detections in a span, the clearest first."""
        within: list[Detection] = []
        for at in range(span.start, span.end):
            within += self.seen[at] if at in self.seen else _own_middle(alone[Span(at, at + 1)])
        return sorted(within, key=lambda each: -each.presence)


def collect_evidence(line: TextLine) -> Evidence:
    """Detects the digits of each touching span, seen as a whole."""
    boundary_logits = list(line.boundary_logits)
    seen: dict[int, list[Detection]] = {}
    # The cutter proposes far more cuts than there are digits: the network, which sees neighbors, decides.
    for start, end in line.cut:
        by_unit = _detect_by_unit(line.segments[start:end], line.height)
        if sum(each.presence > _PRESENT for unit in by_unit for each in unit) > 1:
            seen.update(enumerate(by_unit, start))
            # Where the network counts the digits, much ink at a cut no longer speaks against a boundary.
            boundary_logits[start : end - 1] = [max(each, 0.0) for each in boundary_logits[start : end - 1]]
    return Evidence(boundary_logits, line.cut, seen)


def _own_middle(digit: Digit) -> list[Detection]:
    """The detection that an uncut segment adds to a span: its own digit, if it is one."""
    return (
        [Detection(0.0, digit.probabilities, min(digit.confidence, 0.99))] if digit.label is not None else []
    )


def _detect_by_unit(units: Sequence[Segment], height: float) -> list[list[Detection]]:
    """The digits whose middles lie in each unit of a span."""
    whole = join(units)
    seen: list[list[Detection]] = [[] for _ in units]
    for each in detect_digits(whole.coverage):
        middle, reach = whole.left + each.column, max(_REACH * height, 1.0)
        ink = [_ink_between(unit, middle - reach, middle + reach) for unit in units]
        seen[int(np.argmax(ink))].append(each)
    return seen


def _ink_between(segment: Segment, left: float, right: float) -> float:
    columns = slice(*np.clip([left - segment.left, right - segment.left], 0, segment.width).astype(int))
    return float(segment.coverage[:, columns].sum())


def _fuse(digit: Digit, seen: Detection) -> Digit:
    """The weighted geometric mean of both opinions."""
    # The two opinions are taken as independent experts: their logarithms add up, weighted.
    alone = np.append(digit.digit_probability * digit.probabilities, 1.0 - digit.digit_probability)
    together = np.append(seen.presence * seen.probabilities, 1.0 - seen.presence)
    logs = (1.0 - _TRUST) * np.log(np.maximum(alone, _MIN_PROBABILITY))
    logs += _TRUST * np.log(np.maximum(together, _MIN_FUSED))
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    refusal = float(chances[-1])
    return replace(
        digit,
        probabilities=(chances[:-1] / (1.0 - refusal)).astype(np.float32),
        digit_probability=1.0 - refusal,
        refused=refusal > AMONG_DIGITS,
    )
