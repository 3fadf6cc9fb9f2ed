from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from digitcnn.ink.strokes import Stroke, box_of_strokes
from digitcnn.training.pen_strokes import Drawing, load_pen_digits
from digitcnn.web.samples import sample_number
from tests.support.draw_page import answer_of, draw_strokes, open_number
from tests.support.settling import open_fold, settle

WIDE = 1120, 300
PHONE = 720, 480


@pytest.fixture
def drawn(page: Page, server: str) -> Page:
    """The Draw page with its canvas for numbers."""
    open_number(page, server)
    return page


def put_side_by_side(drawings: list[Drawing], *, height: float, step: float) -> list[Stroke]:
    """Drawings from a tablet as one number on the wide canvas, all of this height."""
    strokes = []
    for place, drawing in enumerate(drawings):
        box = box_of_strokes(drawing.strokes)
        scale = height / box.height
        corner = np.array([60 + place * step, (WIDE[1] - height) / 2])
        strokes += [(stroke - [box.x, box.y]) * scale + corner for stroke in drawing.strokes]
    return strokes


def test_number_of_a_real_hand_is_read_and_goes_to_the_own_digits(drawn: Page, data: Path):
    assert data
    by_writer: dict[str, dict[int, Drawing]] = {}
    for one in load_pen_digits():
        if one.part == "test" and not one.suspect:
            by_writer.setdefault(one.writer, {}).setdefault(one.label, one)
    hand = next(digits for digits in by_writer.values() if len(digits) == 10)
    strokes = put_side_by_side([hand[3], hand[0], hand[7]], height=170, step=250)
    draw_strokes(drawn, strokes, WIDE[0])
    expect(answer_of(drawn)).to_have_text("307")
    expect(drawn.locator(".st-key-draw-digits img")).to_have_count(3)
    assert drawn.locator("img:not([alt])").count() == 0
    settle(drawn)
    ask = drawn.locator(".st-key-personal-ask")
    ask.get_by_text("3", exact=True).click()
    expect(ask).to_contain_text("Kept as a 3")
    settle(drawn)
    ask.get_by_text("3", exact=True).click()
    expect(ask).to_contain_text("Your answer puts")


def keep_a_four(drawn: Page) -> Locator:
    """Draws a 42 and keeps its first digit among the own ones; where that is said."""
    draw_strokes(drawn, sample_number("42", WIDE), WIDE[0])
    expect(answer_of(drawn)).to_have_text("42")
    settle(drawn)
    ask = drawn.locator(".st-key-personal-ask")
    ask.get_by_text("4", exact=True).click()
    expect(ask).to_contain_text("Kept as a 4")
    settle(drawn)
    return ask


def test_own_digits_are_downloaded_cleared_and_brought_back(drawn: Page):
    keep_a_four(drawn)
    open_fold(drawn, "Your own digits")
    expect(drawn.locator(".own-digits img")).to_have_count(1)
    with drawn.expect_download() as started:
        drawn.get_by_role("button", name="Download", exact=True).click()
    file = Path(started.value.path()).read_bytes()
    drawn.get_by_role("button", name="Take back the last").click()
    expect(drawn.get_by_text("None yet.")).to_be_visible()
    settle(drawn)
    uploader = drawn.locator("[data-testid=stExpander] input[type=file]")
    uploader.set_input_files(
        {"name": "my-digits.npz", "mimeType": "application/octet-stream", "buffer": file}
    )
    expect(drawn.get_by_text("1 digit brought back")).to_be_visible()
    expect(drawn.locator(".own-digits img")).to_have_count(1)


def test_number_and_own_digits_outlive_a_reload(drawn: Page):
    ask = keep_a_four(drawn)
    drawn.reload()
    expect(answer_of(drawn)).to_have_text("42")
    expect(ask.first).to_contain_text("Kept as a 4")  # A page that grows shows its old end for a moment, too.
    open_fold(drawn, "Your own digits")
    expect(drawn.locator(".own-digits img")).to_have_count(1)


def test_phone_has_a_canvas_of_its_own_shape(page: Page, server: str):
    page.set_viewport_size({"width": 390, "height": 844})
    open_number(page, server)
    canvas = page.locator(".st-key-draw-sheet-phone canvas.upper-canvas")
    box = canvas.bounding_box()
    assert box
    assert box["height"] > 200
    assert box["width"] <= 358
    draw_strokes(page, sample_number("2047", PHONE), PHONE[0])
    expect(answer_of(page)).to_have_text("2047")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
