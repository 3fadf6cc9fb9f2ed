"""From pen-up to the answer on the screen, in Chromium."""

import statistics

from benchmarks.speed.figures import Figure
from digitcnn.web.samples import sample_strokes
from testbed.browser import canvas_of, chromium, draw_with_mouse
from testbed.server import start_server, wait_until_healthy

TIMES = 20

# The time of the last pen-up, and of the first change of the answer after it.
_WATCH = """() => {
    addEventListener('mouseup', () => { window.up = performance.now(); window.answered = null; }, true);
    const answer = () => document.querySelector('.st-key-answer')?.textContent.trim();
    let before = answer();
    new MutationObserver(() => {
        const now = answer();
        if (now !== before) { before = now; window.answered ??= performance.now(); }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def measure() -> list[Figure]:
    """Digits drawn one after another, the canvas cleared in between."""
    taken = []
    with start_server() as server, chromium() as browser:
        wait_until_healthy(server)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        page.goto(f"{server.address}/draw")
        canvas_of(page).wait_for()
        page.locator(".st-key-answer").get_by_text("Draw a digit").wait_for()
        page.evaluate(_WATCH)
        for turn in range(TIMES + 1):
            digit = (0, 2, 3, 6, 7, 8, 9)[turn % 7]  # Of one stroke.
            draw_with_mouse(page, sample_strokes(digit, 400))
            page.wait_for_function("window.answered !== null")
            if turn:
                taken.append(page.evaluate("window.answered - window.up"))
            page.wait_for_timeout(400)
            page.locator(".st-key-draw-clear button").click()
            page.locator(".st-key-answer").get_by_text("Draw a digit").wait_for()
            page.wait_for_timeout(400)
    return [Figure("pen-up to answer, one visitor", statistics.median(taken), "ms")]
