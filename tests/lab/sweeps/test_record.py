"""A sweep's record: the process that runs it, the trials that ended, the trials to resume."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digitcnn.errors import RunFolderError
from digitcnn.lab.sweeps.plan import SweepSpec, Trial, parse_spec, plan_trials
from digitcnn.lab.sweeps.record import is_alive, list_sweeps, read_sweep, running_sweep, sweep_path
from digitcnn.run_folder import RunFolder, RunRecord


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


@pytest.fixture
def spec() -> SweepSpec:
    return parse_spec({"presets": ["simple", "sprint"], "seeds": 2}, default_name="made")


def finish_run(runs: Path, trial: Trial) -> RunFolder:
    settings = trial.settings
    folder = RunFolder(runs / trial.name)
    folder.path.mkdir()
    folder.write_record(
        RunRecord(settings.preset, settings.as_recorded(), {}, settings.seed, "finished", "2026-01-01")
    )
    return folder


def test_no_other_process_can_run_a_running_sweep(spec: SweepSpec):
    with running_sweep(spec, plan_trials(spec), engine="made"):
        path = sweep_path("made")
        assert is_alive(read_sweep(path), path)
        with (
            pytest.raises(RunFolderError, match=f"is running in process {os.getpid()}"),
            running_sweep(spec, plan_trials(spec), engine="made"),
        ):
            pass


def test_ended_trials_stay_ended_and_the_rest_waits_again(spec: SweepSpec, runs: Path):
    trials = plan_trials(spec)
    with running_sweep(spec, trials, engine="made") as log:
        log.record = replace(log.record, process=4_000_000)
        for trial, state in zip(trials, ("finished", "early", "failed", "running"), strict=True):
            log.update(trial.name, state=state, error="made")
        for trial in trials[:2]:
            finish_run(runs, trial)
        (runs / trials[1].name / "run.json").write_text(
            (runs / trials[1].name / "run.json").read_text().replace("finished", "stopped")
        )
    with running_sweep(spec, trials, engine="made") as log:
        assert [trial.state for trial in log.record.trials] == ["finished", "early", "waiting", "waiting"]


def test_a_finished_run_that_the_record_missed_is_not_trained_twice(spec: SweepSpec, runs: Path):
    trials = plan_trials(spec)
    finish_run(runs, trials[0])
    with running_sweep(spec, trials, engine="made") as log:
        assert log.find(trials[0].name).state == "finished"


def test_a_run_that_was_deleted_is_trained_again(spec: SweepSpec):
    trials = plan_trials(spec)
    with running_sweep(spec, trials, engine="made") as log:
        log.record = replace(log.record, process=4_000_000)
        log.update(trials[0].name, state="finished")
    with running_sweep(spec, trials, engine="made") as log:
        assert log.find(trials[0].name).state == "waiting"


def test_a_sweep_may_grow_but_not_change(spec: SweepSpec):
    with running_sweep(spec, plan_trials(spec), engine="made") as log:
        log.finish()
    grown = parse_spec({"presets": ["simple", "sprint"], "seeds": 3}, default_name="made")
    with running_sweep(grown, plan_trials(grown), engine="made") as log:
        assert len(log.record.trials) == 6
        log.finish()
    other = parse_spec({"presets": ["simple"], "settings": {"epochs": 1}}, default_name="made")
    with (
        pytest.raises(RunFolderError, match="has other settings than before"),
        running_sweep(other, plan_trials(other), engine="made"),
    ):
        pass


def test_on_another_machine_a_sweep_lives_for_as_long_as_its_record_is_touched(spec: SweepSpec):
    path = sweep_path("made")
    with running_sweep(spec, plan_trials(spec), engine="made") as log:
        elsewhere = replace(log.record, host="elsewhere")
    assert is_alive(elsewhere, path)
    past = datetime.now(UTC).timestamp() - 300
    os.utime(path, (past, past))
    assert not is_alive(elsewhere, path)
    assert not is_alive(replace(elsewhere, state="finished"), path)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"name": "x"}', '{"trials": [{"name": 1}]}', '{"trials": 3}'],
)
def test_a_broken_record_has_a_message(text: str, runs: Path):
    path = runs / "_sweeps" / "bad.json"
    path.parent.mkdir()
    path.write_text(text)
    assert list_sweeps() == [path]
    with pytest.raises(RunFolderError, match=r"bad\.json"):
        read_sweep(path)


@pytest.mark.parametrize(("key", "value"), [("state", "<b>"), ("name", "../up"), ("seed", "1")])
def test_a_record_that_no_sweep_writes_is_refused(key: str, value: str, spec: SweepSpec):
    with running_sweep(spec, plan_trials(spec), engine="made"):
        pass
    path = sweep_path("made")
    data = json.loads(path.read_text())
    data["trials"][0][key] = value
    path.write_text(json.dumps(data))
    with pytest.raises(RunFolderError, match="is not a record that a sweep writes"):
        read_sweep(path)
