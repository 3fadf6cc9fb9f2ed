"""The results of a sweep: means and intervals over seeds, and the best so far."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from digitcnn.lab.sweeps.record import SweepRecord, TrialRecord
from digitcnn.lab.sweeps.summary import interval_of_mean, view_sweep
from digitcnn.run_folder import RunFolder, RunRecord, write_json


def make_trial(root: Path, preset: str, seed: int, accuracy: float | None, **varied: object) -> TrialRecord:
    name = f"made-{preset}-{'-'.join(map(str, varied.values()))}-s{seed}"
    folder = RunFolder(root / name)
    folder.path.mkdir()
    folder.write_record(RunRecord(preset, {"epochs": 2}, {}, seed, "finished", "2026", seconds=5.0))
    folder.write_history([{"epoch": 0.0, "val_accuracy": 0.5}, {"epoch": 1.0, "val_accuracy": 0.4}])
    if accuracy is not None:
        write_json(folder.metrics_json, {"test": {"accuracy": accuracy}})
    return TrialRecord(name, preset, seed, dict(varied), 2, "", "finished" if accuracy else "running", 1)


def make_sweep(*trials: TrialRecord) -> SweepRecord:
    return SweepRecord("made", "grid", "made", "running", "2026", trials=trials)


@pytest.mark.parametrize("count", [2, 3, 5, 21, 22, 40])
def test_the_interval_is_scipys(count: int):
    values = np.random.default_rng(count).normal(0.99, 0.002, count).tolist()
    expected = stats.t.interval(0.95, count - 1, loc=np.mean(values), scale=stats.sem(values))
    assert interval_of_mean(values) == pytest.approx(expected, abs=2e-5)


def test_one_value_has_no_interval():
    assert interval_of_mean([0.99]) is None


def test_seeds_of_a_setting_are_one_group_and_the_best_mean_comes_first(tmp_path: Path):
    trials = [
        make_trial(tmp_path, "simple", 0, 0.98, batch_size=64),
        make_trial(tmp_path, "simple", 1, 0.96, batch_size=64),
        make_trial(tmp_path, "simple", 0, 0.975, batch_size=128),
        make_trial(tmp_path, "sprint", 0, None, batch_size=64),
    ]
    view = view_sweep(make_sweep(*trials), alive=True, root=tmp_path)
    assert [group.label for group in view.groups] == [
        "simple, batch size 128",
        "simple, batch size 64",
        "sprint, batch size 64",
    ]
    alone, both, none = view.groups
    assert (alone.mean, alone.low, alone.seeds) == (0.975, None, 1)
    assert both.mean == pytest.approx(0.97)
    assert both.low is not None
    assert both.low < 0.97
    assert both.high == 1.0
    assert (none.mean, none.seeds, none.trials) == (None, 0, 1)
    assert view.best
    assert view.best.name == trials[0].name


def test_trials_show_their_epochs_and_running_ones_wait_in_an_interrupted_sweep(tmp_path: Path):
    trial = make_trial(tmp_path, "simple", 0, None)
    (running,) = view_sweep(make_sweep(trial), alive=True, root=tmp_path).trials
    assert (running.state, running.epoch, running.validation, running.best) == ("running", 2, 0.4, 0.5)
    (waiting,) = view_sweep(make_sweep(trial), alive=False, root=tmp_path).trials
    assert waiting.state == "waiting"


def test_a_trial_that_was_stopped_early_is_in_no_mean(tmp_path: Path):
    early = replace(make_trial(tmp_path, "simple", 0, 0.9), state="early")
    view = view_sweep(make_sweep(early), alive=True, root=tmp_path)
    assert view.groups[0].mean is None
    assert view.best


def test_a_trial_without_a_folder_is_there_all_the_same(tmp_path: Path):
    view = view_sweep(make_sweep(TrialRecord("gone", "simple", 0, {}, 2, "")), alive=True, root=tmp_path)
    assert (view.trials[0].run, view.trials[0].epoch, view.best) == (None, 0, None)
