"""Decides which digits are on a page: by the ink that was segmented and by what the page detector finds.

Each candidate, a segment of ink or a detection, is given the probability of being a digit by a
logistic regression on the evidence for it; of candidates in one place the most probable stays.
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
from digitcnn.recognition.pages.crops import crop_digit
from digitcnn.recognition.pages.detector import PageDetection, find_digits
from digitcnn.recognition.pages.marks import without_halves, without_rings
from digitcnn.recognition.pages.places import is_beside, is_one_place, matches, overlap
from digitcnn.recognition.reading import Digit, PrintedDigit
from digitcnn.time_budget import within_time_budget

# Logistic regressions on 710 made pages. scripts/fit_page_weights.py fits them anew: a fit to a detector that
# had learned more pages refused more false digits, and three more photos of a lone 1.
_SEGMENT_WEIGHTS = np.array([1.193, 0.506, 0.8, 1.202, 0.685, -0.623])
"""Of the detector's score, the reader's and the detector's opinion of the label, the share of the
other segments that the detector sees, whether one stands beside it, and 1."""

_DETECTION_WEIGHTS = np.array([2.202, 0.136, 2.54, -0.959])
"""Of the detector's score, the reader's opinion, whether another digit stands beside it, and 1."""

_UNSEEN = 0.03
"""Score of a segment that the detector does not see."""

_SEEN, CLEAR = 0.35, 0.5
_SURE, _DOUBTFUL, _FAINT = 0.9, 0.5, 0.2
_FEW = 3
"""Sure digits, other than 1s, that are believed although the detector sees nothing on the page."""

_MUCH, _STRAY = 3, 0.6
"""Beside more segments than this, a digit that stands alone has to be more probable than this."""
_OVERLAP = 0.3
_SIZES = (0.4, 2.5)
"""Heights of the smallest and the largest digit, in those of the median one."""


_Row = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class PageEvidence:
    """What speaks for the candidates of a page; each row goes with its weights.

    Attributes:
        segments: of ink, as they were read.
        seen: the detection in the place of each segment, if any.
        of_segments: a row for each.
        detections: those that may be digits.
        digits: their ink as it was read.
        of_detections: a row for each.
        printed: those that are print.
    """

    segments: list[Digit]
    seen: list[PageDetection | None]
    of_segments: list[_Row]
    detections: list[PageDetection]
    digits: list[Digit]
    of_detections: list[_Row]
    printed: list[PageDetection]


@dataclass(frozen=True, eq=False)
class SettledPage:
    """What is on a page.

    Attributes:
        lines: its digits, line by line.
        printed: those that are left out.
        is_clean: whether they are its ink as it was read, without a doubt.
    """

    lines: list[list[Digit]]
    printed: list[PrintedDigit]
    is_clean: bool

    @property
    def support(self) -> float:
        """The log-odds of its digits, summed up: how much speaks for this page."""
        return sum(
            _logit(digit.nearest_probability) for line in self.lines for digit in line if not digit.refused
        )


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


def is_drawn(picture: Picture) -> bool:
    """Whether most of a picture is exactly one color, as in drawings and thresholded scans."""
    step = max(max(picture.rgb.shape[:2]) // 256, 1)
    pixels = picture.rgb[::step, ::step].reshape(-1, 3).astype(np.uint32) @ np.array(
        [65536, 256, 1], np.uint32
    )
    _, counts = np.unique(pixels, return_counts=True)
    return bool(counts.max() > 0.5 * pixels.size)


def detect_digits(picture: Picture) -> list[PageDetection]:
    """What the page detector finds, boxes in pixels of the input; all digits in a row are print, or none."""
    placed = [replace(each, box=picture.to_input(*each.box)) for each in find_digits(picture.rgb)]
    clear = [each for each in placed if each.score > _SEEN]
    return [replace(each, printed=_is_printed(each, clear)) for each in placed]


def collect_evidence(
    classifier: Classifier,
    picture: Picture,
    lines: Sequence[Sequence[Digit]],
    *,
    least: float = 0.5,
    detections: Sequence[PageDetection] | None = None,
) -> PageEvidence:
    """What speaks for each segment and each detection.

    Args:
        classifier: reads the ink of detections.
        picture: the page.
        lines: its segments of ink as they were read, boxes in pixels of the input.
        least: detections that no reading of their ink makes more probable than this are left out.
        detections: of `detect_digits`, where they are known.
    """
    segments = [digit for line in lines for digit in line]
    if detections is None:
        detections = detect_digits(picture)
    found = [each for each in detections if not each.printed]
    # Touching digits may share a place: the surest detection speaks.
    seen = [
        max((each for each in found if matches(segment.box, each.box)), key=_score, default=None)
        for segment in segments
    ]
    hopeful: list[tuple[PageDetection, bool, np.ndarray]] = []
    for detection in within_time_budget(found):
        beside = any(
            other is not detection and other.score > CLEAR and is_beside(detection.box, other.box)
            for other in found
        )
        # Most detections are so faint that no reading of their ink can make them digits.
        if _probability(_DETECTION_WEIGHTS, _detection_evidence(detection, 1.0, beside)) <= least:
            continue
        # The picture may have been scaled down; boxes are in pixels of the input.
        box = picture.from_input(detection.box)
        if (crop := crop_digit(picture.rgb, box)) is not None:
            hopeful.append((detection, beside, crop))
    digits: list[Digit] = []
    if hopeful:
        pixels = np.stack([crop for _, _, crop in hopeful])
        boxes = [detection.box for detection, _, _ in hopeful]
        digits = classifier.classify_batch(pixels, boxes, rejection_threshold=1.0)
    return PageEvidence(
        segments,
        seen,
        _segment_evidence(segments, seen),
        [detection for detection, _, _ in hopeful],
        digits,
        [
            _detection_evidence(detection, digit.digit_probability, beside)
            for digit, (detection, beside, _) in zip(digits, hopeful, strict=True)
        ],
        [each for each in detections if each.printed],
    )


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
        lines: its segments of ink as they were read, boxes in pixels of the input.
        elsewhere: further segments, in no line yet.
        detections: of `detect_digits`, where they are known.
    """
    segments = [*lines, elsewhere] if elsewhere else lines
    evidence = collect_evidence(classifier, picture, segments, detections=detections)
    digits = [
        _accept(digit, detection, _probability(_DETECTION_WEIGHTS, row))
        for digit, detection, row in zip(
            evidence.digits, evidence.detections, evidence.of_detections, strict=True
        )
    ]
    found = [digit for digit in digits if digit.digit_probability > 0.5]
    is_clean = not elsewhere and _is_clean(evidence.segments, evidence.seen, found)
    settled = [list(line) for line in lines] if is_clean else _settle_lines(evidence, segments, digits)
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


