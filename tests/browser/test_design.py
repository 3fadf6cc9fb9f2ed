"""A network is designed, kept over a reload and another page, saved and trained, as a visitor does it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from digitcnn.lab.runs.catalog import get_own_run
from tests.support.made_mnist import write_mnist
from tests.support.trainings import PATIENCE, kill_trainings

Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write_mnist(tmp_path)
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    yield tmp_path / "runs"
    kill_trainings()


def test_a_network_is_designed_with_the_keyboard_kept_saved_and_trained(
    page: Page, start_server: Serve, runs: Path
):
    figures = page.locator(".st-key-design-figures")
    with start_server(runs) as address:
        page.goto(f"{address}/model_lab?tab=Design")
        expect(figures).to_contain_text("225,034")
        page.get_by_role("button", name="1. Convolution, 32 filters").press("Enter")
        filters = page.get_by_role("spinbutton", name="Filters")
        filters.fill("4")
        filters.press("Enter")
        expect(figures).to_contain_text("208,626")
        page.get_by_role("button", name="Down").press("Space")
        expect(page.get_by_role("button", name="2. Convolution, 4 filters")).to_be_visible()
        expect(figures).to_contain_text("442 k")

        page.locator(".st-key-menu").get_by_role("link", name="Draw").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Draw")
        page.goto(f"{address}/model_lab?tab=Design")
        expect(page.get_by_role("button", name="2. Convolution, 4 filters")).to_be_visible()
        expect(figures).to_contain_text("442 k")

        page.get_by_role("button", name="Save, and go on to train it").press("Enter")
        expect(page.get_by_role("radio", name="my-cnn")).to_be_checked()
        for label, value in {"Images used": "400", "Epochs": "1"}.items():
            field = page.get_by_role("spinbutton", name=label)
            field.fill(value)
            field.press("Enter")
            expect(page.locator("code")).to_contain_text(f" {value}")
        page.get_by_role("button", name="Start training").click()
        expect(page.locator(".st-key-lab-live")).to_contain_text("finished", timeout=PATIENCE)
    record = get_own_run("my-cnn-1").record
    assert record
    assert record.design
    assert [each["kind"] for each in record.design][:2] == ["MaxPooling2D", "Conv2D"]
    assert record.parameters == 208_626
