"""Settles a page: which of its candidates are its digits, in which lines, and what on it is print.

Each candidate has the probability of being a digit; of candidates in one place the most probable stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.ink.images.load import Picture
from digitcnn.ink.strokes import Box
from digitcnn.ink.text_lines import group_rows
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.pages.detector import PageDetection
from digitcnn.recognition.pages.evidence import (
    CLEAR,
    SEEN,
    Candidate,
    PageEvidence,
    collect_evidence,
    log_odds,
)
from digitcnn.recognition.pages.marks import without_halves, without_rings
from digitcnn.recognition.pages.places import is_beside, is_one_place, overlap
from digitcnn.recognition.reading import Digit, PrintedDigit

_SURE, _DOUBTFUL, _FAINT = 0.9, 0.5, 0.2
_DECIDED = 0.95
"""The least mean probability of digits that need no ink to tell for them."""

_UNCLEAR = (0.05, 0.7)
"""A detection this probable may be a digit or none: a 1 in shade, a speck."""

_FEW = 3
"""Sure digits, other than 1s, that are believed although the detector sees nothing on the page."""

_MUCH, _STRAY = 3, 0.6
"""Beside more segments than this, a digit that stands alone has to be more probable than this."""
_OVERLAP = 0.3
_SIZES = (0.4, 2.5)
"""Heights of the smallest and the largest digit, in those of the median one."""


@dataclass(frozen=True, eq=False)
class SettledPage:
    """What is on a page.

    Attributes:
        lines: its digits, line by line.
        printed: those that are left out.
        is_clean: whether they leave no doubt: they are its ink as it was read, or each detection is clear.
    """

    lines: list[list[Digit]]
    printed: list[PrintedDigit]
    is_clean: bool

    @property
    def digits(self) -> list[Digit]:
        """The digits of all lines."""
        return [digit for line in self.lines for digit in line]

    @property
    def support(self) -> float:
        """The log-odds of its digits, summed up: how much speaks for this page."""
        return sum(log_odds(digit.nearest_probability) for digit in self.digits if not digit.refused)


@dataclass(frozen=True, eq=False)
class _PlacedDigit:
    """A digit that can be put into rows."""

    digit: Digit

    @property
    def left(self) -> float:
        return self.digit.box.x

    @property
    def top(self) -> float:
        return self.digit.box.y

    @property
    def right(self) -> float:
        return self.digit.box.right

    @property
    def bottom(self) -> float:
        return self.digit.box.bottom


def mean_evidence(digits: Sequence[Digit]) -> float:
    """The mean logarithm of the probabilities of the nearest digits, none of which rules the rest out."""
    return float(np.mean(np.log(np.clip([digit.nearest_probability for digit in digits], 0.02, 1.0))))


def settle_page(
    classifier: Classifier,
    picture: Picture,
    lines: Sequence[Sequence[Digit]],
    elsewhere: Sequence[Digit] = (),
    *,
    detections: Sequence[PageDetection] | None = None,
) -> SettledPage:
    """Decides which digits are on a page.

    Args:
        classifier: reads the ink of detections.
        picture: the page.
        lines: its segments of ink as they were read, boxes in pixels of the input; without them, the
            detections alone tell.
        elsewhere: further segments, in no line yet.
        detections: of `detect_digits`, where they are known.
    """
    segments = [*lines, elsewhere] if elsewhere else lines
    least = 0.5 if segments else _UNCLEAR[0]
    evidence = collect_evidence(classifier, picture, segments, least=least, detections=detections)
    is_clean = not elsewhere and _is_clean(evidence)
    settled = [list(line) for line in lines] if is_clean else _settle_lines(evidence, segments)
    if not segments:
        is_clean = _is_decided(evidence, settled)
    read = [digit.box for line in settled for digit in line if not digit.refused]
    sure = [each.box for each in evidence.printed if each.score > CLEAR]
    printed = [
        PrintedDigit(each.box)
        for each in evidence.printed
        if each.score > _FAINT
        and any(is_beside(each.box, box) for box in sure)
        and not any(is_one_place(each.box, box) for box in read)
    ]
    return SettledPage(settled, printed, is_clean)


def _settle_lines(evidence: PageEvidence, lines: Sequence[Sequence[Digit]]) -> list[list[Digit]]:
    """The most probable of segments and detected digits, one in each place, line by line."""
    likely = _accept_likely([*evidence.segments, *evidence.detections])
    # A ring shares its place with what stands in it, and is often the surer digit.
    likely = without_halves(without_rings(likely))
    kept: list[Digit] = []
    for digit in sorted(likely, key=lambda each: -each.digit_probability):
        if not any(is_one_place(digit.box, other.box) for other in kept):
            kept.append(digit)
    if not 0 < len(evidence.segments) <= _MUCH:  # None where there were more than digits have.
        kept = [
            digit
            for digit in kept
            if digit.digit_probability > _STRAY
            or any(is_beside(digit.box, other.box) for other in kept if other is not digit)
        ]
    if not kept:
        doubted = map(_accept, evidence.segments)
        return [[replace(next(doubted), refused=True) for _ in line] for line in lines]
    typical = _typical_height([digit.box for digit in kept])
    kept = [digit for digit in kept if _SIZES[0] < digit.box.height / typical < _SIZES[1]]
    # A gap in a number is worth showing: what the reader refused stays where it stands among digits.
    kept += [
        digit
        for digit in (segment.digit for segment in evidence.segments)
        if digit.refused
        and any(is_beside(digit.box, other.box) for other in kept)
        and not any(is_one_place(digit.box, other.box) for other in kept)
    ]
    return [[each.digit for each in row] for row in group_rows([_PlacedDigit(digit) for digit in kept])]


def _is_clean(evidence: PageEvidence) -> bool:
    """Whether the segments are read without a doubt and hold all digits that the detector finds.

    The ink shows better than the detector where touching digits part. A 1 has to be seen: it may be a line.
    """
    segments = [segment.digit for segment in evidence.segments]
    if not segments or any(segment.refused for segment in segments):
        return False
    digits = _accept_likely(evidence.detections)
    scores = [segment.score for segment in evidence.segments]
    likely = [segment.nearest_probability for segment in segments]
    # Faint ink on a page may be seen nowhere: three digits or more that the reader is sure of are no chance.
    is_unseen = max(scores) < _FAINT and not digits
    if is_unseen and min(likely) > _SURE and sum(each.nearest != 1 for each in segments) >= _FEW:
        return True
    # A lone digit may fill the picture, larger than the detector knows digits, unless it holds others.
    is_lone = len(segments) == 1 and len(digits) < 2 and segments[0] in without_rings([*segments, *digits])
    is_seen = is_lone or (
        float(np.mean([score > SEEN for score in scores])) >= 0.5
        and all(score > _FAINT for score, each in zip(scores, segments, strict=True) if each.nearest == 1)
    )
    return (
        is_seen
        and float(np.mean(likely)) > _SURE
        and min(likely) > _DOUBTFUL
        and all(any(overlap(digit.box, each.box) > _OVERLAP for each in segments) for digit in digits)
    )


def _is_decided(evidence: PageEvidence, lines: Sequence[Sequence[Digit]]) -> bool:
    """Whether each detection is clearly a digit, which reader and detector read alike, or clearly none."""
    digits = [digit for line in lines for digit in line]
    return (
        bool(digits)
        and float(np.exp(mean_evidence(digits))) > _DECIDED
        and not any(_UNCLEAR[0] < each.probability < _UNCLEAR[1] for each in evidence.detections)
        and all(each.is_agreed for each in evidence.detections if each.probability > 0.5)
    )


def _typical_height(boxes: Sequence[Box]) -> float:
    """The median height of digits by their area: small print may have more digits than the number below it.

    What stands alone counts no more than the others: it may be the edge of a desk.
    """
    heights = np.array([box.height for box in boxes])
    middle = float(np.median(heights))
    rows = [any(other is not box and is_beside(box, other) for other in boxes) for box in boxes]
    areas = np.where(rows, heights, np.minimum(heights, middle)) ** 2
    order = np.argsort(heights)
    half = np.searchsorted(np.cumsum(areas[order]), areas.sum() / 2)
    return float(heights[order[half]])


def _accept_likely(candidates: Sequence[Candidate]) -> list[Digit]:
    return [_accept(each) for each in candidates if each.probability > 0.5]


def _accept(candidate: Candidate) -> Digit:
    """The digit with the label that reader and detector give it together, and how probable it is one."""
    return replace(fuse_labels(candidate), digit_probability=candidate.probability, refused=False)


def fuse_labels(candidate: Candidate) -> Digit:
    """The digit with its label by reader and detector, taken as independent experts."""
    digit, detection = candidate.digit, candidate.detection
    if detection is None:
        return digit
    # What the reader doubts to be a digit tells it little about which.
    read = digit.digit_probability * digit.probabilities + (1.0 - digit.digit_probability) / len(DIGITS)
    fused = (read + 1e-3) * (detection.probabilities + 1e-3)
    return replace(digit, probabilities=(fused / fused.sum()).astype(np.float32))
