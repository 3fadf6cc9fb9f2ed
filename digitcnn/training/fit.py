"""Trains a preset into a run folder, and resumes where the folder left off."""

import os
import platform
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version

import keras
import numpy as np
import tensorflow as tf

from digitcnn.errors import RunFolderError
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.architectures import ARCHITECTURES
from digitcnn.training.augmentation import distort
from digitcnn.training.batches import Batches
from digitcnn.training.calibration import calibrate
from digitcnn.training.datasets import DigitSet, Split, split_mnist
from digitcnn.training.export import save_keras, save_tflite
from digitcnn.training.handwriting import load_calibration_set, split_handwriting
from digitcnn.training.presets import Preset, Recipe

EVALUATION_BATCH = 500
WARM_UP = 0.05
"""The share of a cosine schedule in which the learning rate rises."""

Echo = Callable[[str], None]


def train(
    preset: Preset,
    folder: RunFolder,
    *,
    recipe: Recipe | None = None,
    seed: int = 0,
    images: int | None = None,
    echo: Echo = print,
) -> RunRecord:
    """Trains to the end of the recipe, or on from the folder's checkpoint.

    After every epoch the folder holds a checkpoint that the same call resumes from, with the same
    result as an undisturbed run up to the rounding of parallel sums. SIGTERM and Ctrl-C stop after
    writing the run's state.

    Args:
        preset: architecture and default recipe.
        folder: where the run is recorded; made where it is missing.
        recipe: instead of the preset's.
        seed: of weights, split, shuffling and augmentation.
        images: how many of the training images are used; None for all.
        echo: is told one line per event.

    Returns:
        The record as it stands in `run.json`: "finished", or "stopped".

    Raises:
        RunFolderError: the folder holds a finished run, or one of other settings.
        DatasetError: the data cannot be had.
    """
    recipe = recipe or preset.recipe
    settings = asdict(recipe) | {"images": images}
    record = _begin(preset, folder, settings, seed)
    keras.utils.set_random_seed(seed)
    split = _load(recipe, images, seed)
    record = replace(record, dataset=_describe(split))
    run = _Run(preset, recipe, folder, split, seed, echo)
    folder.write_record(replace(record, parameters=run.model.count_params()))
    began = time.monotonic()
    state, error = "failed", "The training broke off with an error of its own; the terminal shows it."
    try:
        with _sigterm_as_interrupt():
            run.fit()
        state, error = "finished", None
    except KeyboardInterrupt:
        state, error = "stopped", None
    finally:
        record = replace(
            record,
            state=state,
            error=error,
            finished=_now(),
            seconds=round(record.seconds + time.monotonic() - began, 1),
            parameters=run.model.count_params(),
        )
        if state != "finished":
            folder.write_record(record)
    if state == "stopped":
        echo(f"Stopped after epoch {run.epochs_done} of {recipe.epochs}; the same command resumes.")
        return record
    calibration = run.finish()
    record = replace(record, temperature=calibration.temperature, refuse_above=calibration.refuse_above)
    folder.write_record(record)
    shutil.rmtree(folder.checkpoint)
    return record


class _Run:
    """The model, its batches and its checkpoint, from the first epoch to the exported files."""

    def __init__(
        self, preset: Preset, recipe: Recipe, folder: RunFolder, split: Split, seed: int, echo: Echo
    ):
        self.preset, self.recipe, self.folder, self.split, self.echo = preset, recipe, folder, split, echo
        feed = dict(classes=preset.classes, one_hot=recipe.one_hot, seed=seed)
        self.batches = Batches(
            split.train,
            batch_size=recipe.batch_size,
            shuffle=True,
            augmentation=distort if recipe.augmentation else None,
            **feed,
        )
        self.validation = Batches(split.validation, batch_size=EVALUATION_BATCH, **feed)
        self.history = folder.read_history()
        self.last = folder.checkpoint / "last.keras"
        self.best = folder.checkpoint / "best.weights.h5"
        if self.last.is_file():
            self.model = keras.models.load_model(self.last)
            done = int(self.model.optimizer.iterations.numpy()) // len(self.batches)
            self.history = self.history[:done]
            echo(f"Resuming after epoch {done} of {recipe.epochs}.")
        else:
            self.history = []
            self.model = ARCHITECTURES[preset.name](preset.classes)
            self.model.compile(
                optimizer=make_optimizer(recipe, steps=recipe.epochs * len(self.batches)),
                loss="categorical_crossentropy" if recipe.one_hot else "sparse_categorical_crossentropy",
                metrics=["accuracy"],
                jit_compile=False,  # XLA is three times slower on convolutions on a CPU.
            )

    @property
    def epochs_done(self) -> int:
        return len(self.history)

    def fit(self) -> None:
        self.folder.checkpoint.mkdir(parents=True, exist_ok=True)
        self.model.fit(
            self.batches,
            validation_data=self.validation,
            initial_epoch=self.epochs_done,
            epochs=self.recipe.epochs,
            shuffle=False,  # Batches shuffles, so that a resumed epoch sees the same order.
            verbose=0,
            callbacks=[_EpochSetter(self.batches), _Progress(self), _Checkpoint(self)],
        )

    def finish(self):
        """Takes the best epoch's weights, measures them, and writes the files that ship."""
        self.model.load_weights(self.best)
        test = self.split.test
        probabilities = self.predict(test)
        save_keras(self.model, self.folder.keras_file)
        save_tflite(self.model, self.folder.tflite_file)
        of_digits = probabilities[:, :10] / probabilities[:, :10].sum(axis=1, keepdims=True)
        np.savez_compressed(self.folder.predictions_npz, probabilities=of_digits, labels=test.labels)
        accuracy = float((of_digits.argmax(axis=1) == test.labels).mean())
        loss = float(-np.log(np.maximum(of_digits[np.arange(len(test)), test.labels], 1e-7)).mean())
        write_json(
            self.folder.metrics_json,
            {"test": {"dataset": test.name, "images": len(test), "accuracy": accuracy, "loss": loss}},
        )
        self.echo(f"Test accuracy {accuracy:.2%}, loss {loss:.4f} on {len(test)} images.")
        held = load_calibration_set(self.preset.classes, self.split)
        return calibrate(self.predict(held), held.labels)

    def predict(self, digits: DigitSet) -> np.ndarray:
        """(n, classes) float32."""
        return self.model.predict(digits.pixels[..., np.newaxis], batch_size=EVALUATION_BATCH, verbose=0)


