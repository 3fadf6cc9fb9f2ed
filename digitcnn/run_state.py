"""How a run's record changes with its state: queued, running, then finished, stopped or failed.

The queue, the training process and the sweeps all write run records; what belongs to a state is decided here.
"""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import psutil

from digitcnn.run_folder import RunRecord

Ended = Literal["finished", "stopped", "failed"]


def now(precision: Literal["seconds", "microseconds"] = "seconds") -> str:
    """UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec=precision)


def enqueue(record: RunRecord) -> RunRecord:
    """The record of a run that waits for its turn, behind those that waited before."""
    return replace(record, state="queued", queued=now("microseconds"))


def start(record: RunRecord, worker: psutil.Process | None = None) -> RunRecord:
    """The record of a run that a process works on, by default this one.

    `finished` stays until the training itself begins: without it, the session before was killed.
    """
    worker = worker or psutil.Process()
    place = {"process": worker.pid, "process_started": worker.create_time(), "host": socket.gethostname()}
    return replace(record, state="running", queued=None, error=None, **place)


def end(record: RunRecord, state: Ended, error: str | None = None) -> RunRecord:
    """The record of a run that has ended; `release` tells that its process has as well."""
    return replace(record, state=state, error=error, queued=None, finished=now())


def release(record: RunRecord) -> RunRecord:
    """The record without the process that worked on the run."""
    return replace(record, process=None, process_started=None, host=None)
