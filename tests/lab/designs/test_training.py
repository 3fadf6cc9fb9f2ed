"""A design is trained, resumed and swept like a preset, on the digits that come with scikit-learn."""

import json
from pathlib import Path

import numpy as np
import pytest

from digitcnn.browser.network import read_network
from digitcnn.cli import main
from digitcnn.lab.designs.design import layers_as_json, read_toml
from digitcnn.lab.designs.figures import measure_layers
from digitcnn.lab.designs.store import delete_design, save_design
from digitcnn.lab.explain.activations import capture_outputs
from digitcnn.lab.explain.layers import read_layers
from digitcnn.lab.jobs import queue as training_queue
from digitcnn.lab.runs.settings import Settings
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder
from tests.support.made_mnist import write_mnist

FILE = """\
name = "my-cnn"
layers = [
  { kind = "Conv2D", filters = 4, stride = 2, activation = "elu" },
  { kind = "Residual", filters = 6, stride = 2 },
  { kind = "SeparableConv2D", filters = 5, activation = "tanh" },
  { kind = "AveragePooling2D" },
  { kind = "Flatten" },
  { kind = "Dense", units = 12, activation = "sigmoid" },
]

[recipe]
epochs = 1
optimizer = "sgd"
learning_rate = 0.05
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_mnist(tmp_path)
    (tmp_path / "my-cnn.toml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    return tmp_path


@pytest.mark.slow
def test_a_design_in_a_file_is_trained_and_its_run_folder_is_whole(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["train", "my-cnn.toml", "--images", "300"]) == 0
    folder = RunFolder(here / "runs" / "my-cnn")
    record = folder.read_record()
    design = read_toml(here / "my-cnn.toml")
    assert (record.preset, record.settings["optimizer"]) == ("my-cnn", "sgd")
    assert record.design == layers_as_json(design.layers)
    assert record.parameters == sum(each.weights for each in measure_layers(design.layers))
    digit = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    outputs = capture_outputs(folder, read_layers(folder.keras_file), digit)
    (raw,) = Recognizer(folder.tflite_file).predict(digit[np.newaxis])
    np.testing.assert_allclose(list(outputs.values())[-1], raw, atol=1e-5)
    operations = [step["op"] for step in read_network(folder.tflite_file).steps]
    assert {"elu", "tanh", "sigmoid", "add", "depthwise", "average"} <= set(operations)
    assert main(["export", "my-cnn", "mine.html"]) == 0
    (here / "my-cnn.toml").write_text(FILE.replace("filters = 4", "filters = 3"))
    assert main(["train", "my-cnn.toml", "--images", "300"]) == 1
    assert "holds a run with other settings" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_in_the_queue_trains_its_design_after_the_design_was_deleted(
    here: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(training_queue, "_start_next", lambda: None)
    save_design(read_toml(here / "my-cnn.toml"))
    name = training_queue.submit(Settings.of_preset("my-cnn", {"images": 300}))
    delete_design("my-cnn")
    folder = RunFolder(here / "runs" / name)
    kept = json.loads(folder.run_json.read_text())["design"]
    assert [each["kind"] for each in kept][:2] == ["Conv2D", "Residual"]
    arguments = ["train", "my-cnn", "--images", "300", "--folder", str(folder.path)]
    assert main(arguments) == 0
    assert folder.read_record().state == "finished"
    assert folder.read_record().design == kept
