"""From a move of the pen, and from its lifting, to the answer on the screen, in Chromium."""

import statistics

from benchmarks.speed.figures import Figure, compare_speed
from digitcnn.web.samples import sample_strokes
from testbed.browser import canvas_of, chromium, draw_with_mouse
from testbed.server import start_server, wait_until_healthy

TIMES = 20

# The time of the last pen-up and of the answer to it, and for each answer of the browser itself the time from
# the pointer's event to its painting: a message that is posted while a frame is made arrives after it.
_WATCH = """() => {
    window.painted = [];
    const channel = new MessageChannel();
    let moved = null, waiting = null;
    channel.port1.onmessage = () => { painted.push(performance.now() - waiting); waiting = null; };
    addEventListener('pointermove', (event) => { if (event.buttons) moved ??= event.timeStamp; }, true);
    addEventListener('mouseup', () => { window.up = performance.now(); window.answered = null; }, true);
    const opinions = () => document.querySelector('.opinions')?.textContent;
    let before = opinions();
    new MutationObserver(() => {
        if (moved !== null && waiting === null) {
            [waiting, moved] = [moved, null];
            channel.port2.postMessage(0);
        }
        const now = opinions();
        if (now !== before) { before = now; window.answered ??= performance.now(); }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def measure() -> list[Figure]:
    """Digits drawn one after another, the canvas cleared in between."""
    taken, early = [], 0
    with start_server() as server, chromium() as browser:
        wait_until_healthy(server)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        page.goto(f"{server.address}/draw")
        canvas_of(page).wait_for()
        page.locator(".st-key-answer").get_by_text("Draw a digit").wait_for()
        page.wait_for_function("document.documentElement.classList.contains('digitcnn-live')")
        page.evaluate(_WATCH)
        for turn in range(TIMES + 1):
            digit = (0, 2, 3, 6, 7, 8, 9)[turn % 7]  # Of one stroke.
            count = page.evaluate("painted.length")
            draw_with_mouse(page, sample_strokes(digit, 400))
            early += page.evaluate("painted.length") > count
            page.wait_for_function("window.answered !== null")
            if turn:
                taken.append(page.evaluate("window.answered - window.up"))
            page.wait_for_timeout(400)
            page.locator(".st-key-draw-clear button").click()
            page.locator(".st-key-answer").get_by_text("Draw a digit").wait_for()
            page.wait_for_timeout(400)
        painted = page.evaluate("painted")
    median, slow = statistics.median(painted), statistics.quantiles(painted, n=20)[-1]
    answered, name = statistics.median(taken), "pen-up to the server's answer"
    return [
        Figure("pen-up to the server's answer, one visitor", answered, "ms"),
        compare_speed("pen's move to the browser's answer, painted", median, "ms", answered, name),
        Figure("the same, at the 95th percentile", slow, "ms"),
        Figure("digits answered before the pen was lifted", early / (TIMES + 1) * 100, "%"),
    ]
