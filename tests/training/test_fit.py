"""Real trainings, on the digits that come with scikit-learn."""

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.errors import DatasetError, RunFolderError
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.training.collection.registry import BUILT_IN
from digitcnn.training.datasets import load_mnist
from digitcnn.training.fit import train
from digitcnn.training.presets import PRESETS
from digitcnn.training.session.batch_log import read_batches
from digitcnn.training.session.callbacks import Echo, last_model
from digitcnn.training.session.record import format_io_error
from tests.support.fashion import require_fashion
from tests.support.made_mnist import write_mnist
from tests.support.triangles import write_triangles

SIMPLE = PRESETS["simple"]
IMAGES = 1400
SEVEN = {"strokes": [[[0, 0], [9, 0], [4, 15]]], "label": 7, "source": "made", "writer": "w3"}


@pytest.fixture(scope="module", autouse=True)
def few_digits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`$DIGITCNN_DATA` with a small MNIST, and a pen digit of a validation writer to calibrate on."""
    folder = tmp_path_factory.mktemp("data")
    write_mnist(folder)
    with gzip.open(folder / "pen_digits.json.gz", "wt") as file:
        json.dump([SEVEN], file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITCNN_DATA", str(folder))
        yield


def train_simple(folder: RunFolder, *, seed: int = 0, echo: Echo = lambda line: None) -> RunRecord:
    return train(SIMPLE, folder, recipe=replace(SIMPLE.recipe, epochs=3), images=IMAGES, seed=seed, echo=echo)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "undisturbed")
    train_simple(folder)
    return folder


@pytest.fixture(scope="module")
def resumed(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The same run, interrupted after its second epoch and resumed."""
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "resumed")

    def interrupt(line: str) -> None:
        if line.startswith("Epoch 2/"):
            raise KeyboardInterrupt

    assert train_simple(folder, echo=interrupt).state == "stopped"
    assert folder.checkpoint.is_dir()
    # A stopped run can be used: its best epoch is measured and exported.
    assert Recognizer(folder.tflite_file).predict(np.zeros((1, 28, 28), np.float32)).shape == (1, 10)
    assert folder.read_metrics()["test"]["accuracy"] > 0.5
    assert folder.read_record().process is None
    train_simple(folder)
    return folder


@pytest.mark.slow
def test_a_finished_run_can_learn_a_hand(undisturbed: RunFolder):
    reader = DigitReader(undisturbed.path)
    adapted = reader.adapt([(pixels, 5) for pixels in write_triangles(8, 0)])
    assert (adapted.classify(np.stack(write_triangles(6, 1))).argmax(axis=1) == 5).sum() >= 5
    assert adapted.lesson
    held, *others = adapted.lesson.held
    accuracy = undisturbed.read_metrics()["test"]["accuracy"]
    assert held.before / held.images == pytest.approx(accuracy, abs=0.01)
    assert [each.images for each in others] == [1]


@pytest.mark.slow
def test_a_run_of_other_classes_records_and_answers_with_their_names(tmp_path: Path):
    require_fashion()
    folder = RunFolder(tmp_path / "fashion")
    recipe = replace(SIMPLE.recipe, epochs=1, data="fashion-mnist")
    record = train(SIMPLE, folder, recipe=recipe, images=1500, echo=lambda line: None)

    kept = folder.read_record()
    assert kept == record
    assert kept.classes == BUILT_IN["fashion-mnist"].classes
    assert not kept.ink
    assert kept.dataset["test"] == {"name": "Fashion-MNIST test", "images": 10_000}
    assert folder.read_metrics()["test"]["accuracy"] > 0.5
    assert Classifier(folder.path).classify(np.zeros((2, 28, 28), np.float32)).shape == (2, 10)


