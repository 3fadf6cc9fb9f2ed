"""What the browser reads while the pen is on the paper."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.draw_page import answer_of, draw_and_hold, open_draw
from tests.support.settling import settle


def test_the_answer_stands_before_the_pen_is_lifted(page: Page, server: str):
    open_draw(page, server)
    draw_and_hold(page, 3)
    expect(answer_of(page)).to_have_text("3")
    expect(page.locator(".bars .best")).to_have_text("3")
    page.mouse.up()
    expect(page.get_by_text("All 3 models read 3.")).to_be_visible()
    expect(answer_of(page)).to_have_text("3")
    page.locator(".st-key-draw-clear button").click()
    expect(answer_of(page)).to_contain_text("Draw a digit")
    draw_and_hold(page, 2)
    expect(answer_of(page)).to_have_text("2")


def test_the_digit_under_the_pen_is_said_while_a_number_is_written(page: Page, server: str):
    open_draw(page, server)
    page.get_by_text("Number", exact=True).click()
    expect(answer_of(page)).to_contain_text("Write a number")
    settle(page)
    draw_and_hold(page, 3)
    expect(page.locator(".st-key-draw-note")).to_contain_text("Under the pen: 3")
    page.mouse.up()
    expect(answer_of(page)).to_have_text("3")


CHOOSE_NUMBER = """
const wait = window.setTimeout;
window.setTimeout = (call, delay, ...given) => {
  if (delay === 400) wait(() => {
    window.hasChosen = true;
    [...document.querySelectorAll("button")].find((each) => each.innerText === "Number")?.click();
  }, 400 - EARLIER);
  return wait(call, delay, ...given);
};
"""
"""Chooses Number some milliseconds before the browser asks for its model."""


@pytest.mark.parametrize("earlier", [0, 3, 5, 10, 20])
def test_page_and_model_arrive_although_another_run_comes_between(page: Page, server: str, earlier: int):
    page.add_init_script(CHOOSE_NUMBER.replace("EARLIER", str(earlier)))
    page.goto(f"{server}/draw")
    page.wait_for_function("window.hasChosen")
    page.wait_for_function("document.documentElement.classList.contains('digitcnn-live')", timeout=15_000)


LEAVE = """
const wait = window.setTimeout;
window.setTimeout = (call, delay, ...given) => {
  if (delay === 400 && !window.hasLeft) wait(() => {
    window.hasLeft = true;
    document.querySelector(".st-key-menu a").click();
  }, 400 - EARLIER);
  return wait(call, delay, ...given);
};
"""
"""Clicks on Home some milliseconds before the browser asks for its model."""


@pytest.mark.parametrize("earlier", [0, 10, 60])
def test_the_next_page_stays_when_it_was_chosen_before_the_model_was_asked_for(
    page: Page, server: str, earlier: int
):
    page.add_init_script(LEAVE.replace("EARLIER", str(earlier)))
    page.goto(f"{server}/draw")
    page.wait_for_function("window.hasLeft")
    expect(page.get_by_role("heading", level=1)).to_contain_text("a small neural network reads it")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("a small neural network reads it")
