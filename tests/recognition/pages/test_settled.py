from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.rotation import turn_box_back
from digitcnn.recognition import images
from digitcnn.recognition.pages.detector import PageDetection
from digitcnn.recognition.pages.places import matches
from digitcnn.recognition.pages.settled import SettledPage
from testbed.numbers import load_pens
from testbed.pages import KINDS, make_pages
from tests.support.made_pictures import draw

KINDS_MENDED = {
    "ruled": 0.8,
    "squared": 0.7,
    "form boxes": 0.75,
    "shadow": 0.75,
    "circled": 0.55,
    "underlined": 0.8,
    "beside print": 0.75,
    "note on a pale table": 0.85,
    "two inks": 0.85,
}
"""At least this share of 15 pages is exact; the ink alone gives 0.05 to 0.75 of them."""


@pytest.fixture(scope="module")
def reader() -> DigitReader:
    return DigitReader()


@pytest.fixture(scope="module")
def pens() -> dict:
    return load_pens()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS_MENDED)
def test_pages_of_each_kind_are_read(reader: DigitReader, pens: dict, kind: str) -> None:
    pages = make_pages(pens, kind, 15, seed=23)
    right = sum(reader.read_image(page.source).text == page.label for page in pages)  # type: ignore[arg-type]
    assert right >= KINDS_MENDED[kind] * len(pages)


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("kind", ["ruled", "squared", "two inks"])
def test_turned_page_is_read_with_boxes_on_its_digits(
    reader: DigitReader, pens: dict, kind: str, quarters: int
) -> None:
    page = make_pages(pens, kind, 1, seed=57)[0]
    picture = np.asarray(page.source)
    upright, turned = reader.read_image(picture), reader.read_image(np.rot90(picture, quarters))
    assert upright.text == turned.text == page.label
    height, width = picture.shape[:2]
    for one, other in zip(upright.digits, turned.digits, strict=True):
        assert matches(one.box, turn_box_back(other.box, quarters, width, height))


@pytest.mark.parametrize(("quarters", "searches"), [(0, 1), (1, 4)])
def test_page_is_searched_in_every_direction_only_where_it_does_not_stand_upright(
    reader: DigitReader, pens: dict, monkeypatch: pytest.MonkeyPatch, quarters: int, searches: int
) -> None:
    found = []
    detect_digits = images.detect_digits
    monkeypatch.setattr(images, "detect_digits", lambda *a, **k: found.append(k) or detect_digits(*a, **k))
    doubted = SettledPage([], [], is_clean=False)
    monkeypatch.setattr(images, "_read_page", lambda _, picture: (doubted, binarize(picture)))
    page = np.rot90(np.asarray(make_pages(pens, "squared", 1, seed=57)[0].source), quarters)
    reader.read_image(page)
    assert len(found) == searches


def test_lone_digit_and_paper_without_digits_are_not_turned(reader: DigitReader, pens: dict) -> None:
    seven = np.asarray(draw("7", height=130, paper=200, ink=60)).astype(int)
    photo = np.rot90(seven + np.random.default_rng(0).integers(-4, 5, seven.shape), 2).astype(np.uint8)
    assert reader.read_image(photo).text != "7"
    blank = make_pages(pens, "no digit", 1, seed=17)[0]
    assert reader.read_image(np.rot90(blank.source)).text == ""  # type: ignore[arg-type]


@pytest.mark.slow
def test_printed_digits_are_left_out_and_said(reader: DigitReader, pens: dict) -> None:
    pages = make_pages(pens, "beside print", 4, seed=33)
    readings = [reader.read_image(page.source) for page in pages]  # type: ignore[arg-type]
    assert sum(len(reading.printed) for reading in readings) >= 3
    for page, reading in zip(pages, readings, strict=True):
        for digit in reading.printed:
            assert digit.kind == "printed"
            assert digit.box.bottom < 0.25 * np.asarray(page.source).shape[0]
            assert not any(matches(digit.box, other.box) for other in reading.digits)
    assert (readings[2].text, len(readings[2].printed) > 0) == (pages[2].label, True)


def test_number_below_print_with_more_digits_is_read(reader: DigitReader, pens: dict) -> None:
    page = np.array(make_pages(pens, "plain", 3, seed=1)[0].source)
    small = np.ascontiguousarray(page[:40])
    cv2.putText(small, "12.10.2026 14:05", (300, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 2)
    page[:40] = small
    assert reader.read_image(page).text == make_pages(pens, "plain", 3, seed=1)[0].label


def test_shadow_that_looks_like_a_digit_hides_none(reader: DigitReader, pens: dict) -> None:
    page = make_pages(pens, "shadow", 13, seed=21)[12]
    assert reader.read_image(page.source).text == page.label  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [12, 16])
def test_digits_on_both_sides_of_a_shadows_edge_are_read(
    reader: DigitReader, pens: dict, number: int
) -> None:
    page = make_pages(pens, "shadow", number + 1, seed=12)[number]
    assert reader.read_image(page.source).text == page.label  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "seed", "number"), [("faint pencil", 14, 9), ("note on a pale table", 15, 6)]
)
def test_faint_ink_that_the_detector_misses_and_a_gray_note_are_read(
    reader: DigitReader, pens: dict, kind: str, seed: int, number: int
) -> None:
    page = make_pages(pens, kind, number + 1, seed=seed)[number]
    assert reader.read_image(page.source).text == page.label  # type: ignore[arg-type]


@pytest.mark.slow
def test_texture_without_digits_gives_few(reader: DigitReader, pens: dict) -> None:
    given = [reader.read_image(page.source).text for page in make_pages(pens, "no digit", 6, seed=3)]  # type: ignore[arg-type]
    assert sum(map(len, given)) <= 2


@pytest.mark.parametrize("number", [9, 16])
def test_a_stray_that_is_hardly_a_digit_among_scribbles_is_none(
    reader: DigitReader, pens: dict, number: int
) -> None:
    page = make_pages(pens, "no digit", number + 1, seed=17)[number]
    assert reader.read_image(page.source).text == ""  # type: ignore[arg-type]


def test_every_kind_makes_the_same_pages_again(pens: dict) -> None:
    for kind in KINDS:
        one, other = (make_pages(pens, kind, 1)[0] for _ in range(2))
        assert one.label == other.label
        np.testing.assert_array_equal(np.asarray(one.source), np.asarray(other.source))


@pytest.mark.parametrize("is_doubted", [False, True])
def test_ink_of_squared_paper_is_read_only_where_a_detection_leaves_doubt(
    reader: DigitReader, pens: dict, monkeypatch: pytest.MonkeyPatch, is_doubted: bool
) -> None:
    def detect_digits(*arguments: Any, **options: Any) -> list[PageDetection]:
        first, *others = sorted(find(*arguments, **options), key=lambda each: -each.score)
        # The detector sees another label in it than the reader.
        return [
            replace(first, probabilities=np.roll(first.probabilities, 1)) if is_doubted else first,
            *others,
        ]

    read = []
    find, find_best_page = images.detect_digits, images._find_best_page
    monkeypatch.setattr(images, "detect_digits", detect_digits)
    monkeypatch.setattr(images, "_find_best_page", lambda *a: read.append(a) or find_best_page(*a))
    page = make_pages(pens, "squared", 1, seed=23)[0]
    assert reader.read_image(page.source).text == page.label  # type: ignore[arg-type]
    assert bool(read) == is_doubted
