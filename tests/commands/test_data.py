"""`digitcnn data`: describes and downloads data sets."""

from pathlib import Path

import pytest

from digitcnn.cli import main
from digitcnn.training.collection import idx
from tests.support.fashion import require_fashion


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without data and without a network."""
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr(idx, "DEBIAN", tmp_path)
    return tmp_path


@pytest.mark.slow
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


def test_all_sets_are_listed_and_whether_they_are_here(nothing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "list"]) == 0
    lines = [line.split()[:3] for line in capsys.readouterr().out.splitlines()[1:]]
    assert lines[0] == ["mnist", "10", "no"]
    assert ["letters", "38", "no"] in lines
    assert lines[-1] == ["bundled", "10", "yes"]


def test_classes_with_names_stand_below_one_another(capsys: pytest.CaptureFixture[str]):
    require_fashion()
    assert main(["data", "describe", "fashion-mnist"]) == 0
    title, head, total, *rows = capsys.readouterr().out.splitlines()
    assert title.startswith("Fashion-MNIST: ")
    assert head.split() == ["training", "test"]
    assert total.split() == ["images", "60,000", "10,000"]
    assert rows[-1].split() == ["Ankle", "boot", "6000", "1000"]
    assert len(rows) == 10


def test_an_unknown_set_has_a_message(nothing: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "describe", "birds"]) == 1
    assert "There is no data set 'birds' here" in capsys.readouterr().err


def test_data_on_this_machine_is_not_downloaded(data: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["data", "fetch", "mnist"]) == 0
    assert capsys.readouterr().out == f"{data / 'mnist.npz'}\n"
