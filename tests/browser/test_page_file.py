"""A model as one HTML file: it reads in the browser, from disk and offline, as Python reads here."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from digitcnn import DigitReader
from digitcnn.browser.page import write_page
from digitcnn.ink.strokes import Stroke
from digitcnn.run_folder import SHIPPED, RunFolder, find_run
from digitcnn.web.samples import sample_strokes

READ_ALL = """drawings => drawings.map((strokes) => {
  const { label, confidence, probabilities } = reader.read(strokes);
  return { label, confidence, probabilities };
})"""


def open_page(page: Page, run: RunFolder, folder: Path) -> None:
    """Opens the file from disk in a browser that reaches nothing."""
    path = folder / "page.html"
    # What a module declares can't be seen from outside.
    path.write_text(
        write_page(run)
        .replace("let strokes = [],", "globalThis.reader = null;\nlet strokes = [],")
        .replace("reader = await", "globalThis.reader = reader = await"),
        encoding="utf-8",
    )
    page.context.set_offline(True)
    page.goto(path.as_uri())
    page.wait_for_function("globalThis.reader")


def draw(page: Page, strokes: list[Stroke]) -> None:
    """Draws strokes, in percent of the canvas, and leaves the pen on the paper."""
    box = page.locator("#drawing").bounding_box()
    assert box
    for stroke in strokes:
        page.mouse.up()
        points = (stroke / 100 * box["width"] + (box["x"], box["y"])).tolist()
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)


def assert_read_alike(page: Page, reader: DigitReader, drawings: list[list[Stroke]]) -> None:
    """The same label but where the two best are within 0.01 of each other; probabilities within 0.01."""
    answers = page.evaluate(READ_ALL, [[stroke.tolist() for stroke in strokes] for strokes in drawings])
    assert len(answers) == len(drawings)
    for strokes, answer in zip(drawings, answers, strict=True):
        (digit,) = reader.read_strokes(strokes, expect="digit").digits
        assert (
            answer["confidence"] == pytest.approx(digit.confidence, abs=0.01)
            or answer["label"] != digit.label
        )
        assert np.abs(np.array(answer["probabilities"]) - digit.probabilities).max() < 0.01
        best = np.sort(np.append(digit.probabilities, digit.confidence))
        assert answer["label"] == digit.label or best[-1] - best[-2] < 0.01


def test_a_thousand_real_drawings_are_read_as_python_reads_them(page: Page, data: Path, tmp_path: Path):
    open_page(page, find_run("reader"), tmp_path)
    with gzip.open(data / "pen_digits.json.gz") as file:
        drawings = [
            [np.array(stroke) for stroke in entry["strokes"]] for entry in json.load(file)[::17][:1000]
        ]
    assert len(drawings) == 1000
    assert_read_alike(page, DigitReader("reader"), drawings)


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()))
def test_every_model_reads_as_python_does(name: str, page: Page, tmp_path: Path):
    open_page(page, find_run(name), tmp_path)
    drawings = [sample_strokes(digit, 100) for digit in range(10)]
    drawings.append([np.array([(10.0, 50.0), (90.0, 52.0)])])
    assert_read_alike(page, DigitReader(name), drawings)


def test_the_answer_follows_the_pen_and_is_cleared(page: Page, tmp_path: Path):
    open_page(page, find_run("reader"), tmp_path)
    answer = page.locator("#answer")
    expect(answer).to_have_text("Draw a digit and I will read it")
    draw(page, sample_strokes(2, 100))
    expect(answer).to_have_text("2")
    page.mouse.up()
    expect(answer).to_have_text("2")
    page.locator("#clear").click()
    expect(answer).to_have_text("Draw a digit and I will read it")
    draw(
        page, [np.array([(20.0, 50.0), (80.0, 50.0), (80.0, 52.0), (20.0, 52.0), (20.0, 54.0), (80.0, 54.0)])]
    )
    expect(answer).to_have_text("This doesn't look like a digit")


def test_the_page_is_light(tmp_path: Path):
    assert len(write_page(find_run("reader")).encode()) < 3 * 2**20
