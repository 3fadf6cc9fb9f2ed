"""Collects what speaks for the digits of a page: its segments of ink, and what the page detector finds.

Each candidate, a segment of ink or a detection, is given the probability of being a digit by a
logistic regression on the evidence for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from digitcnn.ink.images.load import Picture
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.pages.crops import crop_digit
from digitcnn.recognition.pages.detector import LONGEST_SIDE, PageDetection, find_digits
from digitcnn.recognition.pages.places import is_beside, matches
from digitcnn.recognition.reading import Digit
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

SEEN, CLEAR = 0.35, 0.5
"""Scores from which the detector sees a digit, and sees it clearly."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """Ink that may be a digit.

    Attributes:
        digit: as the reader read it.
        detection: in its place, if any.
        evidence: that it is a digit, a number for each of its weights.
        probability: of being a digit, by the evidence.
    """

    digit: Digit
    detection: PageDetection | None
    evidence: tuple[float, ...]
    probability: float

    @property
    def score(self) -> float:
        return self.detection.score if self.detection else _UNSEEN

    @property
    def is_agreed(self) -> bool:
        """Whether reader and detector give it the same label."""
        return self.detection is not None and self.digit.nearest == int(self.detection.probabilities.argmax())


@dataclass(frozen=True, eq=False)
class PageEvidence:
    """The candidates of a page.

    Attributes:
        segments: of ink.
        detections: those that may be digits.
        printed: detections that are print.
    """

    segments: list[Candidate]
    detections: list[Candidate]
    printed: list[PageDetection]


def detect_digits(picture: Picture, *, longest: int = LONGEST_SIDE) -> list[PageDetection]:
    """What the page detector finds, boxes in pixels of the input; all digits in a row are print, or none.

    Args:
        picture: to search.
        longest: pixels of its longer side at the largest scale.
    """
    found = find_digits(picture.rgb, longest=longest)
    placed = [replace(each, box=picture.to_input(*each.box)) for each in found]
    clear = [each for each in placed if each.score > SEEN]
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
    if detections is None:
        detections = detect_digits(picture)
    found = [each for each in detections if not each.printed]
    hopeful: list[tuple[PageDetection, bool, np.ndarray]] = []
    for detection in within_time_budget(found):
        beside = any(
            other is not detection and other.score > CLEAR and is_beside(detection.box, other.box)
            for other in found
        )
        # Most detections are so faint that no reading of their ink can make them digits.
        if _probability(_DETECTION_WEIGHTS, _weigh_detection(detection, 1.0, beside)) <= least:
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
    read = []
    for digit, (detection, beside, _) in zip(digits, hopeful, strict=True):
        evidence = _weigh_detection(detection, digit.digit_probability, beside)
        read.append(Candidate(digit, detection, evidence, _probability(_DETECTION_WEIGHTS, evidence)))
    segments = _weigh_segments([digit for line in lines for digit in line], found)
    return PageEvidence(segments, read, [each for each in detections if each.printed])


def _weigh_segments(segments: Sequence[Digit], found: Sequence[PageDetection]) -> list[Candidate]:
    # Touching digits may share a place: the surest detection speaks.
    seen = [
        max((each for each in found if matches(segment.box, each.box)), key=_score, default=None)
        for segment in segments
    ]
    scores = [each.score if each else _UNSEEN for each in seen]
    candidates = []
    for at, (segment, detection) in enumerate(zip(segments, seen, strict=True)):
        rest = [(other, scores[k] > SEEN) for k, other in enumerate(segments) if k != at]
        others = [is_seen for other, is_seen in rest if not other.refused]
        opinion = float(detection.probabilities[segment.nearest]) if detection else 0.1
        evidence = (
            log_odds(scores[at]),
            log_odds(segment.nearest_probability),
            float(np.log(opinion + 0.01)),
            float(np.mean(others)) if others else 0.5,
            any(is_seen and is_beside(segment.box, other.box) for other, is_seen in rest),
            1.0,
        )
        candidates.append(Candidate(segment, detection, evidence, _probability(_SEGMENT_WEIGHTS, evidence)))
    return candidates


def _weigh_detection(detection: PageDetection, digit_probability: float, beside: bool) -> tuple[float, ...]:
    return log_odds(detection.score), log_odds(digit_probability), beside, 1.0


def _is_printed(detection: PageDetection, clear: Sequence[PageDetection]) -> bool:
    """Whether it is print by its score and the clear ones beside it: nobody prints one digit of a number."""
    beside = [each for each in clear if each is not detection and is_beside(detection.box, each.box)]
    return sum(each.score if each.printed else -each.score for each in (detection, *beside)) > 0


def _score(detection: PageDetection) -> float:
    return detection.score


def log_odds(probability: float) -> float:
    """Of a probability, at most that of 0.999 and at least that of 0.001."""
    bounded = min(max(probability, 1e-3), 1.0 - 1e-3)
    return float(np.log(bounded / (1.0 - bounded)))


def _probability(weights: np.ndarray, evidence: Sequence[float]) -> float:
    return float(1.0 / (1.0 + np.exp(-weights @ evidence)))
