import csv
import io
import json
import re
from math import cos, sin
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from digitcnn.web.samples import sample_strokes
from tests.support.settling import settle

SIDE = 160
EDGE = 40


def draw_number(number: str, *, tilt: float = 0.0) -> Image.Image:
    """A picture of sample digits side by side, each in its square and turned by `tilt` radians."""
    picture = Image.new("RGB", (SIDE * len(number) + 2 * EDGE, SIDE + 2 * EDGE), (240, 238, 230))
    pen = ImageDraw.Draw(picture)
    for place, digit in enumerate(number):
        for stroke in sample_strokes(int(digit), SIDE):
            turned = (stroke - SIDE / 2) @ [[cos(tilt), sin(tilt)], [-sin(tilt), cos(tilt)]] + SIDE / 2
            points = [(x + EDGE + place * SIDE, y + EDGE) for x, y in turned.tolist()]
            pen.line(points, fill=(30, 40, 90), width=9, joint="curve")
    return picture


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two pictures that can be read, and one that can't."""
    paths = [tmp_path / "first.png", tmp_path / "second <b>.jpg", tmp_path / "broken.png"]
    draw_number("2047").save(paths[0])
    draw_number("819").save(paths[1])
    paths[2].write_bytes(paths[0].read_bytes()[:400])
    return paths


@pytest.fixture
def upload(page: Page, server: str) -> Page:
    """The Upload page, opened first."""
    page.goto(f"{server}/upload", wait_until="commit")
    expect(reading_of(page)).to_contain_text("Drop pictures above", timeout=90_000)
    return page


def reading_of(page: Page) -> Locator:
    # While a page is replaced, the old one's stays below for a moment.
    return page.locator(".st-key-reading").first


def start_editing(page: Page) -> None:
    page.get_by_text("Edit boxes").click()
    page.locator("canvas.upper-canvas").wait_for()
    settle(page)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, picture: float) -> None:
    """Drags the mouse over the canvas, in pixels of a picture that is `picture` wide."""
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    shown = box["width"] / picture
    page.mouse.move(box["x"] + start[0] * shown, box["y"] + start[1] * shown)
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * shown, box["y"] + end[1] * shown, steps=8)
    page.mouse.up()


def fetch(page: Page, name: str) -> Path:
    """Downloads what the button of this name offers."""
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path())


def download(page: Page, name: str) -> str:
    return fetch(page, name).read_text(encoding="utf-8")


def test_files_are_read_a_box_is_moved_and_the_csv_follows(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files)
    expect(reading_of(upload)).to_have_text("2047")
    expect(upload.get_by_text("broken.png is damaged or cut short")).to_be_visible()
    settle(upload)
    rows = list(csv.DictReader(io.StringIO(download(upload, "CSV"))))
    assert [(row["file"], row["text"], row["digits"]) for row in rows] == [
        ("first.png", "2047", "4"),
        ("second <b>.jpg", "819", "3"),
        ("broken.png", "", "0"),
    ]
    assert rows[2]["error"].startswith("broken.png is damaged")

    # The 2's box goes onto the empty paper right of the 7: it holds no ink any more.
    start_editing(upload)
    drag(upload, (120, 120), (120 + 3.9 * SIDE, 120), picture=4 * SIDE + 2 * EDGE)
    expect(reading_of(upload)).to_have_text("047")
    settle(upload)
    rows = list(csv.DictReader(io.StringIO(download(upload, "CSV"))))
    assert [(row["text"], row["digits"]) for row in rows] == [("047", "3"), ("819", "3"), ("", "0")]
    records = json.loads(download(upload, "JSON"))
    assert [record["text"] for record in records] == ["047", "819", ""]
    assert [digit["label"] for digit in records[0]["digits"]] == [0, 4, 7, None]


def test_correction_reaches_the_downloaded_csv(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files[1])
    expect(reading_of(upload)).to_have_text("819")
    settle(upload)
    upload.locator("[class*=st-key-upload-was]").get_by_text("3", exact=True).click()
    expect(reading_of(upload)).to_have_text("319")
    settle(upload)
    (row,) = csv.DictReader(io.StringIO(download(upload, "CSV")))
    assert row["text"] == "319"
    workbook = pd.read_excel(fetch(upload, "XLSX"), dtype={"text": str})
    assert workbook["text"].tolist() == ["319"]
    with Image.open(fetch(upload, "Picture")) as picture:
        assert picture.format == "PNG"


