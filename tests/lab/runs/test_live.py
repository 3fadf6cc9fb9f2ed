import json
import os
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from digitcnn.lab.runs.catalog import Run, get_own_run
from digitcnn.lab.runs.live import MAX_POINTS, read_curves, read_learning_rate, read_now
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.session.changes import Change, write_changes

OWN = psutil.Process()
RUNNING = RunRecord(
    "simple",
    {"epochs": 4},
    {},
    0,
    "running",
    "2026-01-01T00:00:00+00:00",
    process=OWN.pid,
    process_started=OWN.create_time(),
)
PROGRESS = {
    "epoch": 1,
    "epochs": 4,
    "step": 50,
    "steps": 100,
    "images_per_second": 800.0,
    "seconds_left": 30.0,
    "process": os.getpid(),
    "accuracy": 0.91,
    "loss": 0.3,
}
ROW = {"epoch": 0.0, "accuracy": 0.8, "loss": 0.6, "val_accuracy": 0.9, "val_loss": 0.4}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    folder = RunFolder(tmp_path / "simple-1")
    folder.path.mkdir()
    folder.write_record(RUNNING)
    return folder


def look(folder: RunFolder) -> Run:
    return get_own_run(folder.name)


def test_a_training_that_has_written_nothing_is_starting(folder: RunFolder):
    now = read_now(look(folder))
    assert (now.phase, now.epoch, now.share, now.seconds_left) == ("starting", 0, 0.0, None)
    assert now.memory
    assert now.memory > 1e6


def test_a_training_says_where_it_stands(folder: RunFolder):
    folder.write_history([ROW])
    write_json(folder.progress_json, PROGRESS)
    now = read_now(look(folder))
    assert (now.phase, now.epoch, now.epochs, now.share) == ("training", 2, 4, 0.375)
    assert (now.images_per_second, now.seconds_left, now.accuracy, now.val_accuracy) == (
        800.0,
        30.0,
        0.91,
        0.9,
    )


def test_a_paused_training_has_no_speed(folder: RunFolder):
    write_json(folder.progress_json, PROGRESS | {"learning_rate": 0.0004})
    write_json(folder.request_json, {"paused": True})
    now = read_now(look(folder))
    assert (look(folder).state, now.phase) == ("paused", "training")
    assert (now.images_per_second, now.seconds_left, now.learning_rate) == (None, 30.0, 0.0004)


def test_the_learning_rate_is_that_of_the_last_change(folder: RunFolder):
    folder.write_record(replace(RUNNING, settings={"epochs": 4, "learning_rate": 0.001}))
    assert read_learning_rate(look(folder)) == 0.001
    changes = (Change(0.5, 0.001, 0.0005), Change(1.25, 0.0005, 0.0005, 12.0))
    write_changes(folder.changes_csv, changes)
    assert read_learning_rate(look(folder)) == 0.0005
    assert read_curves(look(folder)).changes == changes


def test_progress_of_an_earlier_process_does_not_count(folder: RunFolder):
    write_json(folder.progress_json, PROGRESS | {"process": 1})
    assert read_now(look(folder)).phase == "starting"


def test_after_the_last_epoch_it_is_measured(folder: RunFolder):
    folder.write_history([ROW | {"epoch": epoch} for epoch in range(4)])
    write_json(folder.progress_json, PROGRESS)
    assert read_now(look(folder)).phase == "measuring"


def test_an_ended_run_shows_its_last_epoch(folder: RunFolder):
    folder.write_history([ROW])
    folder.write_record(replace(RUNNING, state="stopped", process=None, process_started=None))
    now = read_now(look(folder))
    assert (now.phase, now.epoch, now.share, now.accuracy, now.memory) == ("ended", 1, 0.25, 0.8, None)


@pytest.mark.parametrize("text", ["{", "[]", "{}", json.dumps(PROGRESS | {"steps": "many"})])
def test_progress_that_cannot_be_read_is_as_none(folder: RunFolder, text: str):
    folder.progress_json.write_text(text, encoding="utf-8")
    assert read_now(look(folder)).phase == "starting"


def test_curves_have_a_point_per_epoch_and_a_bounded_number_within(folder: RunFolder):
    folder.write_history([ROW, ROW | {"epoch": 1.0}])
    rows = [f"{step / 1000},0.5,1.0" for step in range(1, 1500)]
    folder.batches_csv.write_text("\n".join(["epoch,accuracy,loss", *rows]) + "\n", encoding="utf-8")
    curves = read_curves(look(folder))
    assert len(curves.epochs) == 2
    assert curves.length == 4
    assert MAX_POINTS / 2 < len(curves.batches) <= MAX_POINTS
    assert curves.batches[-1].epoch == 1.499


@pytest.mark.parametrize("text", ["epoch,accuracy\n0,x\n", "accuracy,loss\n0.5,0.5\n", "epoch,accuracy\n0\n"])
def test_a_broken_history_is_said(folder: RunFolder, text: str):
    folder.history_csv.write_text(text, encoding="utf-8")
    assert "history.csv" in str(read_curves(look(folder)).problem)


def test_a_finished_run_without_its_history_says_so(folder: RunFolder):
    folder.write_record(replace(RUNNING, state="finished", process=None, process_started=None))
    assert read_curves(look(folder)).problem == "simple-1 has no history.csv."


def test_the_single_batch_at_the_begin_of_an_epoch_is_no_spike(folder: RunFolder):
    rows = [(0.01, 0.1), (0.3, 0.5), (0.6, 0.6), (0.9, 0.7), (1.01, 1.0), (1.3, 0.8), (1.6, 0.8), (2.0, 0.9)]
    lines = [f"{epoch},{accuracy},0.5" for epoch, accuracy in rows]
    folder.batches_csv.write_text("\n".join(["epoch,accuracy,loss", *lines]) + "\n", encoding="utf-8")
    drawn = [row.epoch for row in read_curves(look(folder)).batches]
    assert drawn == [0.3, 0.6, 0.9, 1.3, 1.6, 2.0]
