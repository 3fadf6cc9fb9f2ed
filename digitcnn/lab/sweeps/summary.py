"""The results of a sweep: every trial, and mean and interval over seeds of each setting."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitcnn.lab.runs.catalog import Run, inspect_run, read_test_accuracy
from digitcnn.lab.runs.live import read_curves
from digitcnn.lab.sweeps.record import SweepRecord, TrialRecord, TrialState
from digitcnn.run_folder import runs_root

_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_T += (2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)
"""Student's t, 97.5 %, for 1 to 20 degrees of freedom: SciPy would cost a page half a second."""


@dataclass(frozen=True)
class TrialView:
    """A trial as it stands now.

    Attributes:
        record: of the sweep.
        state: of the record, but "waiting" for a running trial of an interrupted sweep.
        run: its run; None before the folder exists.
        epoch: finished epochs.
        validation: accuracy on the validation images after the last complete epoch, 0-1.
        best: the highest accuracy on the validation images so far, 0-1.
        test: accuracy on the test images, 0-1; None before it is measured.
        seconds: of training; 0 before the first run session has ended.
    """

    record: TrialRecord
    state: TrialState
    run: Run | None
    epoch: int
    validation: float | None
    best: float | None
    test: float | None
    seconds: float

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def label(self) -> str:
        """The preset and the varied settings."""
        return format_setting(self.record.preset, self.record.varied)


@dataclass(frozen=True)
class Group:
    """The trials of one preset with the same settings, which differ only in their seeds.

    Attributes:
        preset, data, varied: shared by the trials.
        seeds: number of trials with a result.
        trials: number of all trials.
        mean: accuracy on the test images, 0-1; None without a result.
        low, high: 95 % interval of that mean over seeds, by Student's t; None for fewer than two results.
        best: the highest accuracy among them.
    """

    preset: str
    data: str
    varied: dict[str, Any]
    seeds: int
    trials: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    best: float | None = None

    @property
    def label(self) -> str:
        """The preset and the varied settings."""
        return format_setting(self.preset, self.varied)


@dataclass(frozen=True)
class SweepView:
    """A sweep as it stands now.

    Attributes:
        record: of the sweep.
        alive: whether a process runs it.
        trials: in the order of the plan.
        groups: the best mean first; those without a result last.
        best: the trial with the highest accuracy on the test images; None without a result.
    """

    record: SweepRecord
    alive: bool
    trials: tuple[TrialView, ...]
    groups: tuple[Group, ...]
    best: TrialView | None

    def count(self, state: TrialState) -> int:
        return sum(trial.state == state for trial in self.trials)


def view_sweep(record: SweepRecord, *, alive: bool, root: Path | None = None) -> SweepView:
    """A sweep and its run folders, which lie under `root`, the folder of runs by default."""
    trials = tuple(_view_trial(trial, root or runs_root(), alive=alive) for trial in record.trials)
    measured = [trial for trial in trials if trial.test is not None]
    best = max(measured, key=lambda trial: trial.test or 0.0, default=None)
    return SweepView(record, alive, trials, tuple(group_trials(trials)), best)


def group_trials(trials: Sequence[TrialView]) -> list[Group]:
    """The trials by preset and varied settings, the best mean first.

    Trials that were stopped early do not count: their training is incomplete.
    """
    groups: dict[str, list[TrialView]] = {}
    for trial in trials:
        groups.setdefault(trial.label, []).append(trial)
    found = [_measure(members) for members in groups.values()]
    return sorted(found, key=lambda group: -1.0 if group.mean is None else group.mean, reverse=True)


def interval_of_mean(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of a mean of independent values, by Student's t; None for fewer than two."""
    if len(values) < 2:
        return None
    t = _T[len(values) - 2] if len(values) - 1 <= len(_T) else 1.96 + 2.4 / (len(values) - 1)
    half = t * statistics.stdev(values) / math.sqrt(len(values))
    mean = statistics.fmean(values)
    return mean - half, mean + half


def format_setting(preset: str, varied: dict[str, Any]) -> str:
    """A preset and its varied settings, in a line."""
    return ", ".join([preset, *(f"{name.replace('_', ' ')} {value}" for name, value in varied.items())])


def _measure(members: Sequence[TrialView]) -> Group:
    record = members[0].record
    values = [trial.test for trial in members if trial.test is not None and trial.state == "finished"]
    if not values:
        return Group(record.preset, record.data, record.varied, 0, len(members))
    low, high = interval_of_mean(values) or (None, None)
    return Group(
        record.preset,
        record.data,
        record.varied,
        len(values),
        len(members),
        mean=statistics.fmean(values),
        low=low,
        high=None if high is None else min(high, 1.0),
        best=max(values),
    )


def _view_trial(record: TrialRecord, root: Path, *, alive: bool) -> TrialView:
    state: TrialState = record.state if alive or record.state != "running" else "waiting"
    path = root / record.name
    run = inspect_run(path, shipped=False) if path.is_dir() else None
    if run is None or run.record is None:
        return TrialView(record, state, run, 0, None, None, None, 0.0)
    rows = read_curves(run).epochs
    accuracies = [row["val_accuracy"] for row in rows if "val_accuracy" in row]
    return TrialView(
        record,
        state,
        run,
        len(rows),
        accuracies[-1] if accuracies else None,
        max(accuracies, default=None),
        read_test_accuracy(run),
        float(run.record.seconds),
    )
