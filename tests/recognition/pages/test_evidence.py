import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.ink.images.load import Picture, open_picture
from digitcnn.ink.strokes import Box
from digitcnn.recognition.pages.evidence import PageEvidence, collect_evidence, detect_digits
from digitcnn.recognition.pages.places import matches
from digitcnn.recognition.reading import Digit
from testbed.numbers import load_pens
from testbed.pages import make_boxed_pages, make_pages

Page = tuple[Picture, list[tuple[Box, int]]]


@pytest.fixture(scope="module")
def page() -> Page:
    """A squared page and where its digits are written."""
    sample, placed = next(make_boxed_pages(load_pens(), "squared", 1, seed=5))
    boxes = [(Box(*ends[0], *(ends[1] - ends[0])), label) for ends, label in placed]
    return open_picture(sample.source), boxes  # type: ignore[arg-type]


def read_as(box: Box, label: int) -> Digit:
    """A digit that the reader is sure of."""
    probabilities = np.full(10, 0.001, np.float32)
    probabilities[label] = 0.991
    return Digit(probabilities, 0.95, False, box, np.zeros((28, 28), np.float32))


def evidence_on(page: Page, segments: list[Digit], least: float = 0.5) -> PageEvidence:
    return collect_evidence(DigitReader(), page[0], [segments], least=least)


def test_line_of_squared_paper_is_less_probable_than_a_digit(page: Page) -> None:
    line = Box(5, 20, 4, 60)
    *digits, last = evidence_on(page, [*(read_as(*each) for each in page[1]), read_as(line, 1)]).segments
    assert last.detection is None
    assert last.probability < 0.2 < min(digit.probability for digit in digits)


def test_every_digit_is_detected_and_the_faint_detections_are_left_out(page: Page) -> None:
    probable, all_of_them = (evidence_on(page, [], least).detections for least in (0.5, 0.0))
    for box, _ in page[1]:
        assert any(matches(each.digit.box, box) and each.probability > 0.5 for each in probable)
    assert len(probable) < len(all_of_them)


def test_all_digits_in_a_row_are_print_or_none() -> None:
    (sample,) = make_pages(load_pens(), "beside print", 1, seed=33)
    evidence = collect_evidence(DigitReader(), open_picture(sample.source), [])  # type: ignore[arg-type]
    assert evidence.printed
    assert len(evidence.printed) < len(detect_digits(open_picture(sample.source)))  # type: ignore[arg-type]
    assert all(not each.detection.printed for each in evidence.detections if each.detection)
