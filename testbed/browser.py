"""A real Chromium: the system's own where there is one, else Playwright's."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from playwright.sync_api import Browser, Locator, Page, sync_playwright

# Chromium cannot sandbox itself in a container. The last four keep it from waiting for a network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def canvas_of(page: Page) -> Locator:
    """The layer of the canvas that takes the pen."""
    return page.locator("canvas.upper-canvas")


def draw_with_mouse(page: Page, strokes: Sequence[np.ndarray]) -> None:
    """Draws strokes, (n, 2) in canvas pixels, and leaves the pen up."""
    box = canvas_of(page).bounding_box()
    if box is None:
        raise RuntimeError("there is no canvas on the page")
    for stroke in strokes:
        points = [(box["x"] + x, box["y"] + y) for x, y in stroke.tolist()]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()
