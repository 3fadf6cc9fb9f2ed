"""Processes that work on a run: started beside ours, and found again."""

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
"""Seconds by which two readings of a process's start may differ; numbers are not given out again so fast."""

_NICENESS = 10


def find_worker(record: RunRecord) -> psutil.Process | None:
    """The process that a record names; None where it has ended."""
    return find_process(record.process, record.process_started)


def find_process(number: int | None, started: float | None) -> psutil.Process | None:
    """The process of this number that began at this time, in seconds since 1970; None where it has ended."""
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
    """Starts `python -m MODULE` where the project is, without input and with both outputs in one.

    Args:
        module: to be run.
        arguments: of its command line.
        output: an open file, or `subprocess.PIPE`.
        environment: variables beside our own.
        own_session: it outlives us, and no signal of our terminal reaches it.

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
    """Starts `python -m digitcnn` in a session of its own, so that it outlives us, and behind all others.

    Args:
        arguments: of the command line.
        log: a file that what it prints is appended to.
        environment: variables beside our own.

    Raises:
        OSError: it cannot be started, or the log not be written.
    """
    with log.open("ab") as output:
        process = launch("digitcnn", arguments, output=output, environment=environment, own_session=True)
    # Somebody has to collect the process when it ends.
    threading.Thread(target=process.wait, daemon=True).start()
    started = psutil.Process(process.pid)
    _lower_priority(started)
    return started


def end_process(process: psutil.Process) -> None:
    """Asks a process to end; where the system allows it, ahead of others, so that it gets to hear it.

    Raises:
        psutil.AccessDenied: it is another user's.
    """
    try:
        process.nice(psutil.NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 0)
        _autogroup(process).write_text("0")
    except (psutil.Error, OSError):
        pass  # Only an administrator may.
    try:
        process.terminate()
    except psutil.NoSuchProcess:
        pass


def memory_of(process: psutil.Process) -> int | None:
    """Bytes of memory that a process holds; None where it has ended."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return None


def _lower_priority(process: psutil.Process) -> None:
    """Lets every other process go first, as far as the system allows it."""
    try:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else _NICENESS)
        _autogroup(process).write_text(str(_NICENESS))
    except (psutil.Error, OSError):
        pass


def _autogroup(process: psutil.Process) -> Path:
    """Where Linux keeps the niceness of a session as a whole: among sessions, only that counts."""
    return Path("/proc", str(process.pid), "autogroup")