def test_digit_is_chosen_in_the_picture_or_in_the_strip_and_corrected(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files[1])
    expect(reading_of(upload)).to_have_text("819")
    settle(upload)
    picture = upload.locator(".st-key-upload-picture img")
    box = picture.bounding_box()
    assert box
    shown = box["width"] / (3 * SIDE + 2 * EDGE)
    picture.click(position={"x": (EDGE + 1.5 * SIDE) * shown, "y": (EDGE + SIDE / 2) * shown})
    strip = upload.locator(".st-key-upload-digit").get_by_role("radio")
    expect(strip.nth(1)).to_be_checked()
    settle(upload)
    label = upload.locator("[class*=st-key-upload-was]")
    label.get_by_text("3", exact=True).click()
    expect(reading_of(upload)).to_have_text("839")
    settle(upload)
    expect(strip.nth(1)).to_be_checked()

    # The same without a mouse.
    strip.nth(2).focus()
    upload.keyboard.press("Space")
    expect(strip.nth(2)).to_be_checked()
    settle(upload)
    label.get_by_role("radio").nth(5).focus()
    upload.keyboard.press("Space")
    expect(reading_of(upload)).to_have_text("835")
    settle(upload)
    (row,) = csv.DictReader(io.StringIO(download(upload, "CSV")))
    assert row["text"] == "835"
    assert [digit["label"] for digit in json.loads(download(upload, "JSON"))[0]["digits"]] == [8, 3, 5]


def test_keyboard_goes_from_doubt_to_doubt_over_all_files(upload: Page, files: list[Path]):
    draw_number("707", tilt=0.5).save(files[1])  # A 7 as steep as this could be a 1 or nothing.
    upload.locator("input[type=file]").set_input_files(files[:2])
    expect(reading_of(upload)).to_have_text("2047")
    settle(upload)
    upload.locator(".st-key-upload-table canvas").first.click(position={"x": 300, "y": 35 + 28}, force=True)
    settle(upload)
    strip = upload.locator(".st-key-upload-digit").get_by_role("radio")
    for doubt in (0, 2, 0):
        upload.keyboard.press("n")
        expect(strip).to_have_count(3)
        expect(strip.nth(doubt)).to_be_checked()
        settle(upload)
    upload.locator("[class*=st-key-upload-was]").get_by_role("radio").nth(1).focus()
    upload.keyboard.press("Space")
    expect(reading_of(upload)).to_have_text(re.compile("^10"))
    settle(upload)
    upload.keyboard.press("n")
    expect(strip.nth(2)).to_be_checked()
    settle(upload)
    rows = csv.DictReader(io.StringIO(download(upload, "CSV")))
    assert [row["text"][:2] for row in rows] == ["20", "10"]


def test_number_is_copied(upload: Page, files: list[Path]):
    upload.context.grant_permissions(["clipboard-read", "clipboard-write"])
    upload.locator("input[type=file]").set_input_files(files[1])
    expect(reading_of(upload)).to_have_text("819")
    settle(upload)
    upload.get_by_role("button", name="Copy", exact=True).click()
    upload.wait_for_function("async () => await navigator.clipboard.readText() === '819'")
    # Where the page is on plain HTTP, the browser has no such clipboard.
    upload.evaluate("navigator.clipboard.writeText('')")
    upload.evaluate("window.kept = navigator.clipboard")
    upload.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    settle(upload)
    upload.get_by_role("button", name="Copy", exact=True).click()
    upload.wait_for_function("async () => await window.kept.readText() === '819'")


def test_pdf_of_three_pages_gives_three_rows(upload: Page, tmp_path: Path):
    first, *rest = [draw_number(number) for number in ("2047", "819", "36")]
    first.save(tmp_path / "scan.pdf", save_all=True, append_images=rest)
    upload.locator("input[type=file]").set_input_files(tmp_path / "scan.pdf")
    expect(upload.get_by_role("heading", name="3 files")).to_be_visible()
    settle(upload)
    rows = csv.DictReader(io.StringIO(download(upload, "CSV")))
    assert [(row["file"], row["text"]) for row in rows] == [
        ("scan.pdf, page 1", "2047"),
        ("scan.pdf, page 2", "819"),
        ("scan.pdf, page 3", "36"),
    ]


def test_box_is_labelled_on_the_canvas(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files[1])
    expect(reading_of(upload)).to_have_text("819")
    start_editing(upload)
    width = 3 * SIDE + 2 * EDGE
    for _ in range(2):  # The first click chooses the box, the second opens its label.
        drag(upload, (120, 120), (120, 120), picture=width)
        upload.wait_for_timeout(400)
    upload.keyboard.type("3")
    drag(upload, (10, 10), (10, 10), picture=width)
    expect(reading_of(upload)).to_have_text("319")
    expect(upload.get_by_text("1 answer is yours")).to_be_visible()


def test_box_is_drawn_and_removed(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files[1])
    expect(reading_of(upload)).to_have_text("819")
    start_editing(upload)
    upload.get_by_role("button", name="It is no digit: remove it").click()
    expect(reading_of(upload)).to_have_text("19")
    settle(upload)
    upload.get_by_text("Draw new ones").click()
    settle(upload)
    drag(upload, (EDGE + 20, EDGE - 5), (EDGE + SIDE - 20, EDGE + SIDE), picture=3 * SIDE + 2 * EDGE)
    expect(reading_of(upload)).to_have_text("819")
    upload.get_by_role("button", name="Start again").click()
    expect(reading_of(upload)).to_have_text("819")


