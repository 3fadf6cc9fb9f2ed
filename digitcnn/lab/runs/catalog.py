"""The catalog of runs, shipped and made here, with the present state of each."""

import os
import re
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from digitcnn.errors import RunFolderError
from digitcnn.file_cache import cached_by_file
from digitcnn.lab.jobs.processes import find_worker
from digitcnn.run_folder import SHIPPED, RunFolder, RunRecord, folder_at, runs_root
from digitcnn.training.session.changes import read_request

State = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted", "broken"]

MIN_FREE = 16_000_000
"""Bytes: a disk with less free space counts as full."""

_SILENT = 90.0
"""Seconds without progress after which a training on another machine counts as interrupted."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True)
class Run:
    """A run folder as it stands now.

    Attributes:
        folder: where it is.
        shipped: whether it came with the project, and must not change.
        state: as recorded; "paused" where its owner has paused the training, "interrupted" where the
            recorded process is gone, "broken" where the record cannot be read.
        busy: whether a process trains or exports it.
        record: None where it is broken.
        problem: the error, in a sentence; None without one.
    """

    folder: RunFolder
    shipped: bool
    state: State
    busy: bool = False
    record: RunRecord | None = None
    problem: str | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def can_resume(self) -> bool:
        """Whether it was begun here and has not finished."""
        return not self.shipped and not self.busy and self.state in ("stopped", "failed", "interrupted")

    @property
    def has_model(self) -> bool:
        """Whether it has a model; while it trains, that is an earlier one."""
        return self.folder.tflite_file.is_file()


def list_own_runs() -> list[Run]:
    """The runs made on this machine, the latest first; a record is read again only when it has changed."""
    runs = [inspect_run(path, shipped=False) for path in _folders(runs_root())]
    return sorted(runs, key=_begun, reverse=True)


def list_shipped_runs() -> list[Run]:
    """The runs that come with the project, by name."""
    return [inspect_run(path, shipped=True) for path in _folders(SHIPPED)]


def get_own_run(name: str) -> Run:
    """One run made on this machine.

    Raises:
        RunFolderError: the name is not a valid one, or there is no such run.
    """
    path = own_path(name)
    if path.is_symlink() or not path.is_dir():
        raise RunFolderError(f"There is no run called {name!r} here any more.")
    return inspect_run(path, shipped=False)


def read_test_accuracy(run: Run) -> float | None:
    """The accuracy on the test images, 0-1; None where it is missing or cannot be read."""
    return _read_test_accuracy(run.folder.metrics_json)


def own_path(name: str) -> Path:
    """The path of a run of this name, existing or not: always directly in the folder of runs.

    Raises:
        RunFolderError: the name is not a valid one, such as "../models".
    """
    if not _NAME.fullmatch(name):
        raise RunFolderError(f"{name!r} is not the name of a run.")
    return runs_root() / name


def _folders(root: Path) -> list[Path]:
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if _NAME.fullmatch(entry.name) and entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [root / name for name in names]


def inspect_run(path: Path, *, shipped: bool) -> Run:
    """The present state of the run at a path; "broken" where there is none."""
    folder = folder_at(str(path))
    if not folder.run_json.is_file():
        return Run(folder, shipped, "broken", problem=f"{path.name} has no run.json, so it cannot be shown.")
    found = _read_record(folder.run_json)
    if isinstance(found, str):
        return Run(folder, shipped, "broken", problem=found)
    busy = find_worker(found) is not None or _is_trained_elsewhere(folder, found)
    if found.state == "running" and not busy:
        return Run(folder, shipped, "interrupted", record=found, problem=_format_gone(folder))
    if found.state == "running" and read_request(folder.request_json).paused:
        return Run(folder, shipped, "paused", busy, found)
    return Run(folder, shipped, cast(State, found.state), busy, found, found.error)


def _format_gone(folder: RunFolder) -> str:
    """A sentence on the likely reason for an interruption, and on the epochs that are left."""
    left = "its last whole epoch is kept" if folder.checkpoint.is_dir() else "it had no whole epoch yet"
    if shutil.disk_usage(folder.path).free < MIN_FREE:
        return (
            f"The disk is full, and the process that trained it is gone; {left}. Make room, then resume it."
        )
    return f"The process that trained it is gone; {left}."


def _is_trained_elsewhere(folder: RunFolder, record: RunRecord) -> bool:
    """Whether a process of another machine works on it, judged by the age of its files."""
    if record.process is None or record.host in (None, socket.gethostname()):
        return False
    try:
        return time.time() - folder.progress_json.stat().st_mtime < _SILENT
    except OSError:
        return time.time() - folder.run_json.stat().st_mtime < _SILENT


@cached_by_file(maxsize=2048)
def _read_record(run_json: Path) -> RunRecord | str:
    """The record, or a sentence on why it cannot be read."""
    try:
        record = RunFolder(run_json.parent).read_record()
    except RunFolderError as error:
        return str(error)
    if not _is_sound(record):
        return f"{run_json.parent.name}/run.json holds something that no run writes."
    return record


def _is_sound(record: RunRecord) -> bool:
    """Whether the values that pages use are of their types: the file may come from anywhere."""
    numbers = (record.seconds, record.parameters, record.seed, record.settings.get("epochs", 0))
    texts = (record.preset, record.started, record.state)
    return (
        record.state in get_args(State)
        and all(isinstance(number, int | float) for number in numbers)
        and all(isinstance(text, str) for text in texts)
    )


@cached_by_file(maxsize=2048)
def _read_test_accuracy(metrics_json: Path) -> float | None:
    try:
        return float(RunFolder(metrics_json.parent).read_metrics()["test"]["accuracy"])
    except (RunFolderError, KeyError, TypeError, ValueError):
        return None


def _begun(run: Run) -> str:
    return str(run.record.queued or run.record.started) if run.record else ""
