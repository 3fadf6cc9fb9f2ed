"""Processes beside ours: started, found again, and ended."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from digitcnn.run_folder import START, RunRecord

_SAME_START = 2.0
"""Seconds by which two readings of a process's start may differ; no number is reused so soon."""

_NICENESS = 10


def find_worker(record: RunRecord) -> psutil.Process | None:
    """The process that a record names; None where it has ended."""
    return find_process(record.process, record.process_started)


def find_process(number: int | None, started: float | None) -> psutil.Process | None:
    """The process of this number and start, in seconds since 1970; None where it has ended."""
    if number is None or started is None:
        return None
    try:
        process = psutil.Process(number)
        if abs(process.create_time() - started) > _SAME_START:
            return None
        # A container's first process may never collect its dead children.
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def launch(
    module: str,
    arguments: Sequence[str],
    *,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    own_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts `python -m MODULE` in the project's folder, without input and with both outputs joined.

    Args:
        module: to run.
        arguments: of its command line.
        output: an open file, or `subprocess.PIPE`.
        environment: variables beside our own.
        own_session: in which it outlives us and gets no signal of our terminal.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=START,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=own_session,
    )


def start_process(arguments: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> psutil.Process:
    """Starts `python -m digitcnn` in its own session, so that it outlives us, at a low priority.

    Args:
        arguments: of the command line.
        log: a file to which its output is appended.
        environment: variables beside our own.

    Raises:
        OSError: it cannot be started, or the log cannot be written.
    """
    with log.open("ab") as output:
        process = launch("digitcnn", arguments, output=output, environment=environment, own_session=True)
    # Without a parent that waits, the ended process would stay as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()
    started = psutil.Process(process.pid)
    _lower_priority(started)
    return started


def end_process(process: psutil.Process) -> None:
    """Asks a process to end; raises its priority first, where allowed, so that it reacts at once.

    Raises:
        psutil.AccessDenied: it is another user's.
    """
    try:
        process.nice(psutil.NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 0)
        _autogroup(process).write_text("0")
    except (psutil.Error, OSError):
        pass  # Only an administrator may raise a priority.
    try:
        process.terminate()
    except psutil.NoSuchProcess:
        pass


def memory_of(process: psutil.Process) -> int | None:
    """Resident memory of a process in bytes; None where it has ended."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return None


def _lower_priority(process: psutil.Process) -> None:
    """Gives a process a low priority, as far as the system allows it."""
    try:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICENESS)
        _autogroup(process).write_text(str(_NICENESS))
    except (psutil.Error, OSError):
        pass


def _autogroup(process: psutil.Process) -> Path:
    """The file with the niceness of a whole session, which is all that Linux compares between sessions."""
    return Path("/proc", str(process.pid), "autogroup")
