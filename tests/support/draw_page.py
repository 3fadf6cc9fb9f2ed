"""The Draw page in a browser, and a mouse that draws on it."""

from playwright.sync_api import FloatRect, Locator, Page, expect

from digitcnn.ink.strokes import Stroke
from digitcnn.web.samples import sample_strokes

SIDE = 400


def open_draw(page: Page, server: str) -> None:
    """Opens the page, and waits until it invites."""
    page.goto(f"{server}/draw")
    page.locator("canvas.upper-canvas").wait_for()
    expect(answer_of(page)).to_contain_text("Draw a digit")


def answer_of(page: Page) -> Locator:
    """The answer, or the words in its place."""
    # While a page is replaced, the old one's stays below for a moment.
    return page.locator(".st-key-answer").first


def draw(page: Page, digit: int, *, side: float = SIDE, corner: tuple[float, float] = (0, 0)) -> None:
    """Draws a sample digit with the mouse, on a square of the canvas."""
    canvas = _canvas_of(page)
    for stroke in sample_strokes(digit, side):
        _press_along(page, canvas, stroke, corner)
        page.mouse.up()


def draw_and_hold(page: Page, digit: int) -> None:
    """Draws a digit in one stroke and leaves the pen on the paper."""
    page.wait_for_function("document.documentElement.classList.contains('digitcnn-live')")
    (stroke,) = sample_strokes(digit, SIDE)
    _press_along(page, _canvas_of(page), stroke, (0, 0))


def _canvas_of(page: Page) -> FloatRect:
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box
    return box


def _press_along(page: Page, canvas: FloatRect, stroke: Stroke, corner: tuple[float, float]) -> None:
    """Moves the pressed mouse along a stroke, in units of a canvas that is `SIDE` wide."""
    scale = canvas["width"] / SIDE
    points = [
        (canvas["x"] + (x + corner[0]) * scale, canvas["y"] + (y + corner[1]) * scale) for x, y in stroke
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point)
