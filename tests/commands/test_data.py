"""`digitcnn data`: describes and downloads data sets."""

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


def test_data_on_this_machine_is_described(nothing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe"]) == 0
    head, _, training, test = capsys.readouterr().out.splitlines()
    assert head.startswith("scikit-learn's digits: ")
    assert training.split()[:2] == ["training", "1,437"]
    assert sum(map(int, test.split()[2:])) == 360


def test_mnist_is_described(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe", "mnist"]) == 0
    printed = capsys.readouterr().out
    assert str(data / "mnist.npz") in printed
    assert "60,000" in printed


def test_missing_data_has_a_message(nothing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe", "mnist"]) == 1
    assert (
        "MNIST is not on this machine: download it with `digitcnn data fetch mnist`."
        in capsys.readouterr().err
    )
    assert main(["data", "fetch", "mnist"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith("digitcnn: MNIST could not be downloaded (")
    assert not set("<>") & set(printed)  # Python's own message has these.


def test_data_on_this_machine_is_not_downloaded(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "fetch", "mnist"]) == 0
    assert capsys.readouterr().out == f"{data / 'mnist.npz'}\n"
