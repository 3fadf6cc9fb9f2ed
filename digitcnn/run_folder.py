"""The run folder: the one record of a training run, on disk.

    run.json          preset, settings, data, machine, and the end of the training
    history.csv       a row per epoch, in Keras's own names
    batches.csv       accuracy and loss within the epochs, a few rows a second and never more than 2,000
    request.json      how its owner wants a running training to go on: its learning rate, and whether it waits
    changes.csv       a row per change of the learning rate and per pause, while it trained
    progress.json     present progress, rewritten in place while it trains
    checkpoint/       from which the same command resumes; gone when the run has finished
    model.keras       the trained model, without its optimizer's state
    model.tflite      the same, for LiteRT
    metrics.json      its results
    features.npz      what adapting the last layer to one hand needs of the data, by `kept_features.py`
    predictions.npz   probabilities (n, classes) and labels (n,) on the test set
    analysis.json     every metric of these predictions
    about.json        whose run it is, its title, notes and tags

Folders under `models/` ship with the project, those under `runs/` were made on this machine. JSON,
CSV, NumPy arrays without objects and Keras's own format: nothing in a run folder can run code when it is
opened.
"""

import csv
import json
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from digitcnn.classes import DIGITS, are_classes
from digitcnn.errors import ModelNotFoundError, RunFolderError

PROJECT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (PROJECT / "pyproject.toml").is_file()
"""Whether this is a checkout, or installed from one; else it is a package among others."""

SHIPPED = PROJECT / "models" if IS_CHECKOUT else Path(__file__).resolve().parent / "shipped"
"""The folder of the models that ship with the project."""

APP = PROJECT if IS_CHECKOUT else Path(__file__).resolve().parent / "app"
"""The folder of the app's scripts, static files and Streamlit settings."""

START = PROJECT if IS_CHECKOUT else None
"""The folder in which `python -m digitcnn` starts this package; None for any."""


def runs_root() -> Path:
    """The folder of this machine's runs: `$DIGITCNN_RUNS`, else `runs/` in the checkout, else here."""
    return Path(os.environ.get("DIGITCNN_RUNS") or (PROJECT if IS_CHECKOUT else Path.cwd()) / "runs")


@dataclass(frozen=True)
class RunRecord:
    """The contents of `run.json`.

    Attributes:
        preset: name of the architecture and recipe.
        settings: every setting of the recipe, as used.
        dataset: name, origin and number of images of the training, validation and test sets.
        seed: of weights, shuffling and augmentation.
        state: "queued", "running", "finished", "stopped" or "failed".
        started, finished: UTC, ISO 8601; finished is None until it is.
        queued: time at which it joined the queue, to the microsecond; None unless it waits.
        process, process_started: number and start of the process that works on it; the start, in
            seconds since 1970, tells it from a later process of the same number.
        host: the machine of that process.
        seconds: of training, all run sessions together.
        versions: of Python and the libraries that affect results.
        machine: processor, cores and system.
        parameters: number of trained weights.
        temperature: divisor of the model's log-probabilities before they are shown as confidence. Source:
            Guo et al., "On Calibration of Modern Neural Networks", 2017.
        refusal_bias: added to the log-probability of "not a digit" after the temperature.
        refuse_above: probability of "not a digit" from which an answer is refused; None for a model
            without that output, which cannot refuse.
        classes: names of the answers, in the order of the model's outputs; "not a digit" is none of them.
        ink: whether it learned from handwriting, as people draw and upload it.
        error: why it failed, in one sentence.
        design: the layers of the network where the preset is a design of one's own, each with its kind and
            options, without the last layer; None of the presets that ship.
    """

    preset: str
    settings: dict[str, Any]
    dataset: dict[str, Any]
    seed: int
    state: str
    started: str
    finished: str | None = None
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    parameters: int = 0
    temperature: float = 1.0
    refusal_bias: float = 0.0
    refuse_above: float | None = None
    classes: tuple[str, ...] = DIGITS
    ink: bool = True
    error: str | None = None
    queued: str | None = None
    process: int | None = None
    process_started: float | None = None
    host: str | None = None
    design: list[dict[str, Any]] | None = None

    @property
    def uses_tta(self) -> bool:
        """Test-time augmentation helps: only a model that learned from distorted digits gains from some."""
        return bool(self.settings.get("augmentation"))


