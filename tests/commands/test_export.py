"""`digitcnn export`: the files it writes without Keras, and its messages."""

import json
import shutil
from pathlib import Path

import pytest

from digitcnn.cli import main
from digitcnn.run_folder import SHIPPED


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    return tmp_path


def test_a_file_is_named_after_its_run_unless_it_is_named(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", "sprint", "--format", "tflite"]) == 0
    assert main(["export", "sprint", "mine.keras"]) == 0
    assert capsys.readouterr().out == "sprint.tflite\nmine.keras\n"
    assert (here / "sprint.tflite").read_bytes() == (SHIPPED / "sprint" / "model.tflite").read_bytes()
    assert (here / "mine.keras").read_bytes() == (SHIPPED / "sprint" / "model.keras").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ["sprint", "mine.tflite", "--format", "tflite"],
        ["sprint", "--format", "tflite", "mine.tflite"],
        ["--format", "tflite", "sprint", "mine.tflite"],
    ],
    ids=" ".join,
)
def test_the_format_stands_before_between_or_after_run_and_file(arguments: list[str], here: Path):
    assert main(["export", *arguments]) == 0
    assert [path.name for path in here.iterdir()] == ["mine.tflite"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simple"], "Name a FILE, or a --format: keras, h5, tflite, onnx, html, ipynb."),
        (["simple", "m.pt"], "ends in .keras, .h5, .tflite, .onnx, .html, .ipynb, received m.pt."),
        (["simple", "m.h5", "--format", "onnx"], "ends in .onnx, received m.h5."),
        (["nosuch", "m.h5"], "There is no trained model called 'nosuch'"),
        (["simple", "gone/m.keras"], "There is no folder 'gone' to write into"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_refused_export_has_a_message(
    arguments: list[str], message: str, here: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["export", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_a_run_without_a_model_file_has_a_message(here: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copytree(SHIPPED / "sprint", here / "bare")
    (here / "bare" / "model.keras").unlink()
    for ending in ("keras", "h5"):
        assert main(["export", "./bare", f"m.{ending}"]) == 1
        assert "model.keras" in capsys.readouterr().err
        assert not (here / f"m.{ending}").exists()


def test_onnx_without_its_library_has_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    import digitcnn.training.export as module

    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert main(["export", "sprint", "m.onnx"]) == 1
    assert "pip install 'tf2onnx>=1.17,<2'" in capsys.readouterr().err


def test_a_run_becomes_a_notebook_of_its_own_settings(here: Path):
    assert main(["export", "deeper", "deeper.ipynb"]) == 0
    notebook = json.loads((here / "deeper.ipynb").read_text(encoding="utf-8"))
    code = "".join(line for cell in notebook["cells"] for line in cell["source"])
    assert "EPOCHS = 10\n" in code
    assert "CosineDecay(\n    0.002 / 10" in code
    assert "keras.datasets.mnist.load_data()" in code
    assert 'layers.Dense(256, activation="relu")' in code
