"""Keras callbacks that write history, checkpoints and progress."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras

from digitcnn.run_folder import RunFolder, replacing, write_json
from digitcnn.training.batch_log import BatchLog
from digitcnn.training.presets import Recipe

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


def best_weights(folder: RunFolder) -> Path:
    """The weights of the epoch with the highest validation accuracy, the later of equals."""
    return folder.checkpoint / "best.weights.h5"


class ProgressFile(keras.callbacks.Callback):
    """Writes `progress.json`, at most three times a second, and appends to `batches.csv`."""

    EVERY = 0.33

    def __init__(self, folder: RunFolder, recipe: Recipe, *, done: int, steps: int) -> None:
        """Writes into `folder`; `done` epochs are finished, each of `steps` batches."""
        super().__init__()
        self.folder, self.recipe, self.steps = folder, recipe, steps
        self.epoch = self.steps_here = 0
        self.began = self.written = 0.0
        self.batches = BatchLog(folder.batches_csv, done=done)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self.epoch = epoch
        self.batches.begin_epoch()

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        self.began = self.began or time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self.steps_here += 1
        now = time.monotonic()
        if now - self.written < self.EVERY:
            return
        self.written = now
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
            "process": os.getpid(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        metrics = {key: round(float(value), 5) for key, value in (logs or {}).items()}
        write_json(self.folder.progress_json, progress | metrics)
        if {"accuracy", "loss"} <= set(metrics):
            position = self.epoch + (batch + 1) / self.steps
            self.batches.add(position, batch + 1, metrics["accuracy"], metrics["loss"])