@pytest.mark.slow
def test_a_model_that_refuses_digits_learns_other_data_without_refusing(tmp_path: Path):
    folder, reader = RunFolder(tmp_path / "run"), PRESETS["reader"]
    recipe = replace(reader.recipe, epochs=1, gentle_epochs=0, augmentation=False, data="bundled")
    record = train(reader, folder, recipe=recipe, images=300, echo=lambda line: None)

    assert Recognizer(folder.tflite_file).classes == 10
    assert record.refuse_above is None


def test_a_finished_folder_holds_what_a_run_folder_holds(undisturbed: RunFolder):
    record = undisturbed.read_record()

    assert record.state == "finished"
    assert record.parameters == 225_034
    assert record.dataset["train"]["images"] == 1260
    assert [row["epoch"] for row in undisturbed.read_history()] == [0, 1, 2]
    assert set(undisturbed.read_history()[0]) >= {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert undisturbed.read_progress()["epochs"] == 3
    assert not undisturbed.checkpoint.exists()


def test_metrics_follow_from_the_predictions(undisturbed: RunFolder):
    probabilities, labels = undisturbed.read_predictions()

    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    assert undisturbed.read_metrics()["test"]["accuracy"] == pytest.approx(accuracy)
    assert accuracy > 0.8
    assert np.array_equal(labels, load_mnist()[1].labels)


@pytest.mark.slow
def test_a_resumed_run_has_every_epoch_once_and_the_same_result(undisturbed: RunFolder, resumed: RunFolder):
    history, expected = resumed.read_history(), undisturbed.read_history()

    assert [row["epoch"] for row in history] == [0, 1, 2]
    for key in ("loss", "val_loss"):
        assert [row[key] for row in history] == pytest.approx([row[key] for row in expected], rel=0.02)
    probabilities, _ = resumed.read_predictions()
    same = probabilities.argmax(axis=1) == undisturbed.read_predictions()[0].argmax(axis=1)
    assert same.mean() > 0.99


def test_exported_files_answer_as_the_run_did(undisturbed: RunFolder):
    probabilities, _ = undisturbed.read_predictions()
    pixels = load_mnist()[1].pixels[:200]

    assert np.abs(Recognizer(undisturbed.tflite_file).predict(pixels) - probabilities[:200]).max() < 1e-4
    model: Any = keras.models.load_model(undisturbed.keras_file)
    assert not model.compiled
    assert np.abs(model.predict(pixels[..., None], verbose=0) - probabilities[:200]).max() < 1e-4


def test_a_finished_run_is_not_overwritten(undisturbed: RunFolder):
    with pytest.raises(RunFolderError, match="finished run"):
        train_simple(undisturbed)


@pytest.mark.slow
def test_batches_are_noted_in_the_order_of_training(resumed: RunFolder):
    epochs = [row.epoch for row in read_batches(resumed.batches_csv)]
    assert epochs == sorted(epochs)
    assert min(epochs) > 0
    assert max(epochs) <= 3


def test_broken_data_fails_the_run_with_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mnist.npz").write_bytes(b"no archive")
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(DatasetError):
        train_simple(folder)
    record = folder.read_record()
    assert (record.state, record.process) == ("failed", None)
    assert "mnist.npz is not a readable MNIST file" in str(record.error)


def test_a_broken_checkpoint_fails_the_run_with_a_message(tmp_path: Path):
    folder = RunFolder(tmp_path / "run")
    folder.checkpoint.mkdir(parents=True)
    last_model(folder).write_bytes(b"no archive")
    with pytest.raises(RunFolderError, match="checkpoint of run cannot be read"):
        train_simple(folder)
    assert folder.read_record().state == "failed"


def test_a_full_disk_has_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    full = OSError(28, "No space left on device")
    assert "disk is full" in format_io_error(full, RunFolder(tmp_path))


def test_a_run_with_other_settings_is_not_resumed(undisturbed: RunFolder):
    with pytest.raises(RunFolderError, match="other settings"):
        train_simple(undisturbed, seed=1)
