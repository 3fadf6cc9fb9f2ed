import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.support.draw_page import answer_of, draw, open_draw
from tests.support.settling import settle


def choose_sample(page: Page, digit: int) -> None:
    page.get_by_role("button", name="Samples").click()
    page.get_by_role("menuitem", name=str(digit), exact=True).click()


@pytest.mark.parametrize("digit", [4, 2, 7])
def test_digit_drawn_with_the_mouse_is_answered_on_the_page(page: Page, server: str, digit: int):
    open_draw(page, server)
    draw(page, digit)
    expect(answer_of(page)).to_have_text(str(digit))


def test_draw_opened_first_shows_the_menu(page: Page, server: str):
    open_draw(page, server)
    menu = page.locator(".st-key-menu")
    expect(menu.get_by_role("link", name="Home")).to_be_visible()
    menu.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Draw a digit", timeout=30_000)


def test_blank_canvas_invites_without_a_digit(page: Page, server: str):
    open_draw(page, server)
    assert not re.search(r"\d", answer_of(page).inner_text())


def test_clear_brings_back_the_invitation(page: Page, server: str):
    open_draw(page, server)
    draw(page, 3)
    expect(answer_of(page)).to_have_text("3")
    page.locator(".st-key-draw-clear button").click()
    expect(answer_of(page)).to_contain_text("Draw a digit")
    draw(page, 8)
    expect(answer_of(page)).to_have_text("8")


@pytest.mark.parametrize("tool", ["clear", "undo"])
def test_a_tool_asks_the_server_once(page: Page, server: str, tool: str):
    asked: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: asked.append(data)))
    open_draw(page, server)
    draw(page, 4)
    expect(answer_of(page)).to_have_text("4")
    settle(page)
    asked.clear()
    page.locator(f".st-key-draw-{tool} button").click()
    expect(answer_of(page)).not_to_have_text("4")
    settle(page)
    assert len(asked) == 1


def test_undo_takes_back_the_last_stroke(page: Page, server: str):
    open_draw(page, server)
    draw(page, 1)
    expect(answer_of(page)).to_have_text("1")
    draw(page, 0)
    expect(answer_of(page)).not_to_have_text("1")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).to_have_text("1")


def test_undo_right_after_the_pen_takes_back_that_stroke(page: Page, server: str):
    open_draw(page, server)
    draw(page, 1)
    expect(answer_of(page)).to_have_text("1")
    draw(page, 0)
    page.locator(".st-key-draw-undo button").evaluate("button => button.click()")
    page.wait_for_timeout(1000)  # Whatever comes late has come by then.
    expect(answer_of(page)).to_have_text("1")
    page.locator(".st-key-draw-redo button").click()
    expect(answer_of(page)).not_to_have_text("1")


def test_sample_right_after_the_pen_stays_and_undo_brings_the_stroke_back(page: Page, server: str):
    open_draw(page, server)
    draw(page, 1)
    choose_sample(page, 4)
    page.wait_for_timeout(1000)
    expect(answer_of(page)).to_have_text("4")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).to_have_text("1")


def test_stroke_drawn_while_the_server_still_clears_is_kept(page: Page, server: str):
    late: list[tuple[WebSocketRoute, str | bytes]] = []
    holding = False

    def hold_back(browser: WebSocketRoute) -> None:
        app = browser.connect_to_server()
        app.on_message(lambda data: late.append((browser, data)) if holding else browser.send(data))

    page.route_web_socket(re.compile("/_stcore/stream"), hold_back)
    open_draw(page, server)
    draw(page, 0)
    expect(answer_of(page)).to_have_text("0")
    settle(page)
    holding = True
    page.locator(".st-key-draw-clear button").click()
    page.wait_for_timeout(500)
    draw(page, 1)
    page.wait_for_timeout(500)
    while late:  # What comes meanwhile comes after what came before it.
        browser, data = late.pop(0)
        browser.send(data)
    holding = False
    expect(answer_of(page)).to_have_text("1")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).to_contain_text("Draw a digit")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).to_have_text("0")


def test_stroke_is_sent_before_the_canvas_would_by_itself(page: Page, server: str):
    page.add_init_script("""
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (data) {
          window.sent ??= performance.now();
          send.call(this, data);
        };
        addEventListener("mouseup", () => { window.up = performance.now(); window.sent = null; }, true);
    """)
    open_draw(page, server)
    draw(page, 7)
    expect(answer_of(page)).to_have_text("7")
    page.wait_for_function("sent !== null")
    assert page.evaluate("sent - up") < 200


