"""A visitor teaches the reader their hand, in a real browser; another visitor beside them does not notice."""

import zipfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from digitcnn import DigitReader
from digitcnn.lab.personal_digits import PersonalDigits
from tests.support.draw_page import answer_of, hold, open_draw
from tests.support.settling import open_fold, settle
from tests.support.triangles import TRIANGLE, write_triangles

TRIANGLE_ON_CANVAS = 20 + 0.6 * TRIANGLE
"""In percent of the canvas."""


def teach(page: Page) -> None:
    own = PersonalDigits()
    for pixels in write_triangles(8, 0):
        own = own.add(pixels, 5)
    open_fold(page, "Your own digits")
    uploader = page.locator("[data-testid=stExpander] input[type=file]")
    uploader.set_input_files(
        {"name": "my-digits.npz", "mimeType": "application/octet-stream", "buffer": own.to_bytes()}
    )
    expect(page.get_by_text("8 digits brought back")).to_be_visible()
    page.get_by_role("button", name="Learn from these").click()
    expect(page.locator(".own-hand")).to_contain_text("Your 8 digits, each by what the others taught08")
    settle(page)


def test_what_one_visitor_taught_answers_them_alone_and_outlives_a_reload(
    page: Page, chromium: Browser, server: str, tmp_path: Path
):
    open_draw(page, server)
    settle(page)
    teach(page)
    expect(page.locator("html.digitcnn-live")).to_be_attached()
    hold(page, TRIANGLE_ON_CANVAS, 100, steps=10)
    # The pen is still down: the browser itself runs the model that has learned.
    expect(answer_of(page)).to_have_text("5")
    page.mouse.up()
    settle(page)
    expect(answer_of(page)).to_have_text("5")
    with page.expect_download() as started:
        page.get_by_role("button", name="Run folder").click()
    with zipfile.ZipFile(started.value.path()) as archive:
        archive.extractall(tmp_path)
    unseen = np.stack(write_triangles(4, 1))
    assert DigitReader(tmp_path / "my-hand").classify(unseen).argmax(axis=1).tolist() == [5] * 4

    other = chromium.new_context().new_page()
    try:
        open_draw(other, server)
        settle(other)
        expect(other.locator("html.digitcnn-live")).to_be_attached()
        hold(other, TRIANGLE_ON_CANVAS, 100, steps=10)
        other.mouse.up()
        settle(other)
        expect(answer_of(other)).not_to_have_text("5")
    finally:
        other.context.close()

    page.reload()
    expect(answer_of(page)).to_have_text("5")
    open_fold(page, "Your own digits")
    page.get_by_role("button", name="Undo learning").click()
    expect(answer_of(page)).not_to_have_text("5")
    expect(page.locator(".own-hand")).to_have_count(0)
