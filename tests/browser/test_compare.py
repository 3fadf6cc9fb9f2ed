"""The Compare tab in a real Chromium: what only a click can show."""

import pytest
from playwright.sync_api import Page, expect

from digitcnn.lab.metrics.test_set import read_predictions
from digitcnn.run_folder import find_run
from tests.support.settling import settle


@pytest.fixture
def said() -> list[str]:
    """What the browser's console says of charts."""
    return []


@pytest.fixture
def tab(page: Page, server: str, said: list[str]) -> Page:
    page.on("console", lambda message: said.append(message.text) if "WARN" in message.text else None)
    page.goto(f"{server}/model_lab?tab=Compare")
    expect(page.get_by_text("A report is one file")).to_be_visible(timeout=120_000)
    # A chart that is drawn answers no click before its script has read its data.
    expect(page.locator("[data-testid=stVegaLiteChart] svg.marks")).to_have_count(14)
    settle(page)
    return page


@pytest.mark.usefixtures("data")
def test_a_click_on_a_cell_shows_the_images_behind_it(tab: Page):
    predictions = read_predictions(find_run("deeper"))
    behind = int(((predictions.labels == 4) & (predictions.answers == 9)).sum())
    matrix = tab.locator(".st-key-compare-matrices [data-testid=stVegaLiteChart]").nth(1)
    matrix.locator(".mark-rect path").nth(49).click()

    words = f"{behind} images of a 4 that deeper reads as 9" if behind != 1 else "1 image of a 4 that"
    expect(tab.get_by_alt_text(words)).to_be_visible()


def test_charts_give_vega_nothing_to_warn_of(tab: Page, said: list[str]):
    expect(tab.locator("[data-testid=stVegaLiteChart] svg.marks")).to_have_count(14)
    assert said == []


def test_the_report_of_the_comparison_is_one_file(tab: Page):
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Report of this comparison").click()
    assert download.value.suggested_filename == "simple-against-deeper-report.html"
    text = download.value.path().read_text(encoding="utf-8")
    right = [int(read_predictions(find_run(name)).right.sum()) for name in ("deeper", "simple")]
    assert f"{abs(right[0] - right[1])} images apart of 10,000" in text
    assert "<script" not in text
