"""What a page detector finds on made pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitcnn.ink.strokes import Box
from digitcnn.recognition.model import SharedNetwork
from digitcnn.recognition.pages.detector import find_digits
from digitcnn.recognition.pages.places import matches
from digitcnn.training.page_detector.pages import MadePage

MIN_SCORE = 0.35
"""Detections fainter than this do not count."""


@dataclass(frozen=True)
class DetectorScore:
    """How many digits were found on some pages.

    Attributes:
        digits: handwritten ones on the pages.
        found: of these, by a detection of handwriting in their place.
        read: of the found ones, with the right label.
        false: detections of handwriting where no handwritten digit is.
        printed: printed digits on the pages.
        printed_found: of these, by a detection of print.
    """

    digits: int
    found: int
    read: int
    false: int
    printed: int
    printed_found: int


def score_detector(path: Path, pages: Sequence[MadePage]) -> DetectorScore:
    """Finds the digits on each page with the detector of a LiteRT file."""
    predict = SharedNetwork(path).run
    digits = found = read = false = printed = printed_found = 0
    for page in pages:
        detections = [each for each in find_digits(page.pixels, predict) if each.score >= MIN_SCORE]
        free = [each for each in detections if not each.printed]
        for box, label, is_print in zip(_boxes(page.boxes), page.labels.tolist(), page.printed, strict=True):
            if is_print:
                printed += 1
                printed_found += any(each.printed and matches(each.box, box) for each in detections)
                continue
            digits += 1
            if match := next((each for each in free if matches(each.box, box)), None):
                free.remove(match)
                found += 1
                read += int(match.probabilities.argmax()) == label
        false += sum(not any(_holds(area, each.box) for area in _boxes(page.ignored)) for each in free)
    return DetectorScore(digits, found, read, false, printed, printed_found)


def _boxes(sides: np.ndarray) -> list[Box]:
    """Boxes of rows of left, top, right and bottom."""
    return [Box(left, top, right - left, bottom - top) for left, top, right, bottom in sides.tolist()]


def _holds(area: Box, box: Box) -> bool:
    """Whether the middle of a box is in an area."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return area.x <= x <= area.right and area.y <= y <= area.bottom
