"""The Model Lab's Sweeps, with a sweep that somebody runs, and without any."""

import os
import socket
from pathlib import Path

import psutil
import pytest

from digitcnn.lab.sweeps.plan import plan_trials, read_spec
from digitcnn.lab.sweeps.record import SweepLog, SweepRecord, TrialRecord, TrialState, sweep_path
from digitcnn.lab.sweeps.start import plan_path
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from tests.support.lab_app import open_lab, words


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


def make_trial(
    runs: Path, preset: str, seed: int, batch: int, state: TrialState, accuracy: float | None = None
) -> TrialRecord:
    name = f"made-{preset}-{batch}-s{seed}"
    if state != "waiting":
        folder = RunFolder(runs / name)
        folder.path.mkdir()
        folder.write_record(RunRecord(preset, {"epochs": 2}, {}, seed, "finished", "2026-01-01", seconds=9.0))
        folder.write_history([{"epoch": 0.0, "val_accuracy": 0.9}])
        if accuracy is not None:
            write_json(folder.metrics_json, {"test": {"accuracy": accuracy}})
    return TrialRecord(
        name,
        preset,
        seed,
        {"batch_size": batch},
        2,
        "",
        state,
        2 if state == "running" else 1,
        "node-7",
        data="fashion-mnist",
    )


def write_sweep(runs: Path, *, process: int) -> SweepLog:
    trials = (
        make_trial(runs, "simple", 0, 64, "finished", 0.98),
        make_trial(runs, "simple", 1, 64, "finished", 0.96),
        make_trial(runs, "simple", 0, 128, "early", 0.91),
        make_trial(runs, "sprint", 0, 64, "running"),
        make_trial(runs, "sprint", 1, 64, "waiting"),
    )
    record = SweepRecord(
        "made",
        "grid",
        "Ray at auto",
        "running",
        "2026-01-01T00:00:00+00:00",
        host=socket.gethostname(),
        process=process,
        process_started=psutil.Process().create_time(),
        trials=trials,
    )
    sweep_path("made").parent.mkdir()
    log = SweepLog(sweep_path("made"), record)
    log.update(trials[0].name)
    return log


def test_without_a_sweep_a_plan_says_how_many_trainings_and_how_long():
    app = open_lab("Sweeps")
    assert "There are no sweeps yet" in words(app)
    assert "**4 trainings**" in words(app)
    app.number_input(key="lab.plan.seeds").set_value(3).run()
    app.selectbox(key="lab.plan.Vary a setting").set_value("batch_size").run()
    assert "**12 trainings**, one after another: about **" in words(app)
    assert not app.button(key="lab.plan.start").disabled


def test_a_data_set_is_chosen_for_all_trainings(runs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("digitcnn.lab.sweeps.start.start_process", lambda *_, **__: None)
    app = open_lab("Sweeps")
    app.selectbox(key="lab.plan.data").set_value("bundled").run()
    app.button(key="lab.plan.start").click().run()
    trials = plan_trials(read_spec(plan_path("sweep-1")))
    assert [trial.settings.data for trial in trials] == 4 * ["bundled"]


def test_a_plan_that_is_not_allowed_is_said_before_start():
    app = open_lab("Sweeps")
    app.number_input(key="lab.plan.epochs").set_value(500).run()
    assert "epochs must be a whole number between 1 and 200" in words(app)
    assert app.button(key="lab.plan.start").disabled
    app.number_input(key="lab.plan.epochs").set_value(1).run()
    app.number_input(key="lab.plan.seeds").set_value(31).run()
    assert "62 trainings are too many for a page" in words(app)
    assert app.button(key="lab.plan.start").disabled


def test_a_running_sweep_shows_its_trials_means_and_the_best_so_far(runs: Path):
    write_sweep(runs, process=os.getpid())
    app = open_lab("Sweeps")
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Best so far"] == "98.00 %"
    assert figures["Best mean over seeds"] == "97.00 %"
    assert figures["Trials"] == "3 of 5"
    assert "running" in words(app)
    means, table = (frame.value for frame in app.dataframe)
    assert list(table["State"]) == ["finished", "finished", "stopped early", "training", "waits"]
    assert list(table["Begun"])[3] == 2
    assert set(means["Data set"]) == set(table["Data set"]) == {"fashion-mnist"}
    assert list(means["Seeds"]) == ["2 of 2", "0 of 1", "0 of 2"]


def test_a_sweep_that_nobody_runs_is_cut_off_and_says_how_to_resume_it(runs: Path):
    write_sweep(runs, process=4_000_000)
    app = open_lab("Sweeps")
    assert "start its command again to resume it" in words(app)
    assert list(app.dataframe[1].value["State"])[3] == "waits"


def test_a_broken_record_is_said(runs: Path):
    sweep_path("bad").parent.mkdir()
    sweep_path("bad").write_text("{")
    assert "cannot be read as the record of a sweep" in words(open_lab("Sweeps")).replace("\\", "")