class RunFolder:
    """One run folder; reading fails with `RunFolderError` where a file is missing or broken."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.run_json = self.path / "run.json"
        self.history_csv = self.path / "history.csv"
        self.batches_csv = self.path / "batches.csv"
        self.request_json = self.path / "request.json"
        self.changes_csv = self.path / "changes.csv"
        self.progress_json = self.path / "progress.json"
        self.checkpoint = self.path / "checkpoint"
        self.keras_file = self.path / "model.keras"
        self.tflite_file = self.path / "model.tflite"
        self.features_npz = self.path / "features.npz"
        self.metrics_json = self.path / "metrics.json"
        self.predictions_npz = self.path / "predictions.npz"

    @property
    def name(self) -> str:
        return self.path.name

    def read_record(self) -> RunRecord:
        data = _read_json(self.run_json)
        known = {entry.name for entry in fields(RunRecord)}
        if not are_classes(data.setdefault("classes", DIGITS)):
            raise RunFolderError(f"{_named(self.run_json)} holds class names that no run writes.")
        data["classes"] = tuple(data["classes"])
        try:
            record = RunRecord(**{key: value for key, value in data.items() if key in known})
        except TypeError as error:
            raise RunFolderError(
                f"{_named(self.run_json)} lacks a part that every run has: {error}."
            ) from None
        if not _can_be_used(record):
            raise RunFolderError(f"{_named(self.run_json)} holds something that no run writes.")
        return record

    def write_record(self, record: RunRecord) -> None:
        write_json(self.run_json, asdict(record))

    def read_metrics(self) -> dict[str, Any]:
        return _read_json(self.metrics_json)

    def read_progress(self) -> dict[str, Any]:
        return _read_json(self.progress_json)

    def read_history(self) -> list[dict[str, float]]:
        """The rows in order of epoch; none before the first epoch has ended."""
        if not self.history_csv.is_file():
            return []
        try:
            with self.history_csv.open(newline="") as file:
                return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
        except (OSError, TypeError, ValueError, csv.Error) as error:
            raise RunFolderError(f"{_named(self.history_csv)} cannot be read: {error}.") from None

    def write_history(self, rows: list[dict[str, float]]) -> None:
        """Writes all rows with the columns of the first; epochs as whole numbers, as Keras does."""
        with replacing(self.history_csv) as new, new.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["epoch"])
            writer.writeheader()
            writer.writerows({**row, "epoch": int(row["epoch"])} for row in rows)

    def read_predictions(self) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (n, classes) float32 and labels (n,) int64 on the test set."""
        classes = len(self.read_record().classes if self.run_json.is_file() else DIGITS)
        try:
            # NumPy leaves a file open that it opened itself and that is no archive.
            with self.predictions_npz.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                probabilities = arrays["probabilities"].astype(np.float32)
                labels = arrays["labels"].astype(np.int64)
        except FileNotFoundError:
            raise RunFolderError(f"{_named(self.predictions_npz)} cannot be read: it is missing.") from None
        except (OSError, TypeError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
            # NumPy takes unknown data for pickled objects, and its message tells how to load them unsafely.
            raise RunFolderError(f"{_named(self.predictions_npz)} cannot be read: it is damaged.") from None
        if labels.ndim != 1 or probabilities.shape != (len(labels), classes):
            raise RunFolderError(
                f"{_named(self.predictions_npz)}: expected probabilities (n, {classes}) and labels (n,), "
                f"received {probabilities.shape} and {labels.shape}."
            )
        return probabilities, labels


def find_run(name_or_path: str | Path) -> RunFolder:
    """The run folder of a name (shipped models first, then this machine's runs) or of a path.

    Raises:
        ModelNotFoundError: neither holds a trained model.
    """
    text = str(name_or_path)
    candidates = [Path(text)]
    if text and Path(text).name == text:
        candidates = [SHIPPED / text, runs_root() / text, Path(text)]
    for candidate in candidates:
        if (candidate / "model.tflite").is_file():
            return RunFolder(candidate)
    trained = [folder.name for folder in list_runs(SHIPPED) if folder.tflite_file.is_file()]
    shipped = ", ".join(trained) or "none"
    raise ModelNotFoundError(f"There is no trained model called {text!r}; those that ship: {shipped}.")


def list_runs(root: Path) -> list[RunFolder]:
    """The run folders under a root, by name; none where the root is missing."""
    try:
        names = sorted(os.listdir(root))
    except (FileNotFoundError, NotADirectoryError):
        return []
    folders = [folder_at(str(root / name)) for name in names]
    return [folder for folder in folders if folder.run_json.is_file()]


@lru_cache(maxsize=2048)
def folder_at(path: str) -> RunFolder:
    """The run folder at a path, cached: for hundreds, building paths took longer than reading the disk."""
    return RunFolder(path)


def _can_be_used(record: RunRecord) -> bool:
    """Whether the values that readers and pages use are of their types: the file may come from anywhere."""
    numbers = [record.temperature, *([] if record.refuse_above is None else [record.refuse_above])]
    return (
        isinstance(record.settings, dict)
        and isinstance(record.dataset, dict)
        and all(type(number) in (int, float) and math.isfinite(number) for number in numbers)
        and record.temperature > 0
    )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to write that takes the place of `path` at the end: a reader sees the old one or the new one."""
    # The suffix stays, by which Keras and NumPy choose the format.
    new = path.with_name(f"part-{os.getpid()}-{path.name}")
    try:
        yield new
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def write_json(path: Path, data: Any) -> None:
    """Writes JSON atomically."""
    with replacing(path) as new:
        new.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunFolderError(f"{_named(path)} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise RunFolderError(f"{_named(path)} cannot be read: {error}.") from None
    if not isinstance(data, dict):
        raise RunFolderError(f"{_named(path)} holds {type(data).__name__} where an object was expected.")
    return data


def _named(path: Path) -> str:
    """A file with its folder's name: absolute server paths must not reach a page."""
    return f"{path.parent.name}/{path.name}"