def _settle_lines(
    evidence: PageEvidence, lines: Sequence[Sequence[Digit]], digits: Sequence[Digit]
) -> list[list[Digit]]:
    """The most probable of segments and detected digits, one in each place, line by line."""
    segments = evidence.segments
    weighed = [
        _accept(segment, detection, _probability(_SEGMENT_WEIGHTS, row))
        for segment, detection, row in zip(segments, evidence.seen, evidence.of_segments, strict=True)
    ]
    # A ring shares its place with what stands in it, and is often the surer digit.
    likely = [digit for digit in [*weighed, *digits] if digit.digit_probability > 0.5]
    likely = without_halves(without_rings(likely))
    kept: list[Digit] = []
    for digit in sorted(likely, key=lambda each: -each.digit_probability):
        if not any(is_one_place(digit.box, other.box) for other in kept):
            kept.append(digit)
    if not 0 < len(segments) <= _MUCH:  # None where there were more than digits have.
        kept = [
            digit
            for digit in kept
            if digit.digit_probability > _STRAY
            or any(is_beside(digit.box, other.box) for other in kept if other is not digit)
        ]
    if not kept:
        doubted = iter(weighed)
        return [[replace(next(doubted), refused=True) for _ in line] for line in lines]
    typical = _typical_height([digit.box for digit in kept])
    kept = [digit for digit in kept if _SIZES[0] < digit.box.height / typical < _SIZES[1]]
    # A gap in a number is worth showing: what the reader refused stays where it stands among digits.
    kept += [
        digit
        for digit in segments
        if digit.refused
        and any(is_beside(digit.box, other.box) for other in kept)
        and not any(is_one_place(digit.box, other.box) for other in kept)
    ]
    return [[each.digit for each in row] for row in group_rows([_PlacedDigit(digit) for digit in kept])]


