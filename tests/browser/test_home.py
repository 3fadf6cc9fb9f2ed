"""Home and the frame in a real Chromium: cards that are links, and text that can be read."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from digitcnn.web.samples import sample_strokes
from tests.support.settling import settle

CONTRAST = """
element => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const paint = color => { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); };
  const luminance = () => {
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(
      value => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const around = [];
  for (let node = element; node; node = node.parentElement) around.unshift(node);
  let opacity = 1;
  for (const node of around) {
    paint(getComputedStyle(node).backgroundColor);
    opacity *= Number(getComputedStyle(node).opacity);
  }
  const background = luminance();
  canvas.globalAlpha = opacity;
  paint(getComputedStyle(element).color);
  const [low, high] = [background, luminance()].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
"""
"""Contrast of an element's text with the color behind it, by WCAG 2."""


def test_the_whole_card_is_a_link(page: Page, server: str):
    page.goto(server)
    card = page.locator(".st-key-home-door-Draw")
    card.wait_for(timeout=90_000)
    # Cards move while the page fills.
    settle(page)
    box = card.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + box["height"] - 8)
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit or a number")


def test_home_answers_before_the_stroke_ends_and_the_drawing_goes_on_to_draw(page: Page, server: str):
    page.goto(server)
    canvas = page.locator(".story canvas")
    live = page.locator("html.digitcnn-live")
    for step in range(300):  # The script that listens comes after the picture.
        canvas.hover(position={"x": 100 + step % 2, "y": 100})
        if live.count():
            break
        page.wait_for_timeout(200)
    box, answer = canvas.bounding_box(), page.locator(".story .answer")
    assert box
    expect(answer).to_have_text("3")
    (stroke,) = sample_strokes(7, box["width"])
    page.mouse.move(box["x"] + stroke[0][0], box["y"] + stroke[0][1])
    page.mouse.down()
    for x, y in stroke[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y)
    expect(answer).to_have_text("7")
    expect(page.locator(".story figcaption").last).to_contain_text("sure")
    page.mouse.up()
    page.locator(".st-key-home-door-Draw a").click()
    expect(page.locator(".st-key-answer")).to_have_text("7")


def test_clear_gives_the_sample_on_home_back(page: Page, server: str):
    page.goto(server)
    for _ in range(300):
        page.locator(".story canvas").click()
        if page.locator(".story.drawn").count():
            break
        page.wait_for_timeout(200)
    page.locator(".story").get_by_role("button", name="Clear").click()
    expect(page.locator(".story.drawn")).to_have_count(0)
    expect(page.locator(".story .answer")).to_have_text("3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_captions_and_primary_buttons_have_contrast(
    chromium: Browser, server: str, scheme: Literal["light", "dark"]
):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server}/upload")
    button = page.locator("[data-testid=stBaseButton-primary] p").first
    button.wait_for(timeout=90_000)
    settle(page)
    captions = page.locator("[data-testid=stCaptionContainer] p")
    ratios = [text.evaluate(CONTRAST) for text in (button, *captions.all())]
    context.close()
    assert len(ratios) >= 3
    assert min(ratios) >= 4.5, ratios
