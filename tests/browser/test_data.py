"""The Data page in a real Chromium: it fills itself while the visitor looks on."""

from playwright.sync_api import Page, expect


def test_page_fills_without_being_touched_and_follows_the_slider(page: Page, server: str):
    page.goto(f"{server}/data")
    heading = page.get_by_role("heading", name="What augmentation does")
    # The first time, a process sums the images up: on a busy machine that takes its time.
    expect(heading).to_be_visible(timeout=240_000)
    sheet = page.get_by_alt_text("Six digits, and eleven variations of each")
    expect(sheet).to_be_visible()
    before = sheet.get_attribute("src")
    page.get_by_role("button", name="Again").click()
    expect(sheet).not_to_have_attribute("src", before or "")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