def test_redo_brings_the_stroke_back_and_the_drawing_outlives_a_page_change(page: Page, server: str):
    open_draw(page, server)
    draw(page, 1)
    expect(answer_of(page)).to_have_text("1")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).to_contain_text("Draw a digit")
    page.locator(".st-key-draw-redo button").click()
    expect(answer_of(page)).to_have_text("1")
    page.locator(".st-key-menu").get_by_role("link", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload a picture")
    page.locator(".st-key-menu").get_by_role("link", name="Draw").click()
    expect(answer_of(page)).to_have_text("1")


def test_drawing_outlives_a_reload_until_it_is_cleared(page: Page, server: str):
    open_draw(page, server)
    draw(page, 4)
    expect(answer_of(page)).to_have_text("4")
    settle(page)  # The browser keeps what the server has seen.
    page.reload()
    expect(answer_of(page)).to_have_text("4")
    settle(page)
    draw(page, 0)
    expect(answer_of(page)).not_to_have_text("4")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).to_have_text("4")
    page.locator(".st-key-draw-undo button").click()
    expect(answer_of(page)).not_to_have_text("4")
    page.locator(".st-key-draw-clear button").click()
    expect(answer_of(page)).to_contain_text("Draw a digit")
    page.wait_for_function("!sessionStorage.getItem('digitcnn.drawing')")
    open_draw(page, server)
    page.wait_for_timeout(1000)
    expect(answer_of(page)).to_contain_text("Draw a digit")


def test_chosen_model_outlives_a_reload(page: Page, server: str):
    open_draw(page, server)
    chosen = page.get_by_test_id("stSelectbox").locator("input").first
    chosen.click()
    page.get_by_role("option", name="simple", exact=True).click()
    expect(chosen).to_have_value("simple")
    page.wait_for_url("**simple**")
    page.reload()
    expect(chosen).to_have_value("simple")


def test_another_tab_knows_nothing_of_the_drawing(page: Page, server: str):
    open_draw(page, server)
    draw(page, 4)
    expect(answer_of(page)).to_have_text("4")
    other = page.context.new_page()
    open_draw(other, server)
    other.wait_for_timeout(1000)
    expect(answer_of(other)).to_contain_text("Draw a digit")


def test_brush_changes_nothing_in_the_answer(page: Page, server: str):
    open_draw(page, server)
    said = []
    for key in ("Home", "End"):
        page.get_by_role("button", name="Brush").click()
        slider = page.get_by_role("slider")
        slider.focus()
        slider.press(key)
        expect(slider).to_have_value("5" if key == "Home" else "40")
        page.keyboard.press("Escape")
        expect(slider).to_be_hidden()
        settle(page)  # The canvas takes the new brush a moment later.
        draw(page, 5)
        expect(answer_of(page)).to_have_text("5")
        # A busy browser leaves out points of the mouse's way; a sample has the same points both times.
        choose_sample(page, 8)
        expect(answer_of(page)).to_have_text("8")
        reading = page.locator(".st-key-draw-reading")
        expect(reading).to_contain_text("models read 8.")
        settle(page)
        said.append(reading.inner_text())
        page.locator(".st-key-draw-clear button").click()
        expect(answer_of(page)).to_contain_text("Draw a digit")
    assert said[0] == said[1]


def test_brush_keeps_what_is_drawn(page: Page, server: str):
    open_draw(page, server)
    draw(page, 9)
    expect(answer_of(page)).to_have_text("9")
    page.get_by_role("button", name="Brush").click()
    page.get_by_role("slider").press("End")
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)
    expect(answer_of(page)).to_have_text("9")


def test_sample_is_replayed_and_answered(page: Page, server: str):
    open_draw(page, server)
    for digit in (4, 9):
        choose_sample(page, digit)
        expect(answer_of(page)).to_have_text(str(digit))


def test_small_digit_in_a_corner_is_answered(page: Page, server: str):
    open_draw(page, server)
    draw(page, 2, side=90, corner=(300, 300))
    expect(answer_of(page)).to_have_text("2")


def test_phone_shows_the_whole_canvas_and_the_answer_under_it(page: Page, server: str):
    page.set_viewport_size({"width": 390, "height": 844})
    open_draw(page, server)
    canvas = page.locator("canvas.upper-canvas").bounding_box()
    assert canvas
    assert 340 <= canvas["width"] <= 358
    draw(page, 7)
    expect(answer_of(page)).to_have_text("7")
    answer = answer_of(page).bounding_box()
    assert answer
    assert canvas["y"] + canvas["height"] < answer["y"] < 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_canvas_brings_no_toolbar_of_its_own(page: Page, server: str):
    open_draw(page, server)
    page.locator("canvas.upper-canvas").hover()
    expect(page.locator(".dc-toolbar")).to_be_hidden()


def test_on_a_phones_side_canvas_and_answer_share_the_screen_and_a_hint_waits(page: Page, server: str):
    page.set_viewport_size({"width": 844, "height": 390})
    open_draw(page, server)
    paper = page.locator("canvas.upper-canvas")
    paper.evaluate("element => element.scrollIntoView()")
    canvas, answer = paper.bounding_box(), page.locator(".st-key-draw-answer").bounding_box()
    assert canvas
    assert answer
    for box in (canvas, answer):
        assert box["y"] >= -1
        assert box["y"] + box["height"] <= 390
    x, y = canvas["x"], canvas["y"] + canvas["height"] / 2
    page.mouse.move(x + 20, y)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(x + 20 + 12 * step, y + 25 * (-1) ** step)
    page.mouse.up()
    hint = page.locator(".st-key-draw-answer .hint")
    # It is looked at as soon as it is there: a second and a half later it shows.
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)]"
        ".some(hint => getComputedStyle(hint).visibility === 'hidden')",
        arg=".st-key-draw-answer .hint",
    )
    expect(hint).to_be_visible()
