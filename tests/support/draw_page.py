"""The Draw page in a browser, and a mouse that draws on it."""

from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from digitcnn.ink.strokes import Stroke
from digitcnn.web.samples import sample_strokes
from tests.support.settling import settle

SIDE = 400


def open_draw(page: Page, server: str) -> None:
    """Opens the page, and waits until it invites."""
    page.goto(f"{server}/draw")
    page.locator("canvas.upper-canvas").wait_for(timeout=90_000)
    expect(answer_of(page)).to_contain_text("Draw a digit")


def open_number(page: Page, server: str) -> None:
    """Opens the page with its canvas for numbers."""
    open_draw(page, server)
    page.get_by_text("Number", exact=True).click()
    expect(answer_of(page)).to_contain_text("Write a number")
    settle(page)


def answer_of(page: Page) -> Locator:
    """The answer, or the words in its place."""
    # While a page is replaced, the old one's stays below for a moment.
    return page.locator(".st-key-answer").first


def draw(page: Page, digit: int, *, side: float = SIDE, corner: tuple[float, float] = (0, 0)) -> None:
    """Draws a sample digit with the mouse, on a square of the canvas."""
    draw_strokes(page, [stroke + corner for stroke in sample_strokes(digit, side)], SIDE)


def draw_strokes(page: Page, strokes: Sequence[Stroke], width: float) -> None:
    """Draws strokes with the mouse, on a canvas that is this many of their units wide."""
    for stroke in strokes:
        hold(page, stroke, width)
        page.mouse.up()


def draw_and_hold(page: Page, digit: int) -> None:
    """Draws a digit in one stroke and leaves the pen on the paper."""
    page.wait_for_function("document.documentElement.classList.contains('digitcnn-live')")
    (stroke,) = sample_strokes(digit, SIDE)
    hold(page, stroke, SIDE)


def hold(page: Page, stroke: Stroke, width: float, *, steps: int = 1) -> None:
    """Moves the mouse along a stroke, as `draw_strokes` does, and leaves it pressed.

    Args:
        steps: events of the mouse between one point and the next.
    """
    canvas = page.locator("canvas.upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    points = stroke * (box["width"] / width) + (box["x"], box["y"])
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=steps)
