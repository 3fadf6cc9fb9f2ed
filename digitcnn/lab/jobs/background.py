"""Background jobs: processes beside the web server that report their progress and errors."""

import json
import os
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from digitcnn.lab.jobs.processes import launch


@dataclass(frozen=True)
class JobProgress:
    """The progress of a job.

    Attributes:
        done: a fraction 0-1.
        doing: its present step, for people.
    """

    done: float = 0.0
    doing: str = "Starting"


class BackgroundJob:
    """A `python -m MODULE` that reports its progress line by line."""

    def __init__(self, module: str, arguments: Sequence[str]):
        """Starts it.

        Raises:
            OSError: no process can be started.
        """
        self.progress = JobProgress()
        self.error: str | None = None
        self._last = ""
        self._process = launch(module, arguments, output=subprocess.PIPE)
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        return self._reader.is_alive()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, for at most so many seconds; whether it has ended."""
        self._reader.join(seconds)
        return not self.is_running

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._follow(line.decode(errors="replace").strip())
        if self._process.wait() != 0 and self.error is None:
            self.error = f"The job stopped before its end ({self._last or 'without a message'}): try again."

    def _follow(self, line: str) -> None:
        try:
            report = json.loads(line)
            if "error" in report:
                self.error = str(report["error"])
            else:
                self.progress = JobProgress(min(max(float(report["done"]), 0.0), 1.0), str(report["doing"]))
        except (ValueError, KeyError, TypeError):
            self._last = line or self._last


_jobs: dict[str, BackgroundJob] = {}
_lock = threading.Lock()


def run_once(name: str, module: str, arguments: Sequence[str], *, again: bool = False) -> BackgroundJob:
    """The job of this name, started if there is none or, with `again`, if it has ended."""
    with _lock:
        job = _jobs.get(name)
        if job is None or (again and not job.is_running):
            job = _jobs[name] = BackgroundJob(module, arguments)
        return job


def forget(name: str) -> None:
    """Forgets the job of this name, so that it can be started again, unless it still runs."""
    with _lock:
        if name in _jobs and not _jobs[name].is_running:
            del _jobs[name]


def report_progress(done: float, doing: str) -> None:
    """Reports progress from within a job."""
    print(json.dumps({"done": round(done, 3), "doing": doing}), flush=True)


def report_error(message: str) -> None:
    """Reports an error from within a job."""
    print(json.dumps({"error": message}), flush=True)


def be_nice() -> None:
    """Lowers our own priority, so that pages stay quick."""
    if hasattr(os, "nice"):
        os.nice(2)