def _is_clean(
    segments: Sequence[Digit], seen: Sequence[PageDetection | None], digits: Sequence[Digit]
) -> bool:
    """Whether the segments are read without a doubt and hold all digits that the detector finds.

    The ink shows better than the detector where touching digits part. A 1 has to be seen: it may be a line.
    """
    if not segments or any(segment.refused for segment in segments):
        return False
    scores = [each.score if each else _UNSEEN for each in seen]
    likely = [segment.nearest_probability for segment in segments]
    # Faint ink on a page may be seen nowhere: three digits or more that the reader is sure of are no chance.
    is_unseen = max(scores) < _FAINT and not digits
    if is_unseen and min(likely) > _SURE and sum(each.nearest != 1 for each in segments) >= _FEW:
        return True
    # A lone digit may fill the picture, larger than the detector knows digits, unless it holds others.
    is_lone = len(segments) == 1 and len(digits) < 2 and segments[0] in without_rings([*segments, *digits])
    is_seen = is_lone or (
        float(np.mean([score > _SEEN for score in scores])) >= 0.5
        and all(score > _FAINT for score, each in zip(scores, segments, strict=True) if each.nearest == 1)
    )
    return (
        is_seen
        and float(np.mean(likely)) > _SURE
        and min(likely) > _DOUBTFUL
        and all(any(overlap(digit.box, each.box) > _OVERLAP for each in segments) for digit in digits)
    )


def _segment_evidence(segments: Sequence[Digit], seen: Sequence[PageDetection | None]) -> list[_Row]:
    scores = [each.score if each else _UNSEEN for each in seen]
    rows = []
    for at, (segment, detection) in enumerate(zip(segments, seen, strict=True)):
        rest = [(other, scores[k] > _SEEN) for k, other in enumerate(segments) if k != at]
        others = [is_seen for other, is_seen in rest if not other.refused]
        beside = any(is_seen and is_beside(segment.box, other.box) for other, is_seen in rest)
        opinion = float(detection.probabilities[segment.nearest]) if detection else 0.1
        rows.append(
            (
                _logit(scores[at]),
                _logit(segment.nearest_probability),
                float(np.log(opinion + 0.01)),
                float(np.mean(others)) if others else 0.5,
                beside,
                1.0,
            )
        )
    return rows


def _detection_evidence(detection: PageDetection, digit_probability: float, beside: bool) -> _Row:
    return _logit(detection.score), _logit(digit_probability), beside, 1.0


def _is_printed(detection: PageDetection, clear: Sequence[PageDetection]) -> bool:
    """Whether it is print by its score and the clear ones beside it: nobody prints one digit of a number."""
    beside = [each for each in clear if each is not detection and is_beside(detection.box, each.box)]
    return sum(each.score if each.printed else -each.score for each in (detection, *beside)) > 0


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


def _accept(digit: Digit, detection: PageDetection | None, probability: float) -> Digit:
    """The digit with the label that reader and detector give it together, and how probable it is one."""
    return replace(fuse_labels(digit, detection), digit_probability=probability, refused=False)


def fuse_labels(digit: Digit, detection: PageDetection | None) -> Digit:
    """The digit with its label by reader and detector, taken as independent experts."""
    if detection is None:
        return digit
    # What the reader doubts to be a digit tells it little about which.
    read = digit.digit_probability * digit.probabilities + (1.0 - digit.digit_probability) / len(DIGITS)
    fused = (read + 1e-3) * (detection.probabilities + 1e-3)
    return replace(digit, probabilities=(fused / fused.sum()).astype(np.float32))


def _score(detection: PageDetection) -> float:
    return detection.score


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-3), 1.0 - 1e-3)
    return float(np.log(bounded / (1.0 - bounded)))


def _probability(weights: np.ndarray, evidence: Sequence[float]) -> float:
    return float(1.0 / (1.0 + np.exp(-weights @ evidence)))
