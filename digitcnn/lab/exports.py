"""Legacy .h5 files of trained models, which only Keras can write: made by a process of its own, on demand."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digitcnn.errors import RunFolderError
from digitcnn.lab.locks import locked
from digitcnn.lab.processes import find_process, start_process
from digitcnn.run_folder import RunFolder, runs_root, write_json

MOST_KEPT = 12
"""Files kept at most; the oldest goes."""


@dataclass(frozen=True)
class Export:
    """A legacy file of one model.

    Attributes:
        state: "missing", "working", "ready" or "failed".
        path: where the file is once it is ready.
    """

    state: Literal["missing", "working", "ready", "failed"]
    path: Path


def find_export(folder: RunFolder) -> Export:
    """What there is of a run's legacy file; of an older model of the same name, nothing."""
    path = _path(folder)
    if path.is_file():
        return Export("ready", path)
    note = path.with_suffix(".json")
    if not note.is_file():
        return Export("missing", path)
    try:
        begun = json.loads(note.read_text(encoding="utf-8"))
        working = find_process(begun["process"], begun["process_started"])
    except (OSError, ValueError, KeyError, TypeError):
        working = None
    # It may have ended between the two looks.
    return Export("working" if working else "ready" if path.is_file() else "failed", path)


def start_export(folder: RunFolder) -> None:
    """Begins to make a run's legacy file, unless it is there or in the making.

    Raises:
        RunFolderError: it cannot be written.
    """
    path = _path(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent / ".lock"):
            if find_export(folder).state in ("ready", "working"):
                return
            _forget_oldest(path.parent)
            arguments = ["export", str(folder.path.absolute()), str(path.absolute())]
            process = start_process(arguments, log=path.with_suffix(".log"), environment={})
            begun = {"process": process.pid, "process_started": process.create_time()}
            write_json(path.with_suffix(".json"), begun)
    except OSError as error:
        raise RunFolderError(f"The .h5 file could not be made: {error}.") from None


def _path(folder: RunFolder) -> Path:
    try:
        changed = folder.keras_file.stat().st_mtime_ns
    except OSError:
        changed = 0
    return runs_root() / ".exports" / f"{folder.name}-{changed}.h5"


def _forget_oldest(root: Path) -> None:
    kept = sorted(root.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    for note in kept[: max(0, len(kept) + 1 - MOST_KEPT)]:
        for path in (note, note.with_suffix(".h5"), note.with_suffix(".log")):
            path.unlink(missing_ok=True)
