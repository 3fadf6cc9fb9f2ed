"""The progress of a training, and its curves so far."""

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Literal

from digitcnn.errors import RunFolderError
from digitcnn.file_cache import cached_by_file
from digitcnn.lab.jobs.processes import find_worker, memory_of
from digitcnn.lab.runs.catalog import Run
from digitcnn.run_folder import RunFolder
from digitcnn.training.session.batch_log import BatchRow, read_batches
from digitcnn.training.session.changes import Change, read_changes

Phase = Literal["starting", "training", "measuring", "ended"]

MAX_POINTS = 400
"""Of a curve within the epochs: more than a screen can tell apart."""


@dataclass(frozen=True)
class Now:
    """The progress of a training.

    Attributes:
        phase: "starting" loads TensorFlow and the images; "measuring" is after the last epoch.
        epoch: the present one, from 1; 0 before the first.
        epochs: of the recipe.
        share: of all batches that are done, 0-1.
        images_per_second: None unless it trains, and in a pause.
        seconds_left: None unless it trains.
        learning_rate: at the last batch, by its schedule; None unless it trains.
        memory: of the process, in bytes; None without one.
        accuracy, loss: on the training images of this epoch so far.
        val_accuracy, val_loss: after the last whole epoch.
    """

    phase: Phase
    epoch: int
    epochs: int
    share: float
    images_per_second: float | None = None
    seconds_left: float | None = None
    learning_rate: float | None = None
    memory: int | None = None
    accuracy: float | None = None
    loss: float | None = None
    val_accuracy: float | None = None
    val_loss: float | None = None


@dataclass(frozen=True)
class Curves:
    """The values of a training's two charts.

    Attributes:
        batches: within the epochs, at most `MAX_POINTS`; none where none were recorded.
        epochs: rows of `history.csv`, one per whole epoch.
        length: epochs of the recipe.
        changes: of the learning rate, and pauses.
        problem: why values are missing, in a sentence; None where none are.
    """

    batches: tuple[BatchRow, ...]
    epochs: tuple[dict[str, float], ...]
    length: int
    changes: tuple[Change, ...] = ()
    problem: str | None = None


def read_now(run: Run) -> Now:
    """The present progress of a run; values are left out where their file is missing or incomplete."""
    assert run.record
    history = read_curves(run).epochs
    epochs = int(run.record.settings.get("epochs", 0)) or len(history)
    last = history[-1] if history else {}
    validated = {key: last.get(key) for key in ("val_accuracy", "val_loss")}
    if not run.busy:
        share = len(history) / max(epochs, 1)
        trained = {key: last.get(key) for key in ("accuracy", "loss")} | validated
        return replace(Now("ended", len(history), epochs, share), **trained)
    worker = find_worker(run.record)
    memory = memory_of(worker) if worker else None
    progress = _read_progress(run.folder, run.record.process)
    if len(history) >= epochs or run.state not in ("running", "paused"):
        return Now("measuring", len(history), epochs, 1.0, memory=memory, **validated)
    if not progress:
        done = len(history)
        return Now("starting", done, epochs, done / max(epochs, 1), memory=memory, **validated)
    steps = max(progress["steps"], 1)
    return Now(
        "training",
        progress["epoch"] + 1,
        epochs,
        min(1.0, (progress["epoch"] + progress["step"] / steps) / max(epochs, 1)),
        None if run.state == "paused" else progress["images_per_second"],
        progress["seconds_left"],
        progress.get("learning_rate"),
        memory,
        progress.get("accuracy"),
        progress.get("loss"),
        **validated,
    )


def read_curves(run: Run) -> Curves:
    """A run's curves so far; files are read again only when they have changed."""
    folder = run.folder
    length = int(run.record.settings.get("epochs", 1)) if run.record else 1
    epochs = _read_history(folder.history_csv)
    batches, changes = _read_batches(folder.batches_csv), read_changes(folder.changes_csv)
    if isinstance(epochs, str):
        return Curves(batches, (), length, changes, epochs)
    lost = run.state == "finished" and not epochs
    problem = f"{run.name} has no history.csv." if lost else None
    return Curves(batches, epochs, max(length, len(epochs)), changes, problem)


def read_learning_rate(run: Run) -> float | None:
    """The learning rate of a run before any schedule: its last change, else its setting."""
    changes = read_changes(run.folder.changes_csv)
    return changes[-1].new_rate if changes else run.record and run.record.settings.get("learning_rate")


def _read_progress(folder: RunFolder, process: int | None) -> dict[str, Any] | None:
    """The progress that the training process has written; None before that."""
    try:
        progress = folder.read_progress()
    except RunFolderError:
        return None
    needed = {"epoch", "step", "steps", "images_per_second", "seconds_left"}
    whole = all(isinstance(progress.get(name), int | float) for name in needed)
    return progress if progress.get("process") == process and whole else None


@cached_by_file(maxsize=64)
def _read_history(history_csv: Path) -> tuple[dict[str, float], ...] | str:
    try:
        rows = tuple(RunFolder(history_csv.parent).read_history())
    except RunFolderError as error:
        return str(error)
    if all("epoch" in row for row in rows):
        return rows
    return f"{history_csv.parent.name}/history.csv has no column of epochs."


@cached_by_file(maxsize=64)
def _read_batches(path: Path) -> tuple[BatchRow, ...]:
    rows = _drop_single_batches(read_batches(path))
    step = -(-len(rows) // MAX_POINTS) or 1
    # From the end, so that the latest row is always among them.
    return tuple(rows[::-1][::step][::-1])


def _drop_single_batches(rows: list[BatchRow]) -> list[BatchRow]:
    """Leaves out the row right after an epoch begins: its one or two batches scatter more than others."""
    usual = median(after.epoch - before.epoch for before, after in pairwise(rows)) if len(rows) > 1 else 0.0
    return [row for row in rows if (row.epoch % 1 or 1.0) >= usual / 2]
