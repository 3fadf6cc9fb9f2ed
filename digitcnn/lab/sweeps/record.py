"""The record of a sweep on disk: `_sweeps/NAME.json` beside the run folders of its trials.

Only the process that runs a sweep writes the record. It touches the file every few seconds, so that a
reader on any machine sees whether the sweep is still running. The results of a trial are in its own run
folder and nowhere else.
"""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from uuid import uuid4

import psutil

from digitcnn.errors import RunFolderError
from digitcnn.lab.jobs.processes import find_process
from digitcnn.lab.runs.about import OWNER
from digitcnn.lab.runs.settings import command_of
from digitcnn.run_folder import RunFolder, runs_root, write_json
from digitcnn.run_state import now

if TYPE_CHECKING:
    # At run time the plan would bring pydantic into the pages, which only read records.
    from digitcnn.lab.sweeps.plan import SweepSpec, Trial

TrialState = Literal["waiting", "running", "finished", "early", "failed"]

FOLDER = "_sweeps"
"""A folder among the runs; no run can have this name."""

TOUCHED_EVERY = 5.0
"""Seconds between two touches."""

DEAD_AFTER = 60.0
"""Seconds without a touch; the clocks of two machines may differ by a few."""


@dataclass(frozen=True)
class TrialRecord:
    """The state of a trial.

    Attributes:
        name: of its run folder.
        preset, seed: as in its run folder, which may not exist yet.
        varied: the settings that vary within the sweep, and their values here.
        epochs: of its recipe.
        command: trains this trial alone.
        state: "early" for a trial that ASHA stopped, whose best epoch is kept.
        attempts: number of starts.
        node: the machine that trains or trained it.
        error: the reason of the last failure or loss, in a sentence.
        data: name of the data set that it learns from.
    """

    name: str
    preset: str
    seed: int
    varied: dict[str, Any]
    epochs: int
    command: str
    state: TrialState = "waiting"
    attempts: int = 0
    node: str | None = None
    error: str | None = None
    data: str = "mnist"

    @property
    def ended(self) -> bool:
        return self.state in ("finished", "early", "failed")


@dataclass(frozen=True)
class SweepRecord:
    """The contents of `_sweeps/NAME.json`.

    Attributes:
        name: of the sweep.
        search: "grid", "random" or "asha".
        engine: "one at a time", or "Ray" with its address.
        state: "running" until its end, also after an interruption.
        started, finished: UTC, ISO 8601.
        host, process, process_started: the process that runs it.
        owner: the browser that began it, as in `About`; None for the command line.
        token: unique to this record: a worker that finds it sees the same folder.
        trials: in the order of the plan.
    """

    name: str
    search: str
    engine: str
    state: Literal["running", "finished"]
    started: str
    finished: str | None = None
    host: str = ""
    process: int = 0
    process_started: float = 0.0
    token: str = ""
    owner: str | None = None
    trials: tuple[TrialRecord, ...] = field(default_factory=tuple)


def sweep_path(name: str) -> Path:
    """The path of the record of a sweep, whether it exists or not."""
    return runs_root() / FOLDER / f"{name}.json"


def list_sweeps() -> list[Path]:
    """The paths of all records, the latest first."""
    paths = [path for path in (runs_root() / FOLDER).glob("*.json") if path.is_file()]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)


