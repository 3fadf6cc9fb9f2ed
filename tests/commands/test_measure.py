"""`digitcnn evaluate` and `digitcnn compare` print the figures of run folders."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from digitcnn.cli import main
from digitcnn.run_folder import SHIPPED, RunFolder


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


def test_a_run_is_measured_as_scikit_learn_measures_it(capsys: pytest.CaptureFixture[str]):
    probabilities, labels = RunFolder(SHIPPED / "simple").read_predictions()
    expected = accuracy_score(labels, probabilities.argmax(axis=1))
    assert main(["evaluate", "simple", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"] == pytest.approx(expected)
    assert found["interval"][0] < expected < found["interval"][1]
    assert np.trace(found["confusions"]) == round(expected * len(labels))
    assert main(["evaluate", "simple"]) == 0
    assert f"{expected * 100:.2f} %" in capsys.readouterr().out


def test_the_model_answers_again_as_it_is_recorded(data: Path, capsys: pytest.CaptureFixture[str]):
    printed = []
    for again in ([], ["--again"]):
        assert main(["evaluate", "sprint", "--format", "json", *again]) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0]["confusions"] == printed[1]["confusions"]
    assert printed[0]["log_loss"] == pytest.approx(printed[1]["log_loss"], abs=1e-5)


def test_two_runs_are_compared_in_a_sentence_and_in_figures(capsys: pytest.CaptureFixture[str]):
    assert main(["compare", "simple", "deeper"]) == 0
    first, _, head, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith("deeper is ")
    assert head.split() == ["simple", "deeper"]
    assert any(row.startswith("Parameters ") for row in rows)
    assert main(["compare", "simple", "deeper", "--format", "json"]) == 0
    (other,) = json.loads(capsys.readouterr().out)["others"]
    counts = [
        other[name] for name in ("both_right", "only_baseline_right", "only_this_right", "neither_right")
    ]
    assert sum(counts) == 10_000


def test_a_report_is_written_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["compare", "simple", "sprint", "--html", str(tmp_path / "report.html")]) == 0
    assert "<title>simple against sprint" in (tmp_path / "report.html").read_text()
    assert main(["evaluate", "simple", "--html", str(tmp_path / "gone" / "report.html")]) == 1
    assert "report.html: No such file or directory." in capsys.readouterr().err


def test_runs_that_cannot_be_measured_have_messages(runs: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", "nosuch"]) == 1
    assert "There is no run called 'nosuch'" in capsys.readouterr().err
    shutil.copytree(SHIPPED / "simple", runs / "bare")
    (runs / "bare" / "predictions.npz").unlink()
    assert main(["compare", "simple", "bare"]) == 1
    assert "predictions.npz cannot be read" in capsys.readouterr().err
    np.savez(runs / "bare" / "predictions.npz", probabilities=np.eye(10), labels=np.arange(10))
    assert main(["compare", "simple", "bare"]) == 1
    assert "tested on different images" in capsys.readouterr().err


def test_missing_mnist_has_a_message_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert main(["evaluate", "simple", "--again"]) == 1
    assert "download it with `digitcnn data fetch mnist`" in capsys.readouterr().err
