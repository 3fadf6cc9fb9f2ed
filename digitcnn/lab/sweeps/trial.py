"""One trial of a sweep: the command that trains it, in a process of its own, watched epoch by epoch."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from digitcnn.errors import RunFolderError
from digitcnn.lab.jobs.processes import launch
from digitcnn.lab.jobs.queue import LOG
from digitcnn.lab.runs.settings import Settings, arguments_of
from digitcnn.run_folder import RunFolder

Ending = Literal["finished", "stopped", "failed", "killed"]

_EVERY = 0.2
"""Seconds between two looks."""

_PATIENCE = 120.0
"""Seconds that a training that was stopped may take to measure and keep its best epoch."""


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        ending: "failed" with an error of its own, which comes again; "killed" from outside.
        error: why it failed or was lost, in a sentence.
    """

    ending: Ending
    error: str | None = None


class TrialProcess:
    """A training in a run folder: begun, or taken up after its last whole epoch."""

    def __init__(self, settings: Settings, folder: RunFolder, *, cores: int | None = None):
        """Starts it.

        Args:
            settings: of the training.
            folder: its run folder; made where it is missing.
            cores: how many it may use; None for all.
        """
        self.folder = folder
        self._told = 0
        folder.path.mkdir(parents=True, exist_ok=True)
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
        """The rows of `history.csv` that were not told so far, those from before this process among them."""
        try:
            rows = self.folder.read_history()
        except RunFolderError:
            return []
        new, self._told = rows[self._told :], max(self._told, len(rows))
        return new

    def wait_for_epochs(self, seconds: float = float("inf")) -> list[dict[str, float]]:
        """Waits for the next epoch, the end of the process, or so long; the rows that are new then."""
        end = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < end:
            if new := self.new_epochs():
                return new
            time.sleep(_EVERY)
        return self.new_epochs()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends it as Ctrl-C does: the best epoch is measured and kept. Waits until that is done."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def outcome(self) -> Outcome:
        """How the process has ended, by what it has recorded."""
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
    # Trials of a sweep start no training that waits in a queue of this machine.
    environment = {"DIGITCNN_TRAINING": "off"}
    if cores is not None:
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
        environment |= dict.fromkeys(names, str(cores))
    return environment


def _last_line(log: Path) -> str | None:
    """What the command said last: its errors are one sentence."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return None
    return lines[-1].removeprefix("digitcnn: ")[:300] if lines else None
