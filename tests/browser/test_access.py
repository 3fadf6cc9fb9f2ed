"""Every page and part of the Lab in a real Chromium: axe-core objects to nothing, and few things jump."""

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from digitcnn.web.lab.actions import PARTS

ADDRESSES = ("", "draw", "upload", "data", *(f"model_lab?tab={part}" for part in PARTS))

RESTLESS = ("upload", "data", "model_lab?tab=Compare")
"""Their charts and pictures sometimes arrive before the style rules: of four loads, one has to be calm."""

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

FRAME = "stMainBlockContainer"
"""Streamlit lays out its loading screen in a narrow column, before the page can ask for a wide one."""

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


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_jumps_while_a_page_loads(chromium: Browser, server: str, address: str):
    loads: list[list[tuple[float, str]]] = []
    most = 4 if address in RESTLESS else 1
    while not loads or (sum(value for value, _ in loads[-1]) >= MOST_SHIFT and len(loads) < most):
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.add_init_script(WATCH)
        open_page(page, f"{server}/{address}")
        shifts: list[tuple[float, str]] = page.evaluate("window.shifts")
        loads.append([(value, nodes) for value, nodes in shifts if FRAME not in nodes])
        context.close()
    assert sum(value for value, _ in loads[-1]) < MOST_SHIFT, loads


def test_axe_and_the_observer_notice_what_they_look_for(page: Page):
    page.set_content("<main><h1>Title</h1><p style='color: #aaa; background: #fff'>faint</p></main>")
    assert [line.split(":")[0] for line in violations(page) if line.startswith("color")] == ["color-contrast"]
    page.evaluate(WATCH)
    # It moves until that is noticed: a window that has just got its size is thought to have a busy visitor.
    page.evaluate(
        "setInterval(() => document.querySelector('h1').style.marginTop = `${performance.now() % 400}px`, 97)"
    )
    page.wait_for_function("window.shifts.some(([value]) => value > 0.01)")
