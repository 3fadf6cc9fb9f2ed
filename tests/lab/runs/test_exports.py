import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitcnn.errors import NotSupportedError
from digitcnn.lab.runs.exports import can_export, find_export, start_export
from digitcnn.run_folder import PROJECT, RunFolder


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


def wait_for_export(folder: RunFolder) -> str:
    end = time.monotonic() + 300
    while find_export(folder).state == "working" and time.monotonic() < end:
        time.sleep(0.1)
    return find_export(folder).state


@pytest.mark.slow
def test_a_legacy_file_is_made_once_and_holds_the_same_model():
    folder = RunFolder(PROJECT / "models" / "simple")
    assert find_export(folder).state == "missing"
    start_export(folder)
    start_export(folder)
    with pytest.raises(NotSupportedError, match="being made"):
        start_export(RunFolder(PROJECT / "models" / "sprint"))
    assert wait_for_export(folder) == "ready"
    import keras

    path = find_export(folder).path
    assert len(list(path.parent.glob("*.h5"))) == 1
    images = np.random.default_rng(0).random((4, 28, 28, 1), dtype=np.float32)
    legacy: Any = keras.models.load_model(path, compile=False)
    original: Any = keras.models.load_model(folder.keras_file, compile=False)
    assert np.allclose(legacy.predict(images, verbose=0), original.predict(images, verbose=0), atol=1e-6)


def test_each_format_is_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch):
    folder = RunFolder(PROJECT / "models" / "simple")
    path = find_export(folder, "onnx").path
    assert (path.suffix, path.stem) == (".onnx", find_export(folder, "h5").path.stem)
    monkeypatch.setattr("digitcnn.lab.runs.exports.find_spec", lambda name: None)
    with pytest.raises(NotSupportedError, match="tf2onnx is not installed"):
        start_export(folder, "onnx")
    assert not path.parent.exists()


def test_nothing_is_made_where_trainings_are_off(runs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_TRAINING", "off")
    assert not can_export("h5")
    with pytest.raises(NotSupportedError, match="too small"):
        start_export(RunFolder(PROJECT / "models" / "simple"))
    assert [*runs.iterdir()] == []


@pytest.mark.slow
def test_a_model_that_is_no_model_fails(tmp_path: Path):
    folder = RunFolder(tmp_path / "odd")
    folder.path.mkdir()
    folder.keras_file.write_bytes(b"no archive")
    folder.tflite_file.touch()
    start_export(folder)
    assert wait_for_export(folder) == "failed"
