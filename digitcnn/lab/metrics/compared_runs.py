"""Runs to compare: their references, and the contents of their folders."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digitcnn.errors import RunFolderError
from digitcnn.file_cache import cached_by_file, version_of
from digitcnn.lab.metrics.test_set import Predictions, read_predictions
from digitcnn.run_folder import RunFolder, RunRecord, list_runs
from digitcnn.training.session.changes import Change, read_changes


@dataclass(frozen=True)
class RunRef:
    """A run that can be compared; equal as long as its files are the same.

    Attributes:
        label: the name of the run, different from those of all others.
        path: of its folder.
        changed: times of its files, in nanoseconds; 0 for one that is missing.
        tested_on: name of its test set; only runs of one test set are compared.
    """

    label: str
    path: str
    changed: tuple[int, ...]
    tested_on: str = ""

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.path)


@dataclass(frozen=True)
class RunRefs:
    """The runs under two roots, by whether they can be compared.

    Attributes:
        ready: shipped models first, then this machine's runs, by name.
        unfinished: labels of runs without predictions so far.
        broken: a sentence for each run whose record cannot be read.
    """

    ready: tuple[RunRef, ...]
    unfinished: tuple[str, ...]
    broken: tuple[str, ...]


def list_run_refs(shipped: Path, own: Path) -> RunRefs:
    """The runs under two roots; only `run.json` is read, and only where it has changed."""
    ready, unfinished, broken = [], [], []
    taken: set[str] = set()
    for root in (shipped, own):
        for folder in list_runs(root):
            label = folder.name if folder.name not in taken else f"{root.name}/{folder.name}"
            taken.add(label)
            try:
                state, tested_on = _read_state(folder.run_json)
            except RunFolderError as error:
                broken.append(f"{label} is left out: {error}")
                continue
            if state != "running" and folder.predictions_npz.is_file():
                ready.append(replace(run_ref_of(folder, label), tested_on=tested_on))
            else:
                unfinished.append(label)
    return RunRefs(tuple(ready), tuple(unfinished), tuple(broken))


def run_ref_of(folder: RunFolder, label: str | None = None) -> RunRef:
    """The run of a folder, as it stands now, under its own name or another."""
    files = (
        folder.run_json,
        folder.history_csv,
        folder.metrics_json,
        folder.predictions_npz,
        folder.tflite_file,
    )
    return RunRef(label or folder.name, str(folder.path), tuple(version_of(file)[0] for file in files))


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """The contents of a run folder, read once.

    Attributes:
        label: the name of the run.
        record: `run.json`.
        predictions: of its test set.
        history: rows of `history.csv`; none where it is missing or broken.
        metrics: `metrics.json`; empty where it is missing or broken.
        size: of `model.tflite` in bytes; None where it is missing.
        problems: a sentence for each file that is broken; the run is compared without it.
        changes: rows of `changes.csv`.
    """

    label: str
    record: RunRecord
    predictions: Predictions
    history: list[dict[str, float]]
    metrics: dict[str, Any]
    size: int | None
    problems: tuple[str, ...]
    changes: tuple[Change, ...] = ()


def load_run(run_ref: RunRef) -> ComparedRun:
    """Reads a run folder.

    Raises:
        RunFolderError: its record or its predictions cannot be read.
    """
    folder, problems = run_ref.folder, []
    record, predictions = folder.read_record(), read_predictions(folder)
    history: list[dict[str, float]] = []
    metrics: dict[str, Any] = {}
    try:
        history = folder.read_history()
    except RunFolderError as error:
        problems.append(f"{run_ref.label} has no curves: {error}")
    if folder.metrics_json.is_file():
        try:
            metrics = folder.read_metrics()
        except RunFolderError as error:
            problems.append(f"{run_ref.label} has no recorded figures: {error}")
    size = folder.tflite_file.stat().st_size if folder.tflite_file.is_file() else None
    changes = read_changes(folder.changes_csv)
    return ComparedRun(run_ref.label, record, predictions, history, metrics, size, tuple(problems), changes)


def data_of(record: RunRecord) -> str:
    """The name of the data set that a run learned from."""
    return str(record.settings.get("data", "mnist"))


@cached_by_file(maxsize=2048)
def _read_state(run_json: Path) -> tuple[str, str]:
    """A run's state, and the name of its test set."""
    record = RunFolder(run_json.parent).read_record()
    test = record.dataset.get("test")
    return record.state, str(test.get("name", "")) if isinstance(test, dict) else ""