def read_sweep(path: Path) -> SweepRecord:
    """A sweep's record.

    Raises:
        RunFolderError: it is missing, or is not a record that a sweep writes.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        trials = tuple(TrialRecord(**_known(TrialRecord, each)) for each in data["trials"])
        record = SweepRecord(**{**_known(SweepRecord, data), "trials": trials})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunFolderError(f"{path.name} cannot be read as the record of a sweep: {error}.") from None
    if not _is_sound(record):
        raise RunFolderError(
            f"{path.name} is not a record that a sweep writes: delete it, and run the sweep again."
        )
    return record


def is_alive(record: SweepRecord, path: Path) -> bool:
    """Whether a process runs the sweep now, on this machine or another."""
    if record.state != "running":
        return False
    if record.host == socket.gethostname():
        return find_process(record.process, record.process_started) is not None
    try:
        return datetime.now(UTC).timestamp() - path.stat().st_mtime < DEAD_AFTER
    except OSError:
        return False


class SweepLog:
    """The record of the sweep that this process runs, written to disk at every change."""

    def __init__(self, path: Path, record: SweepRecord):
        self.path = path
        self.record = record
        self._lock = threading.Lock()

    def update(self, name: str, **changes: Any) -> TrialRecord:
        """Changes the record of one trial; returns the new record."""
        with self._lock:
            trials = [
                replace(trial, **changes) if trial.name == name else trial for trial in self.record.trials
            ]
            self._write(replace(self.record, trials=tuple(trials)))
        return next(trial for trial in trials if trial.name == name)

    def find(self, name: str) -> TrialRecord:
        return next(trial for trial in self.record.trials if trial.name == name)

    def finish(self) -> None:
        """Records the end of the sweep."""
        with self._lock:
            self._write(replace(self.record, state="finished", finished=now()))

    def touch(self) -> None:
        try:
            os.utime(self.path)
        except OSError:
            pass  # The next change writes the file again.

    def _write(self, record: SweepRecord) -> None:
        self.record = record
        write_json(self.path, asdict(record))


@contextmanager
def running_sweep(spec: "SweepSpec", trials: "list[Trial]", *, engine: str) -> Iterator[SweepLog]:
    """Starts or resumes a sweep, and touches its record while the context lasts.

    Raises:
        RunFolderError: another process runs it, the settings of a trial have changed, or the folder cannot
            be written to.
    """
    path = sweep_path(spec.name)
    known: dict[str, TrialRecord] = {}
    started, token, owner = now(), uuid4().hex, os.environ.get(OWNER) or None
    if path.is_file():
        before = read_sweep(path)
        if is_alive(before, path):
            raise RunFolderError(
                f"{spec.name} is running in process {before.process} on {before.host}: stop that one first."
            )
        known = {trial.name: trial for trial in before.trials}
        started, token, owner = before.started, before.token or token, before.owner or owner
    record = SweepRecord(
        name=spec.name,
        search=spec.search,
        engine=engine,
        state="running",
        started=started,
        host=socket.gethostname(),
        process=os.getpid(),
        process_started=psutil.Process().create_time(),
        token=token,
        owner=owner,
        trials=tuple(_take_up(trial, known.get(trial.name)) for trial in trials),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, asdict(record))
    except OSError as error:
        raise RunFolderError(f"{path} could not be written: {error.strerror or error}.") from None
    log, over = SweepLog(path, record), threading.Event()

    def keep_alive() -> None:
        while not over.wait(TOUCHED_EVERY):
            log.touch()

    threading.Thread(target=keep_alive, daemon=True).start()
    try:
        yield log
    finally:
        over.set()


def _take_up(trial: "Trial", known: TrialRecord | None) -> TrialRecord:
    """The record of a trial as a sweep starts or is resumed."""
    settings = trial.settings
    new = TrialRecord(
        trial.name,
        settings.preset,
        settings.seed,
        trial.varied,
        settings.epochs,
        command_of(settings),
        data=settings.data,
    )
    if known is not None and known.command != new.command:
        raise RunFolderError(
            f"{trial.name} has other settings than before: rename the sweep, or delete its runs."
        )
    known = known or new
    folder = RunFolder(runs_root() / trial.name)
    run = folder.read_record() if folder.run_json.is_file() else None
    if (
        run
        and run.state == "finished"
        and run.settings == settings.as_recorded()
        and run.seed == settings.seed
    ):
        # The sweep may have been killed before it could record this.
        return replace(known, state="finished", error=None)
    if known.state == "early" and run:
        return known
    # The same command tries a failed trial again.
    return replace(known, state="waiting", error=None)


def _known(kind: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    names = {entry.name for entry in fields(kind)}
    return {key: value for key, value in data.items() if key in names}


def _is_sound(record: SweepRecord) -> bool:
    """Whether all that the pages use is valid: the file may come from anywhere."""
    return record.state in ("running", "finished") and all(
        isinstance(trial.name, str)
        and trial.name == Path(trial.name).name
        and isinstance(trial.preset, str)
        and isinstance(trial.data, str)
        and type(trial.seed) is int
        and type(trial.epochs) is int
        and isinstance(trial.varied, dict)
        and trial.state in get_args(TrialState)
        for trial in record.trials
    )
