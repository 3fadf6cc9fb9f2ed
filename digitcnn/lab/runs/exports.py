"""Exports of trained models that only Keras can write, on demand and in a separate process.

Such a process takes as much memory as a training: one runs at a time, and none where trainings are off.
"""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from filelock import FileLock

from digitcnn.errors import NotSupportedError, RunFolderError
from digitcnn.file_cache import version_of
from digitcnn.lab.jobs.processes import find_process, start_process
from digitcnn.lab.jobs.queue import training_is_on
from digitcnn.run_folder import RunFolder, runs_root, write_json

MAX_KEPT = 12
"""Files kept at most; the oldest goes."""

Format = Literal["h5", "onnx"]


@dataclass(frozen=True)
class Export:
    """A file of one model.

    Attributes:
        state: "missing", "working", "ready" or "failed".
        path: where the file is once it is ready.
    """

    state: Literal["missing", "working", "ready", "failed"]
    path: Path


def can_export(form: Format) -> bool:
    """Whether this format can be written here: its library is installed, and trainings are on."""
    return training_is_on() and (form != "onnx" or find_spec("tf2onnx") is not None)


def find_export(folder: RunFolder, form: Format = "h5") -> Export:
    """The export of a run's present model."""
    path = _path(folder, form)
    if path.is_file():
        return Export("ready", path)
    note = _note_of(path)
    if not note.is_file():
        return Export("missing", path)
    working = _is_at_work(note)
    # The process may have ended since the file was looked for.
    return Export("working" if working else "ready" if path.is_file() else "failed", path)


def start_export(folder: RunFolder, form: Format = "h5") -> None:
    """Starts the export of a run's model, unless it is ready or at work.

    Raises:
        NotSupportedError: the format's library is missing, another export is at work, or trainings are off.
        RunFolderError: the file cannot be written.
    """
    if not training_is_on():
        raise NotSupportedError(f"This server is too small to make a .{form} file.")
    if not can_export(form):
        raise NotSupportedError(f"No .{form} file can be made here: tf2onnx is not installed.")
    path = _path(folder, form)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / ".lock"):
            if find_export(folder, form).state in ("ready", "working"):
                return
            if any(map(_is_at_work, path.parent.glob("*.json"))):
                raise NotSupportedError("Another file is being made: try again in some seconds.")
            _forget_oldest(path.parent)
            arguments = ["export", str(folder.path.absolute()), str(path.absolute())]
            process = start_process(arguments, log=_log_of(path), environment={})
            begun = {"process": process.pid, "process_started": process.create_time()}
            write_json(_note_of(path), begun)
    except OSError as error:
        raise RunFolderError(f"The .{form} file could not be made: {error}.") from None


def _is_at_work(note: Path) -> bool:
    """Whether the process that a note names still runs."""
    try:
        begun = json.loads(note.read_text(encoding="utf-8"))
        return find_process(begun["process"], begun["process_started"]) is not None
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _path(folder: RunFolder, form: Format) -> Path:
    changed, *_ = version_of(folder.keras_file)
    return runs_root() / ".exports" / f"{folder.name}-{changed}.{form}"


def _note_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".log")


def _forget_oldest(root: Path) -> None:
    kept = sorted(root.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    for note in kept[: max(0, len(kept) + 1 - MAX_KEPT)]:
        path = note.with_suffix("")
        for each in (note, path, _log_of(path)):
            each.unlink(missing_ok=True)
