"""From `streamlit run` to a canvas that takes a stroke, in Chromium."""

import statistics
import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.speed.figures import Figure, compare
from testbed.browser import canvas_of, chromium
from testbed.server import APP, start_server, wait_until_healthy

BARE_CANVAS = Path(__file__).with_name("bare_canvas.py")
"""An empty page with the canvas component: the least that any app with a canvas costs."""

ROUNDS = 7

_HAS_INK = """canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some(value => value > 0);
}"""


def measure() -> list[Figure]:
    """The Draw page beside an empty page with the bare canvas component, by turns."""
    taken: dict[str, list[float]] = {"draw": [], "bare": []}
    with chromium() as browser:
        for turn in range(ROUNDS + 1):
            for name, script, path in (("draw", APP, "/draw"), ("bare", BARE_CANVAS, "/")):
                seconds = _start_and_draw(browser, script, path)
                if turn:  # The first start compiles what nobody has started before.
                    taken[name].append(seconds)
    draw, bare = (statistics.median(taken[name]) for name in ("draw", "bare"))
    return [
        compare("cold start to a canvas that takes a stroke", draw, "s", bare, "an empty page with a canvas")
    ]


def _start_and_draw(browser: Browser, script: Path, path: str) -> float:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        with start_server(script) as server:
            page = context.new_page()
            page.set_default_timeout(300_000)
            wait_until_healthy(server)
            page.goto(f"{server.address}{path}", wait_until="commit")
            canvas = canvas_of(page)
            canvas.wait_for()
            while True:
                box = canvas.bounding_box()
                if box:
                    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
                    page.mouse.move(x, y)
                    page.mouse.down()
                    page.mouse.move(x + 20, y + 20)
                    page.mouse.move(x + 40, y + 60)
                    inked = canvas.evaluate(_HAS_INK)
                    page.mouse.up()
                    if inked:
                        return time.perf_counter() - server.started
                time.sleep(0.01)
    finally:
        context.close()
