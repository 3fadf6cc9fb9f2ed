"""A real training, of a few steps, on pages by made writers."""

import gzip
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from digitcnn.errors import DatasetError, RunFolderError
from digitcnn.lab.metrics.page_detector import score_detector
from digitcnn.recognition.pages.detector import MODEL_FILE
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.page_detector import settings, train
from digitcnn.training.page_detector.feed import make_held_pages
from digitcnn.training.page_detector.settings import DetectorSettings, arguments_of, detector_file
from digitcnn.training.session.callbacks import Echo
from digitcnn.training.session.changes import read_changes
from tests.support.made_mnist import write_mnist
from tests.support.made_pictures import DIGITS

SETTINGS = DetectorSettings(steps=4, learning_rate=1e-5, start="shipped", batch_size=4)


def _train(folder: RunFolder, echo: Echo = lambda line: None) -> RunRecord:
    return train.train(
        folder,
        SETTINGS,
        lambda path, pages: asdict(score_detector(path, pages)),
        start=MODEL_FILE,
        fonts=[],
        echo=echo,
    )


@pytest.fixture
def few_writers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`$DIGITCNN_DATA` with writers of all parts, two steps from checkpoint to checkpoint, few held pages."""
    data = tmp_path / "data"
    data.mkdir()
    write_mnist(data)
    digits = [
        {"strokes": strokes, "label": int(label), "source": "made", "writer": f"w{writer}"}
        for writer in range(40)
        for label, strokes in DIGITS.items()
    ]
    with gzip.open(data / "pen_digits.json.gz", "wt") as file:
        json.dump(digits, file)
    monkeypatch.setenv("DIGITCNN_DATA", str(data))
    for module in (settings, train):
        monkeypatch.setattr(module, "EPOCH", 2)
    monkeypatch.setattr(train, "make_held_pages", lambda fonts: make_held_pages(fonts, 24))


@pytest.mark.slow
def test_training_stops_resumes_and_leaves_a_detector(few_writers: None, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")

    def interrupt(line: str) -> None:
        if line.startswith("Step 2/"):
            write_json(folder.request_json, {"learning_rate": 5e-6, "paused": False})
        if line.startswith("Learning rate"):
            raise KeyboardInterrupt

    stopped = _train(folder, interrupt)
    assert (stopped.state, stopped.process) == ("stopped", None)
    assert [row["steps"] for row in folder.read_history()] == [2]
    assert not detector_file(folder).exists()
    (change,) = read_changes(folder.changes_csv)
    assert (change.epoch, change.old_rate, change.new_rate) == (1.0, 1e-5, 5e-6)

    lines: list[str] = []
    record = _train(folder, lines.append)
    assert lines[0] == "Resuming after step 2 of 4."
    assert record == folder.read_record()
    assert (record.state, record.preset, record.settings["epochs"]) == ("finished", "page-detector", 2)
    assert record.dataset["train"]["digits"] > 100
    assert [row["steps"] for row in folder.read_history()] == [2, 4]
    assert detector_file(folder).stat().st_size < 2_000_000
    assert not folder.checkpoint.exists()
    # It began with the weights that ship, and has not moved far.
    held = folder.read_metrics()["held"]
    assert held["loss"] < 5
    assert held["read"] > 0.5 * held["digits"]
    assert held["false"] < held["digits"]
    with pytest.raises(RunFolderError, match="a finished run"):
        _train(folder)


@pytest.mark.slow
def test_training_without_pen_strokes_fails_in_a_sentence(
    few_writers: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "pen_digits.json.gz").write_bytes(b"")
    with pytest.raises(DatasetError):
        _train(RunFolder(tmp_path / "run"))
    assert RunFolder(tmp_path / "run").read_record().state == "failed"


def test_run_is_resumed_with_its_own_settings() -> None:
    record = RunRecord("page-detector", SETTINGS.as_recorded(), {}, 7, "stopped", "2026-01-01T00:00:00+00:00")
    words = "train page-detector --steps 4 --learning-rate 1e-05 --start shipped --seed 7"
    assert arguments_of(record) == words.split()
