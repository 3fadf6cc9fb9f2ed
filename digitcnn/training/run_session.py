"""The record of a run at the beginning and at the end of each run session."""

import shutil
from dataclasses import MISSING, fields, replace
from typing import Any

from digitcnn import run_state
from digitcnn.errors import RunFolderError
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.training.machine import describe_machine, describe_versions
from digitcnn.training.presets import Preset, Recipe

MIN_FREE = 16_000_000
"""Bytes on the disk under which a failed write is put down to it."""

_NEWER: dict[str, Any] = {
    field.name: field.default for field in fields(Recipe) if field.default is not MISSING
}
"""What a setting was before there was a choice, for runs from then."""


def begin(preset: Preset, folder: RunFolder, settings: dict[str, Any], seed: int) -> RunRecord:
    """The folder's record, new or taken up again."""
    if folder.run_json.is_file():
        record = folder.read_record()
        if (record.preset, _NEWER | record.settings, record.seed) != (preset.name, settings, seed):
            raise RunFolderError(
                f"{folder.path} holds a run of other settings: choose another folder, or delete that one."
            )
        if record.state == "finished":
            raise RunFolderError(f"{folder.path} holds a finished run: choose another folder, or delete it.")
        seconds = record.seconds + _killed_session_seconds(folder, record)
        folder.progress_json.unlink(missing_ok=True)
        return run_state.start(replace(record, finished=None, seconds=seconds, **_here()))
    folder.path.mkdir(parents=True, exist_ok=True)
    new = RunRecord(preset.name, settings, {}, seed, "running", run_state.now(), **_here())
    return run_state.start(new)


def write_if_possible(folder: RunFolder, record: RunRecord) -> None:
    """Writes the record of a training that failed."""
    try:
        folder.write_record(record)
    except OSError:
        pass  # What broke the training off keeps its end from being recorded, too.


def format_io_error(error: OSError, folder: RunFolder) -> str:
    """A failed read or write in a sentence."""
    if shutil.disk_usage(folder.path).free < MIN_FREE:
        return f"The disk is full: make room, and resume {folder.name}."
    return f"A file could not be read or written: {error}."


def _here() -> dict[str, Any]:
    return {"versions": describe_versions(), "machine": describe_machine()}


def _killed_session_seconds(folder: RunFolder, record: RunRecord) -> float:
    """Seconds of training in a run session that was killed: its record has no end."""
    if record.finished is not None:
        return 0.0
    try:
        return float(folder.read_progress().get("seconds", 0.0))
    except RunFolderError:
        return 0.0
