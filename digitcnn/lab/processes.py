"""The process that works on a run, if it is still there."""

import sys

import psutil

from digitcnn.run_folder import RunRecord

_SAME_START = 2.0
"""Seconds by which two readings of a process's start may differ; numbers are not given out again so fast."""


def find_worker(record: RunRecord) -> psutil.Process | None:
    """The process that a record names, told by its number and its start; None where it has ended."""
    if record.process is None or record.process_started is None:
        return None
    try:
        process = psutil.Process(record.process)
        if abs(process.create_time() - record.process_started) > _SAME_START:
            return None
        # A container's first process may never collect its dead children.
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def memory_of(process: psutil.Process) -> int | None:
    """Bytes of memory that a process holds; None where it has ended."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return None


def lower_priority(process: psutil.Process) -> None:
    """Lets every other process go first, as far as the system allows it."""
    try:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 15)
    except psutil.Error:
        pass
