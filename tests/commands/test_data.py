"""`digitcnn data`: what there is, and how more is had."""

from pathlib import Path

import pytest

from digitcnn.cli import main


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without data and without a network."""
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    return tmp_path


def test_what_is_at_hand_is_described(nothing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe"]) == 0
    head, _, training, test = capsys.readouterr().out.splitlines()
    assert head.startswith("scikit-learn's digits: ")
    assert training.split()[:2] == ["training", "1,437"]
    assert sum(map(int, test.split()[2:])) == 360


def test_mnist_is_described(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe", "mnist"]) == 0
    said = capsys.readouterr().out
    assert str(data / "mnist.npz") in said
    assert "60,000" in said


def test_what_is_missing_is_said(nothing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe", "mnist"]) == 1
    assert "MNIST is not here: fetch it with `digitcnn data fetch mnist`." in capsys.readouterr().err
    assert main(["data", "fetch", "mnist"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("digitcnn: MNIST could not be downloaded (")
    assert not set("<>") & set(said)  # what Python's own words for it have around them


def test_what_is_here_is_not_fetched(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "fetch", "mnist"]) == 0
    assert capsys.readouterr().out == f"{data / 'mnist.npz'}\n"
