"""Every page and part of the Lab in a real Chromium: axe-core objects to nothing, and few things jump."""

import re
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from digitcnn.web.lab.actions import PARTS

ADDRESSES = ("", "draw", "upload", "data", *(f"model_lab?tab={part}" for part in PARTS))

SIZES = {"wide": (1280, 800), "phone": (390, 844), "landscape": (844, 390)}
"""Name -> width and height of the window."""

STREAMLITS = {"presentation-role-conflict": "stFileUploaderDropzone"}
"""Rule -> the one element that breaks it, which Streamlit builds and no page can change.

Its drop zone is named and presentational at once; the button in it is what a keyboard reaches.
"""

WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map(({ node }) => node?.dataset?.testid ?? node?.textContent ?? "");
    if (!entry.hadRecentInput) window.shifts.push([entry.value, nodes.join(" | ")]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""

WATCH_FRAME = """
window.frames_ = [];
let frame = null;
const look = () => {
  const content = document.querySelector(".st-key-frame > *");
  if (content && content.parentElement !== frame) window.frames_.push([]);
  frame = content?.parentElement;
  const isShown = content && getComputedStyle(content).visibility === "visible" && frame.offsetHeight > 1;
  if (content) window.frames_.at(-1).push(isShown);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Notes of every frame of the page, picture by picture, whether it is shown."""

MOST_SHIFT = 0.1
"""What Core Web Vitals calls good."""


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning] h1").first.wait_for()
    page.wait_for_timeout(2000)  # Charts and tables are drawn after the script has run.


def violations(page: Page) -> list[str]:
    """Rule and HTML of each element that axe-core objects to."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    pairs = [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]
    return [f"{rule}: {html}" for rule, html in pairs if STREAMLITS.get(rule, "\0") not in html]


def check_shifts(page: Page) -> None:
    shifts: list[tuple[float, str]] = page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) < MOST_SHIFT, shifts


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_no_violation(
    chromium: Browser, server: str, address: str, scheme: Literal["light", "dark"]
):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(60_000)
    page = context.new_page()
    open_page(page, f"{server}/{address}")
    found = violations(page)
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_around_a_reading(
    chromium: Browser, server: str, scheme: Literal["light", "dark"]
):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(60_000)
    page = context.new_page()
    open_page(page, f"{server}/upload")
    page.get_by_role("button", name="Try a sample").click()
    page.locator(".st-key-upload-digit button").first.wait_for()
    page.wait_for_timeout(2000)
    found = violations(page)
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_jumps_while_a_page_loads(page: Page, server: str, address: str, size: tuple[int, int]):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.add_init_script(WATCH)
    open_page(page, f"{server}/{address}")
    check_shifts(page)


@pytest.mark.parametrize("address", ["upload", "model_lab?tab=Train"])
def test_nothing_jumps_where_buttons_come_late(page: Page, server: str, address: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.add_init_script(WATCH)
    held: list[Route] = []
    page.route(
        re.compile(r"/(ButtonGroup|Checkbox|Metric|Selectbox)\.[\w-]+\.js"), lambda route: held.append(route)
    )
    page.goto(f"{server}/{address}")
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_timeout(1000)
    assert len(held) > 2
    for route in held:
        route.continue_()
    page.locator(".st-key-page [data-testid=stButtonGroup]").first.wait_for()
    page.wait_for_timeout(1000)
    check_shifts(page)


def test_the_lab_stands_where_it_stood_at_the_first_visit(page: Page, server: str):
    titles = []
    for _ in range(2):  # At the first visit the browser gets its cookie.
        open_page(page, f"{server}/model_lab?tab=Runs")
        titles.append(page.locator("h1").bounding_box())
    assert titles[0] == titles[1]


@pytest.mark.parametrize("address", ["", "model_lab?tab=Compare"])
def test_a_page_that_was_shown_is_not_hidden_again(page: Page, server: str, address: str):
    page.add_init_script(WATCH_FRAME)
    open_page(page, f"{server}/{address}")
    page.get_by_role("link", name="Draw").first.click()
    expect(page.get_by_role("heading", name="Draw a digit or a number")).to_be_visible()
    page.evaluate(
        "document.querySelector('.st-key-menu')"
        ".insertAdjacentHTML('beforeend', '<i data-testid=stSkeleton></i>')"
    )
    page.wait_for_timeout(500)
    frames: list[list[bool]] = page.evaluate("window.frames_")
    assert len(frames) == 2
    assert all(all(seen[seen.index(True) :]) for seen in frames)


def test_a_page_whose_elements_never_come_is_shown_after_a_second(page: Page, server: str):
    page.add_init_script(WATCH_FRAME)
    page.route("**/PageLink.*.js", lambda route: None)
    page.goto(f"{server}/draw")
    page.wait_for_function("window.frames_.at(-1)?.at(-1)")
    assert page.locator(".st-key-menu [data-testid=stSkeleton]").count()
    assert page.evaluate("window.frames_").pop().count(False) > 1


def test_a_page_is_shown_without_animations(page: Page, server: str):
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.head.insertAdjacentHTML('beforeend',"
        " '<style>* { animation: none !important }</style>'))"
    )
    page.goto(f"{server}/draw")
    expect(page.get_by_role("heading", name="Draw a digit or a number")).to_be_visible()


def test_axe_and_the_observer_notice_what_they_look_for(page: Page):
    page.set_content("<main><h1>Title</h1><p style='color: #aaa; background: #fff'>faint</p></main>")
    assert [line.split(":")[0] for line in violations(page) if line.startswith("color")] == ["color-contrast"]
    page.evaluate(WATCH)
    # It moves until that is noticed: a window that has just got its size is thought to have a busy visitor.
    page.evaluate(
        "setInterval(() => document.querySelector('h1').style.marginTop = `${performance.now() % 400}px`, 97)"
    )
    page.wait_for_function("window.shifts.some(([value]) => value > 0.01)")
