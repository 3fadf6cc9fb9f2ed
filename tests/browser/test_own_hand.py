"""A visitor teaches the reader their hand, in a real browser; another visitor beside them does not notice."""

import zipfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from digitcnn import DigitReader
from digitcnn.lab.personal_digits import PersonalDigits
from tests.support.settling import settle
from tests.support.triangles import TRIANGLE, write_triangles


def open_draw(page: Page, server: str) -> None:
    page.goto(f"{server}/draw")
    page.locator("canvas.upper-canvas").wait_for(timeout=90_000)
    settle(page)


def press_triangle(page: Page) -> None:
    """Draws a triangle and leaves the pen down."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    points = np.array([box["x"], box["y"]]) + box["width"] * (0.2 + 0.006 * TRIANGLE)
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=10)


def teach(page: Page) -> None:
    own = PersonalDigits()
    for pixels in write_triangles(8, 0):
        own = own.add(pixels, 5)
    page.locator("[data-testid=stExpander]").get_by_text("Your own digits").click()
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
    teach(page)
    expect(page.locator("html.digitcnn-live")).to_be_attached()
    press_triangle(page)
    answer = page.locator(".st-key-answer")
    # The pen is still down: the browser itself runs the model that has learned.
    expect(answer).to_have_text("5")
    page.mouse.up()
    settle(page)
    expect(answer).to_have_text("5")
    with page.expect_download() as started:
        page.get_by_role("button", name="Run folder").click()
    with zipfile.ZipFile(started.value.path()) as archive:
        archive.extractall(tmp_path)
    unseen = np.stack(write_triangles(4, 1))
    assert DigitReader(tmp_path / "my-hand").classify(unseen).argmax(axis=1).tolist() == [5] * 4

    other = chromium.new_context().new_page()
    try:
        open_draw(other, server)
        expect(other.locator("html.digitcnn-live")).to_be_attached()
        press_triangle(other)
        other.mouse.up()
        settle(other)
        expect(other.locator(".st-key-answer")).not_to_have_text("5")
    finally:
        other.context.close()

    page.reload()
    expect(answer).to_have_text("5")
    page.locator("[data-testid=stExpander]").get_by_text("Your own digits").click()
    page.get_by_role("button", name="Undo learning").click()
    expect(answer).not_to_have_text("5")
    expect(page.locator(".own-hand")).to_have_count(0)
