"""The Model Lab's whole story in one visit: from data and a network of one's own to files to keep."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from playwright.sync_api import Page, expect

from digitcnn.lab.metrics.test_set import read_predictions
from digitcnn.lab.runs.catalog import get_own_run
from digitcnn.recognition.classifier import Classifier
from digitcnn.training.collection.idx import FASHION, read_local
from digitcnn.training.datasets import DigitSet
from tests.support.fashion import require_fashion
from tests.support.notebooks import run_notebook
from tests.support.settling import open_fold, settle
from tests.support.trainings import PATIENCE, choose_data, kill_trainings, start_training

Serve = Callable[..., AbstractContextManager[str]]

SETTINGS = {"Images used": "1200", "Batch size": "16", "Epochs": "2"}
TESTED = 500
"""Test images that the downloaded files answer."""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of runs."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    yield tmp_path / "runs"
    kill_trainings()


@pytest.fixture
def clothes(monkeypatch: pytest.MonkeyPatch) -> DigitSet:
    """Test images of Fashion-MNIST; Keras's loader gives them and the training images without a download."""
    require_fashion()
    found = read_local(FASHION)
    assert found
    train, test = found[0], found[1].take(np.arange(TESTED))
    monkeypatch.setattr(
        keras.datasets.fashion_mnist,
        "load_data",
        lambda: ((train.images, train.labels), (test.images, test.labels)),
    )
    return test


def design(page: Page, address: str) -> None:
    """Changes a preset into a smaller network with the keyboard; a look at another page does not lose it."""
    figures = page.locator(".st-key-design-figures")
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


def train_on_clothes(page: Page, preset: str) -> None:
    """Trains the preset that is chosen on Fashion-MNIST, and watches it to its end."""
    expect(page.get_by_role("radio", name=preset, exact=True)).to_be_checked()
    expect(page.locator("code")).to_contain_text(f"train {preset}")
    choose_data(page, "Fashion-MNIST", "fashion-mnist")
    expect(page.get_by_text("10 classes: T-shirt/top, Trouser")).to_be_visible()
    start_training(page, SETTINGS)
    live = page.locator(".st-key-lab-live")
    expect(live.get_by_role("heading", name=f"{preset}-1")).to_be_visible(timeout=PATIENCE)
    expect(live).to_contain_text("Finished: the best epoch is kept", timeout=PATIENCE)
    expect(live.locator(".mark-line path").first).to_be_attached()


def download(page: Page, button: str, name: str) -> bytes:
    with page.expect_download() as begun:
        page.get_by_role("button", name=button).click()
    assert begun.value.suggested_filename == name
    return begun.value.path().read_bytes()


def answer(model: bytes, images: np.ndarray) -> np.ndarray:
    """The probabilities that a `.tflite` gives to (n, 28, 28) images, with LiteRT alone."""
    network: Any = Interpreter(model_content=model)
    entry = network.get_input_details()[0]["index"]
    network.resize_tensor_input(entry, (*images.shape, 1))
    network.allocate_tensors()
    network.set_tensor(entry, images[..., np.newaxis])
    network.invoke()
    return network.get_tensor(network.get_output_details()[0]["index"])


@pytest.mark.filterwarnings("ignore")
def test_a_network_of_ones_own_is_designed_trained_on_clothes_compared_and_taken_along(
    page: Page, start_server: Serve, runs: Path, clothes: DigitSet, monkeypatch: pytest.MonkeyPatch
):
    with start_server(runs) as address:
        design(page, address)
        train_on_clothes(page, "my-cnn")
        open_fold(page, "Train another model")
        page.get_by_role("radio", name="simple", exact=True).click()
        train_on_clothes(page, "simple")

        page.get_by_role("button", name="Compare", exact=True).click()
        sentence = "A run is compared with those of the same test set, here Fashion-MNIST test."
        expect(page.get_by_text(sentence)).to_be_visible(timeout=PATIENCE)
        matrices = page.locator(".st-key-compare-matrices")
        matrices.scroll_into_view_if_needed()
        expect(matrices.locator("svg.marks")).to_have_count(3, timeout=PATIENCE)
        for name in ("Ankle boot", "T-shirt/top"):
            expect(matrices.get_by_text(name, exact=True).first).to_be_visible()
        expect(page.get_by_role("heading", name="Real handwriting")).to_have_count(0)

        page.locator(".st-key-lab-parts").get_by_role("radio", name="Runs").click()
        page.get_by_role("textbox", name="Filter by name").fill("my-cnn")
        page.get_by_role("textbox", name="Filter by name").press("Enter")
        expect(page.get_by_role("heading", name="my-cnn-1")).to_be_visible()
        settle(page)
        for name in ("Use on Draw and Upload", "Page to draw on"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        notebook = download(page, "Notebook", "my-cnn-1.ipynb").decode()
        model = download(page, ".tflite", "my-cnn-1.tflite")

    run = get_own_run("my-cnn-1")
    assert run.record
    assert run.record.design
    assert [each["kind"] for each in run.record.design][:2] == ["MaxPooling2D", "Conv2D"]
    assert run.record.parameters == 208_626

    probabilities = answer(model, clothes.pixels)
    np.testing.assert_allclose(probabilities, Classifier(run.folder.path).classify(clothes.pixels), atol=1e-5)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), read_predictions(run.folder).answers[:TESTED])

    assert "import digitcnn" not in notebook
    names = run_notebook(notebook, runs, monkeypatch)
    assert names["CLASSES"] == list(clothes.classes)
    assert names["model"].count_params() == 208_626
    assert names["matrix"].sum() == TESTED
    assert names["accuracy"] > 0.4
    saved: Any = keras.models.load_model(runs / "my-cnn-1.keras")
    np.testing.assert_allclose(saved.predict(names["x_test"], verbose=0), names["probabilities"], atol=1e-5)