class _EpochSetter(keras.callbacks.Callback):
    def __init__(self, batches: Batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.epoch = epoch


class _Checkpoint(keras.callbacks.Callback):
    """After an epoch: the row of history, the best weights so far, and all that resuming needs.

    The checkpoint is one file that replaces the one before in one step, and it alone says how many
    epochs are done: a run killed between two writes loses that epoch and nothing else.
    """

    def __init__(self, run: _Run):
        super().__init__()
        self.run = run

    def on_epoch_end(self, epoch, logs=None):
        run, logs = self.run, logs or {}
        row = {"epoch": epoch} | {key: round(float(value), 6) for key, value in logs.items()}
        if all(row["val_accuracy"] >= past["val_accuracy"] for past in run.history):
            self._swap(run.best, run.model.save_weights)
        run.history.append(row)
        run.folder.write_history(run.history)
        self._swap(run.last, run.model.save)
        run.echo(
            f"Epoch {epoch + 1}/{run.recipe.epochs}: "
            + ", ".join(f"{key} {value:.4f}" for key, value in row.items() if key != "epoch")
        )

    @staticmethod
    def _swap(path, save):
        temporary = path.with_name(f"part-{path.name}")
        save(temporary)
        os.replace(temporary, path)


class _Progress(keras.callbacks.Callback):
    """Writes `progress.json`, at most three times a second."""

    EVERY = 0.33

    def __init__(self, run: _Run):
        super().__init__()
        self.run = run
        self.written = 0.0

    def on_train_begin(self, logs=None):
        self.began = time.monotonic()
        self.steps_here = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self.steps_here += 1
        if time.monotonic() - self.written < self.EVERY:
            return
        self.written = time.monotonic()
        steps = len(self.run.batches)
        per_second = self.steps_here / (self.written - self.began)
        left = (self.run.recipe.epochs - self.epoch) * steps - batch - 1
        progress = {
            "epoch": self.epoch,
            "epochs": self.run.recipe.epochs,
            "step": batch + 1,
            "steps": steps,
            "images_per_second": round(per_second * self.run.recipe.batch_size, 1),
            "seconds_left": round(left / per_second, 1),
            "process": os.getpid(),
            "time": _now(),
        } | {key: round(float(value), 5) for key, value in (logs or {}).items()}
        write_json(self.run.folder.progress_json, progress)


def make_optimizer(recipe: Recipe, *, steps: int) -> keras.optimizers.Optimizer:
    """The recipe's optimizer, its learning rate falling over `steps` steps where the schedule says so."""
    rate = recipe.learning_rate
    if recipe.schedule == "cosine":
        warm_up = round(WARM_UP * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 10, steps - warm_up, warmup_target=rate, warmup_steps=warm_up
        )
    if recipe.optimizer == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    return {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[recipe.optimizer](rate)


def _begin(preset: Preset, folder: RunFolder, settings: dict, seed: int) -> RunRecord:
    """The folder's record, new or taken up again."""
    if folder.run_json.is_file():
        record = folder.read_record()
        if (record.preset, record.settings, record.seed) != (preset.name, settings, seed):
            raise RunFolderError(
                f"{folder.path} holds a run of other settings: choose another folder, or delete that one."
            )
        if record.state == "finished":
            raise RunFolderError(f"{folder.path} holds a finished run: choose another folder, or delete it.")
        return replace(record, state="running", finished=None, error=None)
    folder.path.mkdir(parents=True, exist_ok=True)
    return RunRecord(
        preset=preset.name,
        settings=settings,
        dataset={},
        seed=seed,
        state="running",
        started=_now(),
        versions={"python": platform.python_version()}
        | {name: version(name) for name in ("keras", "numpy")}
        | {"tensorflow": tf.__version__},
        machine={"processor": _processor(), "cores": os.cpu_count(), "system": platform.system()},
    )


def _load(recipe: Recipe, images: int | None, seed: int) -> Split:
    if recipe.data == "handwriting":
        return split_handwriting(seed=seed, images=images)
    return split_mnist(recipe.validation_split, images, seed)


def _describe(split: Split) -> dict:
    return {
        part: {"name": digits.name, "images": len(digits)}
        for part, digits in (("train", split.train), ("validation", split.validation), ("test", split.test))
    }


class _sigterm_as_interrupt:
    """SIGTERM raises KeyboardInterrupt inside, as Ctrl-C does."""

    def __enter__(self) -> None:
        self.before = signal.signal(signal.SIGTERM, signal.default_int_handler)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self.before)


def _processor() -> str:
    if sys.platform == "linux":
        for line in open("/proc/cpuinfo", encoding="utf-8"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
