#!/usr/bin/env python3
"""Takes README's pictures from the running app: `scripts/make_pictures.py [NAME ...]`.

Drives a real Chromium over a server without data sets, so that nobody's handwriting gets into a picture,
and writes docs/pictures/NAME.webp.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from digitcnn.web.samples import sample_strokes  # noqa: E402
from testbed.browser import canvas_of, chromium, draw_with_mouse  # noqa: E402
from testbed.server import start_server, wait_until_healthy  # noqa: E402

FOLDER = PROJECT / "docs" / "pictures"
WIDTH = 1280
HEIGHTS = {"draw": 830, "upload": 880, "compare": 1000}
"""Pixels of the browser's window, by picture."""

DIGIT = 5
SIDE = 400
"""Pixels of the canvas, which is shown at its own size in a window this wide."""

PATIENCE = 240_000
"""Milliseconds."""


def take_draw(page: Page, server: str) -> None:
    """A digit drawn with the mouse, and the answer to it."""
    page.goto(f"{server}/draw")
    canvas_of(page).wait_for()
    draw_with_mouse(page, sample_strokes(DIGIT, SIDE))
    expect(page.locator(".st-key-answer")).to_have_text(str(DIGIT))
    page.mouse.move(0, 0)


def take_upload(page: Page, server: str) -> None:
    """The sample page of handwriting, read."""
    page.goto(f"{server}/upload")
    page.get_by_role("button", name="Try a sample").click()
    expect(page.locator(".st-key-reading")).to_contain_text("4758")
    expect(page.get_by_text("As the model saw them")).to_be_visible()


def take_compare(page: Page, server: str) -> None:
    """Two models compared."""
    page.goto(f"{server}/model_lab?tab=Compare")
    expect(page.get_by_text("A report is one file")).to_be_visible()


PICTURES: dict[str, Callable[[Page, str], None]] = {
    "draw": take_draw,
    "upload": take_upload,
    "compare": take_compare,
}


def main(names: list[str]) -> int:
    """Takes the named pictures, or all of them; returns the exit status."""
    if unknown := set(names) - set(PICTURES):
        print(
            f"make_pictures: no picture {', '.join(unknown)}; there are: {', '.join(PICTURES)}",
            file=sys.stderr,
        )
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as empty, chromium() as browser:
        nothing = {"DIGITCNN_DATA": empty, "KERAS_HOME": empty, "DIGITCNN_TRAINING": "off"}
        with start_server(environment=nothing) as server:
            wait_until_healthy(server)
            for name in names or PICTURES:
                page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHTS[name]})
                page.set_default_timeout(PATIENCE)
                PICTURES[name](page, server.address)
                save(page, FOLDER / f"{name}.webp")
                page.close()
    return 0


def save(page: Page, path: Path) -> None:
    """Waits until nothing moves any more, then saves the screen."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(2_000)
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, "WEBP", quality=82, method=6)
    print(f"{path.relative_to(PROJECT)}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
