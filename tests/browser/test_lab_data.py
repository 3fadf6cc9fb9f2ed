"""Data sets in the Lab as a visitor has them: one chosen for a training, and one of the visitor's own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from digitcnn.lab.runs.catalog import list_own_runs
from digitcnn.training.datasets import load_bundled_digits
from tests.support.made_sets import png, write_zip
from tests.support.settling import settle
from tests.support.trainings import PATIENCE, choose_data, kill_trainings, start_training

Serve = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of runs."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    yield tmp_path / "runs"
    kill_trainings()


def write_pictures(path: Path) -> None:
    """Pictures of three digits under names of their own, dark on light."""
    train, _ = load_bundled_digits()
    write_zip(
        path,
        {
            f"{name}/{place}.png": png(255 - train.images[place])
            for label, name in enumerate(("nought", "one", "two"))
            for place in np.flatnonzero(train.labels == label)[:60]
        },
    )


def test_a_number_typed_while_another_data_set_is_chosen_is_kept(page: Page, server: str):
    page.goto(f"{server}/model_lab")
    settle(page)
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name="scikit-learn's digits").click()
    field = page.get_by_role("spinbutton", name="Images used")
    field.press_sequentially("1234", delay=300)
    expect(page.locator("code")).to_contain_text("--data bundled")
    field.press("Enter")
    expect(page.locator("code")).to_contain_text("--data bundled --images 1234")


def test_a_zip_of_ones_own_is_added_and_trained_on(
    page: Page, runs: Path, start_server: Serve, tmp_path: Path
):
    write_pictures(tmp_path / "words.zip")
    (tmp_path / "broken.csv").write_text("digit,pixel0\n1,2\n")
    with start_server(runs) as address:
        page.goto(f"{address}/data")
        page.get_by_text("Add your own data set").click()
        name = page.get_by_role("textbox", name="Name")
        name.fill("words")
        name.press("Enter")
        chooser = page.locator(".st-key-data-add-file input[type=file]")
        chooser.set_input_files(tmp_path / "broken.csv")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("The column “label” is missing")).to_be_visible(timeout=PATIENCE)
        page.get_by_role("button", name="Remove broken.csv").click()
        chooser.set_input_files(tmp_path / "words.zip")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("words is here")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("180 images of 3 classes from words.zip")).to_be_visible(timeout=PATIENCE)

        page.goto(f"{address}/model_lab")
        choose_data(page, "words", "words")
        start_training(page, {"Epochs": "3", "Batch size": "16"})
        expect(page.get_by_text("Finished: the best epoch is kept")).to_be_visible(timeout=PATIENCE)
        assert list_own_runs()[0].folder.read_record().classes == ("nought", "one", "two")