def test_row_is_chosen_with_the_mouse_and_the_keyboard(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files)
    expect(reading_of(upload)).to_have_text("2047")
    table = upload.locator(".st-key-upload-table canvas").first
    table.wait_for()
    settle(upload)
    table.click(position={"x": 300, "y": 35 + 56 * 1.5}, force=True)
    expect(reading_of(upload)).to_have_text("819")
    settle(upload)
    upload.keyboard.press("ArrowDown")
    expect(reading_of(upload)).to_have_text("This file could not be read")
    settle(upload)
    upload.keyboard.press("ArrowUp")
    expect(reading_of(upload)).to_have_text("819")


def test_files_are_still_there_after_a_visit_to_draw(upload: Page, files: list[Path]):
    upload.locator("input[type=file]").set_input_files(files[0])
    expect(reading_of(upload)).to_have_text("2047")
    settle(upload)
    menu = upload.locator(".st-key-menu")
    menu.get_by_role("link", name="Draw").click()
    expect(upload.get_by_role("heading", level=1)).to_have_text("Draw a digit or a number")
    menu.get_by_role("link", name="Upload").click()
    expect(reading_of(upload)).to_have_text("2047")
    settle(upload)
    upload.locator("input[type=file]").set_input_files(files[1])
    expect(upload.get_by_role("heading", name="2 files")).to_be_visible()
    settle(upload)
    upload.locator(".st-key-upload-remove-restored button").click()
    settle(upload)
    expect(reading_of(upload)).to_have_text("819")


def test_sample_shows_its_steps_when_they_are_opened(upload: Page):
    upload.get_by_role("button", name="Try a sample").click()
    expect(reading_of(upload)).to_have_text("90210475836", use_inner_text=False)
    assert reading_of(upload).inner_text().split() == ["90210", "4758", "36"]
    expect(upload.get_by_text("Ink found")).to_have_count(0)
    upload.get_by_text("How the picture became digits").click()
    for name in ("Paper flattened", "Ink found", "Pieces", "Centered"):
        expect(upload.get_by_text(name, exact=True)).to_be_visible()
    assert upload.locator("img:not([alt])").count() == 0


def test_phone_shows_number_then_files_then_picture_without_scrolling_sideways(
    upload: Page, files: list[Path]
):
    upload.set_viewport_size({"width": 390, "height": 844})
    upload.locator("input[type=file]").set_input_files(files[0])
    expect(reading_of(upload)).to_have_text("2047")
    settle(upload)
    picture = upload.locator(".st-key-upload-picture img").bounding_box()
    number = reading_of(upload).bounding_box()
    title = upload.locator("h1").bounding_box()
    uploader = upload.get_by_test_id("stFileUploader").first.bounding_box()
    downloads = upload.locator(".st-key-upload-csv").bounding_box()
    assert picture
    assert number
    assert title
    assert uploader
    assert downloads
    assert title["y"] < number["y"] < number["y"] + number["height"] <= uploader["y"]
    assert uploader["y"] < downloads["y"] < picture["y"]
    assert picture["width"] >= 300
    start_editing(upload)
    canvas = upload.locator("canvas.upper-canvas").bounding_box()
    assert canvas
    assert 300 <= canvas["width"] <= 358
    assert upload.evaluate("document.documentElement.scrollWidth") <= 390


def test_file_that_is_too_large_says_so_in_words(upload: Page, tmp_path: Path):
    (tmp_path / "large.png").write_bytes(bytes(64 * 2**20 + 1))
    upload.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    words = upload.get_by_text("File must be 64.0MB or smaller")
    expect(words).to_be_visible()
    box = words.bounding_box()
    assert box
    assert box["width"] > 150
    assert box["height"] > 10


def test_a_pasted_picture_is_a_row_like_an_uploaded_file(upload: Page):
    for number in ("2047", "819"):
        file = io.BytesIO()
        draw_number(number).save(file, "PNG")
        # The script that takes it comes after the page; an event that is taken is cancelled.
        upload.wait_for_function(
            """bytes => {
              const clipboardData = new DataTransfer();
              clipboardData.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
              const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
              return !document.body.dispatchEvent(paste);
            }""",
            arg=list(file.getvalue()),
        )
        expect(upload.get_by_role("heading", name="pasted picture 1.png")).to_be_visible()
        settle(upload)
    expect(upload.get_by_role("heading", name="2 files")).to_be_visible()
    rows = list(csv.DictReader(io.StringIO(download(upload, "CSV"))))
    assert [(row["file"], row["text"]) for row in rows] == [
        ("pasted picture 1.png", "2047"),
        ("pasted picture 2.png", "819"),
    ]
