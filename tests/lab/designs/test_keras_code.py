"""The code that is copied builds the network that is trained, and the notebook runs on its own."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from digitcnn.errors import InputError
from digitcnn.lab.designs.keras_code import write_keras_code
from digitcnn.lab.designs.notebook import NotebookSource, write_notebook
from digitcnn.training.architectures import build
from digitcnn.training.datasets import load_bundled_digits
from digitcnn.training.networks.layers import layer
from digitcnn.training.presets import PRESETS, Recipe
from tests.lab.designs.test_figures import draw_network
from tests.support.notebooks import run_code, run_notebook

SHORT = Recipe(epochs=2, batch_size=64, learning_rate=0.02)


def describe(model: Any) -> list[tuple[str, dict[str, Any]]]:
    """The layers and their configuration, without names, in which the two may differ."""
    kept = []
    for each in model.layers:
        config = each.get_config()
        config.pop("name")
        kept.append(
            (type(each).__name__, {key: str(value) for key, value in config.items() if key != "seed"})
        )
    return kept


@pytest.mark.parametrize("name", PRESETS)
def test_copied_code_builds_the_preset(name: str):
    preset = PRESETS[name]
    model = run_code(write_keras_code(preset.layers, preset.classes))["model"]
    assert describe(model) == describe(build(preset.layers, preset.classes, name="made"))


@pytest.mark.parametrize("seed", range(30))
def test_copied_code_builds_the_design(seed: int):
    network = draw_network(seed)
    model = run_code(write_keras_code(network, 7))["model"]
    assert describe(model) == describe(build(network, 7, name="made"))


def test_layers_that_do_not_fit_have_no_code():
    with pytest.raises(InputError, match="Layer 1, Dense"):
        write_keras_code([layer("Dense")])


@pytest.fixture
def from_keras(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Keras's loader, with the digits that come with scikit-learn instead of a download."""
    train, test = load_bundled_digits()
    monkeypatch.setattr(
        keras.datasets.mnist,
        "load_data",
        lambda: ((train.images, train.labels), (test.images, test.labels)),
    )
    return keras.datasets.mnist.load_data


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("tiny", Recipe(6, 16, "nadam", 0.02, "cosine", augmentation=True)),
        ("resnet-small", Recipe(6, 16, "sgd", 0.02, "steps", weight_decay=1e-4)),
        ("sprint", Recipe(3, 64, "adam", 0.01, "one-cycle", beta_1=0.7)),
        ("conv3-rmsprop", Recipe(2, 64, "rmsprop", 1e-3)),
        ("lenet5", Recipe(2, 64, "adamw", 3e-3, weight_decay=0.01)),
    ],
)
@pytest.mark.usefixtures("from_keras")
def test_a_notebook_trains_measures_and_saves_on_its_own(
    name: str, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    text = write_notebook(NotebookSource(name, PRESETS[name].layers, recipe))
    names = run_notebook(text, tmp_path, monkeypatch)
    assert names["matrix"].sum() == len(names["y_test"])
    assert names["accuracy"] == pytest.approx((names["answers"] == names["y_test"]).mean())
    assert names["accuracy"] > 0.3
    assert "import digitcnn" not in text
    saved: Any = keras.models.load_model(tmp_path / f"{name}.keras")
    np.testing.assert_allclose(
        saved.predict(names["x_test"][:5], verbose=0), names["probabilities"][:5], atol=1e-5
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_on_other_data_reads_a_file_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    train, test = load_bundled_digits()
    np.savez(
        tmp_path / "mine.npz",
        x_train=train.images,
        y_train=train.labels % 3,
        x_test=test.images,
        y_test=test.labels % 3,
    )
    source = NotebookSource(
        "mine",
        PRESETS["tiny"].layers,
        replace(SHORT, augmentation=True),
        classes=("a", "b", 'it\'s "c"'),
        data="mine",
        ink=False,
        mirrors=True,
        images=500,
    )
    names = run_notebook(write_notebook(source), tmp_path, monkeypatch)
    changes = [type(each).__name__ for each in names["distorting"].layers[:-1]]
    assert changes == ["RandomTranslation", "RandomFlip"]
    assert names["matrix"].shape == (3, 3)
    assert len(names["x_train"]) == 450


def test_a_notebook_is_of_the_format_that_it_names():
    notebook = json.loads(write_notebook(NotebookSource("simple", PRESETS["simple"].layers, SHORT)))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    for cell in notebook["cells"]:
        extra = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | extra
