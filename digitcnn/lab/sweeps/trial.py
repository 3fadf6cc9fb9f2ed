"""One trial of a sweep, trained in its own process and watched epoch by epoch."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from digitcnn.errors import RunFolderError
from digitcnn.lab.jobs.processes import launch
from digitcnn.lab.jobs.queue import LOG
from digitcnn.lab.runs.about import OWNER, About, write_about
from digitcnn.lab.runs.settings import Settings, arguments_of
from digitcnn.run_folder import RunFolder

Ending = Literal["finished", "stopped", "failed", "killed"]

_EVERY = 0.2
"""Seconds between two checks."""

_PATIENCE = 120.0
"""Seconds in which a stopped training may measure and keep its best epoch."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        ending: "failed" with an error, which another attempt would repeat; "killed" from outside.
        error: the reason, in a sentence.
    """

    ending: Ending
    error: str | None = None


class TrialProcess:
    """A training in a run folder, new or resumed after its last complete epoch."""

    def __init__(self, settings: Settings, folder: RunFolder, *, cores: int | None = None):
        """Starts it.

        Args:
            settings: of the training.
            folder: its run folder; created where it is missing.
            cores: for the training; None for all.
        """
        self.folder = folder
        self._seen = 0
        folder.path.mkdir(parents=True, exist_ok=True)
        if owner := os.environ.get(OWNER):
            write_about(folder.path, About(owner))
        arguments = [*arguments_of(settings), "--folder", str(folder.path.absolute())]
        with (folder.path / LOG).open("ab") as output:
            self._process = launch(
                "digitcnn.lab.jobs.watchdog",
                [*_ourselves(), *arguments],
                output=output,
                environment=_environment(cores),
                own_session=True,
            )

    def new_epochs(self) -> list[dict[str, float]]:
        """The rows of `history.csv` since the last call; the first call includes earlier run sessions."""
        try:
            rows = self.folder.read_history()
        except RunFolderError:
            return []
        new, self._seen = rows[self._seen :], max(self._seen, len(rows))
        return new

    def wait_for_epochs(self, seconds: float = float("inf")) -> list[dict[str, float]]:
        """Waits for the next epoch or the end of the process, `seconds` at most; returns the new rows."""
        end = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < end:
            if new := self.new_epochs():
                return new
            time.sleep(_EVERY)
        return self.new_epochs()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Stops it as Ctrl-C does, and waits until the best epoch is measured and kept."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def outcome(self) -> Outcome:
        """The end of the process, according to its exit status and its record."""
        status = self._process.wait()
        try:
            record = self.folder.read_record()
        except RunFolderError as error:
            if status < 0:
                return Outcome("killed", f"The training was killed by signal {-status}.")
            return Outcome("failed", _last_line(self.folder.path / LOG) or str(error))
        if record.state == "finished":
            return Outcome("finished")
        if status < 0 or record.state == "running":
            return Outcome("killed", f"The training was killed (status {status}).")
        if record.state == "stopped":
            return Outcome("stopped")
        return Outcome("failed", record.error or _last_line(self.folder.path / LOG))


def _ourselves() -> list[str]:
    process = psutil.Process()
    return [str(process.pid), repr(process.create_time())]


def _environment(cores: int | None) -> dict[str, str]:
    # A trial must not start the trainings that wait in the queue of this machine.
    environment = {"DIGITCNN_TRAINING": "off"}
    if cores is not None:
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
        environment |= dict.fromkeys(names, str(cores))
    return environment


def _last_line(log: Path) -> str | None:
    """The last line of the log: an error of the command is one line."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return None
    return lines[-1].removeprefix("digitcnn: ")[:300] if lines else None
