"""Keras callbacks that write history, checkpoints and progress, and that follow the owner's requests."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import keras

from digitcnn.errors import RunFolderError
from digitcnn.file_cache import version_of
from digitcnn.run_folder import RunFolder, replacing, write_json
from digitcnn.training.schedules import ScaledRate
from digitcnn.training.session.batch_log import BatchLog
from digitcnn.training.session.changes import (
    Change,
    Clock,
    Request,
    read_changes,
    read_request,
    write_changes,
)

Echo = Callable[[str], None]
Logs = dict[str, Any] | None


class Checkpoint(keras.callbacks.Callback):
    """Writes, after an epoch, the row of history, the best weights so far, and the state for resuming.

    `last.keras` is replaced in one step and alone counts the epochs that are done: a run killed between
    two writes loses that epoch and nothing else.
    """

    def __init__(
        self, folder: RunFolder, history: list[dict[str, float]], *, epochs: int, echo: Echo
    ) -> None:
        """Writes into `folder` and appends to `history`, which holds the rows of past epochs."""
        super().__init__()
        self.folder, self.history, self.epochs, self.echo = folder, history, epochs, echo

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        model: Any = self.model
        row = {"epoch": epoch} | {key: round(float(value), 6) for key, value in (logs or {}).items()}
        if all(row["val_accuracy"] >= past["val_accuracy"] for past in self.history):
            with replacing(best_weights(self.folder)) as new:
                model.save_weights(new)
        self.history.append(row)
        self.folder.write_history(self.history)
        with replacing(last_model(self.folder)) as new:
            model.save(new)
        shown = ", ".join(f"{key} {value:.4f}" for key, value in row.items() if key != "epoch")
        self.echo(f"Epoch {epoch + 1}/{self.epochs}: {shown}")


def last_model(folder: RunFolder) -> Path:
    """The model and its optimizer after the last whole epoch."""
    return folder.checkpoint / "last.keras"


def load_checkpoint(folder: RunFolder, load: Callable[[Path], Any] = keras.models.load_model) -> Any:
    """The model of `last_model`, with its optimizer.

    Raises:
        RunFolderError: the file is broken.
    """
    try:
        return load(last_model(folder))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise RunFolderError(f"The checkpoint of {folder.name} cannot be read: {error}.") from error


def best_weights(folder: RunFolder) -> Path:
    """The weights of the epoch with the highest validation accuracy, the later of equals."""
    return folder.checkpoint / "best.weights.h5"


class Paced(Protocol):
    """What tells how long a training takes, and how fast it learns."""

    @property
    def epochs(self) -> int: ...

    @property
    def batch_size(self) -> int: ...

    @property
    def learning_rate(self) -> float: ...


class ProgressFile(keras.callbacks.Callback):
    """Writes `progress.json`, at most three times a second, and appends to `batches.csv`."""

    EVERY = 0.33

    def __init__(self, folder: RunFolder, recipe: Paced, *, done: int, steps: int, clock: Clock) -> None:
        """Writes into `folder`; `done` epochs are finished, each of `steps` batches."""
        super().__init__()
        self.folder, self.recipe, self.steps, self.clock = folder, recipe, steps, clock
        self.epoch = self.steps_here = 0
        self.began, self.written = 0.0, -self.EVERY
        self.batches = BatchLog(folder.batches_csv, done=done)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.epoch = epoch
        self.batches.begin_epoch()

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self.began = self.began or self.clock()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self.steps_here += 1
        now = self.clock()
        if now - self.written < self.EVERY:
            return
        self.written = now
        model: Any = self.model
        per_second = self.steps_here / (now - self.began)
        left = (self.recipe.epochs - self.epoch) * self.steps - batch - 1
        progress = {
            "epoch": self.epoch,
            "epochs": self.recipe.epochs,
            "step": batch + 1,
            "steps": self.steps,
            "images_per_second": round(per_second * self.recipe.batch_size, 1),
            "seconds": round(now - self.began, 1),
            "seconds_left": round(left / per_second, 1),
            "learning_rate": float(f"{float(model.optimizer.learning_rate):.3g}"),
            "process": os.getpid(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        metrics = {key: round(float(value), 5) for key, value in (logs or {}).items()}
        write_json(self.folder.progress_json, progress | metrics)
        if {"accuracy", "loss"} <= set(metrics):
            position = self.epoch + (batch + 1) / self.steps
            self.batches.add(position, batch + 1, metrics["accuracy"], metrics["loss"])


class Requests(keras.callbacks.Callback):
    """Follows `request.json` from the next batch on, and records what it changes in `changes.csv`."""

    EVERY = 0.25
    """Seconds between two looks at the file in a pause."""

    def __init__(
        self,
        folder: RunFolder,
        recipe: Paced,
        scaled: ScaledRate,
        *,
        done: int,
        steps: int,
        clock: Clock,
        echo: Echo,
        check: Callable[[], None],
    ) -> None:
        """Goes on with the rate of the last change; `clock` stands still in pauses, `check` is of `recorded`.

        After `done` whole epochs, changes of a later one move to their end: its batches are trained again.
        """
        super().__init__()
        self.folder, self.recipe, self.scaled = folder, recipe, scaled
        self.steps, self.clock, self.echo, self.check = steps, clock, echo, check
        before = read_changes(folder.changes_csv)
        self.changes = tuple(replace(change, epoch=min(change.epoch, done)) for change in before)
        self.rate = self.changes[-1].new_rate if self.changes else recipe.learning_rate
        self.epoch, self.position = done, float(done)
        self.seen = version_of(folder.request_json)
        self._scale()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self.position = self.epoch + batch / self.steps
        self._look()

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self.position = self.epoch + 1.0
        self._look()

    def _look(self) -> None:
        self.check()
        if version_of(self.folder.request_json) == self.seen or not self._follow().paused:
            return
        began = time.monotonic()
        try:
            with self.clock.stopped():
                while self._follow().paused:
                    self.folder.progress_json.touch()  # By its age, other machines tell that it is there.
                    time.sleep(self.EVERY)
        finally:
            seconds = round(time.monotonic() - began, 1)
            self._record(Change(self.position, self.rate, self.rate, seconds))
            self.echo(f"Paused for {seconds:.0f} s in epoch {self.epoch + 1}.")

    def _follow(self) -> Request:
        """Changes the learning rate if that is asked for."""
        self.seen = version_of(self.folder.request_json)
        request = read_request(self.folder.request_json)
        if request.learning_rate not in (None, self.rate):
            self._record(Change(self.position, self.rate, request.learning_rate))
            self.echo(f"Learning rate {self.rate:g} to {request.learning_rate:g} in epoch {self.epoch + 1}.")
            self.rate = request.learning_rate
            self._scale()
        return request

    def _scale(self) -> None:
        self.scaled.factor.assign(self.rate / self.recipe.learning_rate)

    def _record(self, change: Change) -> None:
        self.changes += (replace(change, epoch=round(change.epoch, 4)),)
        write_changes(self.folder.changes_csv, self.changes)
