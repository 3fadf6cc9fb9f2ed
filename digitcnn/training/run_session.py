"""The record of a run at the beginning and at the end of each run session."""

import os
import platform
import shutil
import sys
from contextlib import suppress
from dataclasses import MISSING, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from digitcnn import run_state
from digitcnn.errors import RunFolderError
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.training.presets import PRESETS, Preset, Recipe

MIN_FREE = 16_000_000
"""Free bytes below which a failed write is blamed on a full disk."""

_NEWER: dict[str, Any] = {
    field.name: field.default for field in fields(Recipe) if field.default is not MISSING
}
"""Defaults of settings that older runs do not record."""


def begin(preset: Preset, folder: RunFolder, settings: dict[str, Any], seed: int) -> RunRecord:
    """The record of the folder's run, new or resumed.

    Raises:
        RunFolderError: the folder holds a finished run, or one of other settings.
    """
    design = None if preset.name in PRESETS else [each.as_json() for each in preset.layers]
    if folder.run_json.is_file():
        record = folder.read_record()
        asked = preset.name, settings, seed, design
        other = (record.preset, _NEWER | record.settings, record.seed, record.design) != asked
        if other or record.state == "finished":
            held = "a run with other settings" if other else "a finished run"
            raise RunFolderError(f"{folder.path} holds {held}: choose another folder, or delete this one.")
        seconds = record.seconds + _killed_session_seconds(folder, record)
        for of_last_session in (folder.progress_json, folder.request_json):
            of_last_session.unlink(missing_ok=True)
        return run_state.start(replace(record, finished=None, seconds=seconds, **_describe_environment()))
    folder.path.mkdir(parents=True, exist_ok=True)
    new = RunRecord(preset.name, settings, {}, seed, "running", run_state.now(), **_describe_environment())
    return run_state.start(replace(new, design=design))


def format_io_error(error: OSError, folder: RunFolder) -> str:
    """A failed read or write, in a sentence with a remedy."""
    if shutil.disk_usage(folder.path).free < MIN_FREE:
        return f"The disk is full: free some space, then resume {folder.name}."
    return f"A file could not be read or written: {error}."


def _describe_environment() -> dict[str, Any]:
    """The environment that a result depends on, beside the recipe."""
    machine = {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system()}
    return {"versions": _versions(), "machine": machine}


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for name in ("tensorflow-cpu", "tensorflow", "keras", "numpy"):
        # Only one of the two packages of TensorFlow is installed.
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _killed_session_seconds(folder: RunFolder, record: RunRecord) -> float:
    """Seconds of training in a run session that was killed: its record has no end."""
    if record.finished is None:
        with suppress(RunFolderError):
            return float(folder.read_progress().get("seconds", 0.0))
    return 0.0
