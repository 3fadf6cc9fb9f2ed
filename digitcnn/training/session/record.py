"""The record of a run from the beginning to the end of each run session."""

import os
import platform
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import MISSING, dataclass, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from digitcnn import run_state
from digitcnn.errors import DigitcnnError, RunFolderError
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.training.presets import Recipe

MIN_FREE = 16_000_000
"""Free bytes below which a failed write is blamed on a full disk."""

_NEWER: dict[str, Any] = {
    field.name: field.default for field in fields(Recipe) if field.default is not MISSING
}
"""Defaults of settings that older runs do not record."""


@dataclass
class Session:
    """A run session: the folder, and the record as it is now."""

    folder: RunFolder
    record: RunRecord

    def note(self, **facts: Any) -> None:
        """Changes entries of the record, in the folder as well."""
        self.record = replace(self.record, **facts)
        self.folder.write_record(self.record)

    def close(self) -> None:
        """Records that the session's process has ended; a finished run needs its checkpoint no more."""
        self.record = run_state.release(self.record)
        self.folder.write_record(self.record)
        if self.record.state == "finished":
            shutil.rmtree(self.folder.checkpoint, ignore_errors=True)


@contextmanager
def recorded(session: Session, clock: Callable[[], float]) -> Iterator[Callable[[], None]]:
    """Records the beginning of a training, and whether it finished, failed, or was stopped.

    SIGTERM and Ctrl-C end the block without an error: the record's state is then "stopped". After the block,
    `session.close` is left to the caller. Interrupts are swallowed at times: what the block gets raises them
    again where it is called.

    Args:
        session: from `begin`.
        clock: tells the seconds of training since now.

    Raises:
        RunFolderError: a file could not be read or written.
    """
    state: run_state.Ended = "failed"
    error: str | None = "The training broke off with an error of its own; its log shows it."
    try:
        session.note()
        with sigterm_as_interrupt() as check:
            yield check
        state, error = "finished", None
    except KeyboardInterrupt:
        state, error = "stopped", None
    except DigitcnnError as problem:
        error = str(problem)
        raise
    except OSError as problem:
        error = format_io_error(problem, session.folder)
        raise RunFolderError(error) from problem
    finally:
        seconds = round(session.record.seconds + clock(), 1)
        session.record = run_state.end(replace(session.record, seconds=seconds), state, error)
        if state == "failed":
            with suppress(OSError):  # A full disk, say, keeps the record from being written as well.
                session.close()
    if state == "stopped":
        session.note()


def begin(
    name: str,
    folder: RunFolder,
    settings: dict[str, Any],
    seed: int,
    *,
    design: list[dict[str, Any]] | None = None,
) -> Session:
    """A session of the folder's run, new or resumed; arguments as in `RunRecord`.

    Raises:
        RunFolderError: the folder holds a finished run, or one of other settings.
    """
    if folder.run_json.is_file():
        record = folder.read_record()
        newer = {key: value for key, value in _NEWER.items() if key in settings}
        known = record.preset, newer | record.settings, record.seed, record.design
        other = known != (name, settings, seed, design)
        if other or record.state == "finished":
            held = "a run with other settings" if other else "a finished run"
            raise RunFolderError(f"{folder.path} holds {held}: choose another folder, or delete this one.")
        seconds = record.seconds + _killed_session_seconds(folder, record)
        for of_last_session in (folder.progress_json, folder.request_json):
            of_last_session.unlink(missing_ok=True)
        record = replace(record, finished=None, seconds=seconds, **_describe_environment())
    else:
        folder.path.mkdir(parents=True, exist_ok=True)
        record = RunRecord(name, settings, {}, seed, "running", run_state.now(), **_describe_environment())
    return Session(folder, run_state.start(replace(record, design=design)))


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


@contextmanager
def sigterm_as_interrupt() -> Iterator[Callable[[], None]]:
    """SIGTERM raises KeyboardInterrupt inside, as Ctrl-C does; what is given raises it again."""
    heard = False

    def hear(*_: object) -> None:
        nonlocal heard
        heard = True
        raise KeyboardInterrupt

    def check() -> None:
        if heard:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, hear)
    try:
        yield check
    finally:
        signal.signal(signal.SIGTERM, before)
