import os
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from digitcnn.lab.runs.catalog import (
    get_own_run,
    inspect_run,
    list_own_runs,
    list_shipped_runs,
    read_test_accuracy,
)
from digitcnn.run_folder import RunFolder, RunRecord, write_json

FINISHED = RunRecord("simple", {"epochs": 2}, {}, 0, "finished", "2026-01-01T00:00:00+00:00")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


def make_run(runs: Path, name: str, record: RunRecord = FINISHED) -> RunFolder:
    folder = RunFolder(runs / name)
    folder.path.mkdir()
    folder.write_record(record)
    write_json(folder.metrics_json, {"test": {"accuracy": 0.9}})
    return folder


def test_two_hundred_runs_are_read_once_and_then_only_those_that_changed(
    runs: Path, monkeypatch: pytest.MonkeyPatch
):
    folders = [make_run(runs, f"simple-{number}") for number in range(200)]
    reads: list[Path] = []
    read_text = Path.read_text

    def count(path: Path, *args: object, **kwargs: object) -> str:
        reads.append(path)
        return read_text(path, encoding="utf-8")

    monkeypatch.setattr(Path, "read_text", count)
    assert len(list_own_runs()) == 200
    assert len(reads) == 200
    list_own_runs()
    assert len(reads) == 200
    folders[7].write_record(replace(FINISHED, state="stopped"))
    assert [run.name for run in list_own_runs() if run.state == "stopped"] == ["simple-7"]
    assert len(reads) == 201
    assert [read_test_accuracy(run) for run in list_own_runs()] == [0.9] * 200
    assert len(reads) == 401
    assert [read_test_accuracy(run) for run in list_own_runs()] == [0.9] * 200
    assert len(reads) == 401


def test_the_latest_run_comes_first(runs: Path):
    make_run(runs, "old")
    make_run(runs, "new", replace(FINISHED, started="2026-02-01T00:00:00+00:00"))
    assert [run.name for run in list_own_runs()] == ["new", "old"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"preset": "simple"}', "\x00\xff", '"state": 1'], ids=repr
)
def test_a_broken_record_is_said_and_the_other_runs_go_on(runs: Path, text: str):
    make_run(runs, "good")
    make_run(runs, "bad").run_json.write_text(text, encoding="latin-1")
    found = {run.name: run for run in list_own_runs()}
    assert found["good"].state == "finished"
    assert found["bad"].state == "broken"
    assert "run.json" in str(found["bad"].problem)


@pytest.mark.parametrize(
    "record",
    [
        replace(FINISHED, state="dancing"),
        replace(FINISHED, settings={"epochs": "many"}),
        replace(FINISHED, seconds=cast(float, "long")),
        replace(FINISHED, started=cast(str, None)),
    ],
    ids=["state", "epochs", "seconds", "started"],
)
def test_a_record_of_another_kind_is_broken(runs: Path, record: RunRecord):
    make_run(runs, "odd", record)
    assert get_own_run("odd").state == "broken"


def test_a_folder_without_a_record_is_said(runs: Path):
    (runs / "empty").mkdir()
    assert "no run.json" in str(get_own_run("empty").problem)


def test_shipped_runs_cannot_be_resumed():
    shipped = list_shipped_runs()
    assert {"simple", "deeper"} <= {run.name for run in shipped}
    assert not any(run.can_resume for run in shipped)


def test_a_run_without_measurements_has_no_accuracy(runs: Path):
    make_run(runs, "young").metrics_json.unlink()
    assert read_test_accuracy(get_own_run("young")) is None


def test_a_run_whose_process_is_gone_says_what_is_left_and_whether_the_disk_is_full(
    runs: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = make_run(
        runs, "cut-off", replace(FINISHED, state="running", process=4_000_000, process_started=1.0)
    )
    assert "no whole epoch" in str(get_own_run("cut-off").problem)
    folder.checkpoint.mkdir()
    assert "last whole epoch is kept" in str(get_own_run("cut-off").problem)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100_000))
    assert "The disk is full" in str(get_own_run("cut-off").problem)


def test_a_training_on_another_machine_is_known_by_what_it_writes(tmp_path: Path):
    folder = RunFolder(tmp_path / "far-1")
    folder.path.mkdir()
    record = RunRecord("simple", {"epochs": 2}, {}, 0, "running", "2026", process=1, process_started=1.0)
    folder.write_record(replace(record, host="far away"))
    write_json(folder.progress_json, {})
    run = inspect_run(folder.path, shipped=False)
    assert (run.state, run.busy, run.can_resume) == ("running", True, False)
    past = time.time() - 600
    os.utime(folder.progress_json, (past, past))
    run = inspect_run(folder.path, shipped=False)
    assert (run.state, run.busy, run.can_resume) == ("interrupted", False, True)
