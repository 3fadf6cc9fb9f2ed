"""The Draw page without a mouse: a pen that the arrow keys move, and a name at every stop of the Tab key."""

from playwright.sync_api import Page, expect

from tests.support.settling import settle

FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const label = element.getAttribute("aria-label") ?? element.textContent;
  return [element.tagName, element.className, label.trim()];
}"""


def reach_canvas(page: Page, paper: str) -> None:
    """Tabs from the control before the canvas onto the canvas."""
    canvas = page.locator(f".st-key-{paper} canvas.upper-canvas[tabindex='0']")
    canvas.wait_for()
    page.wait_for_function("document.documentElement.classList.contains('digitcnn-live')")
    settle(page)
    page.get_by_role("button", name="Brush").focus()
    page.keyboard.press("Tab")
    expect(canvas).to_be_focused()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_digit_drawn_with_the_keys_is_answered_before_and_after_the_pen_is_lifted(page: Page, server: str):
    page.goto(f"{server}/draw")
    reach_canvas(page, "draw-paper")
    answer = page.locator(".st-key-answer .read")
    press(page, *["Shift+ArrowLeft"] * 2, *["Shift+ArrowUp"] * 3)
    press(page, "Space", *["ArrowRight"] * 20, *["ArrowDown", "ArrowLeft", "ArrowDown"] * 12)
    expect(answer).to_have_text("7")
    expect(page.locator(".st-key-draw-clear button")).to_be_disabled()
    press(page, "Space")
    expect(page.locator(".st-key-draw-clear button")).to_be_enabled()
    # The paragraph itself is replaced when the server's answer arrives.
    page.wait_for_function("!document.querySelector('.st-key-answer .stHtml').innerHTML.includes('live')")
    expect(answer).to_have_text("7")


def test_every_stop_of_the_tab_key_has_a_name(page: Page, server: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/draw")
    page.get_by_role("radio", name="Number").click()
    reach_canvas(page, "draw-sheet-phone")
    stops = []
    while not stops or stops[-1][0] != "BODY":
        stops.append(page.evaluate(FOCUSED))
        page.keyboard.press("Tab")
    assert stops[0][1].endswith("upper-canvas")
    assert len(stops) > 3
    assert [stop for stop in stops if not stop[2]] == []
