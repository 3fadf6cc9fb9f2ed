"""The app's own server, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[1]
APP = PROJECT / "streamlit_app.py"
PATIENCE = 300.0
"""Seconds after which a silent server counts as broken; a machine under load is slow."""


@dataclass(frozen=True)
class Server:
    """A running Streamlit server.

    Attributes:
        address: "http://127.0.0.1:PORT".
        process: of the server itself.
        started: `time.perf_counter()` when its command was given.
    """

    address: str
    process: psutil.Process
    started: float

    def megabytes(self) -> float:
        """Resident memory of the server's own process, in units of 1,000,000 bytes."""
        return self.process.memory_info().rss / 1e6

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far."""
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def start_server(script: Path | None = APP, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Runs `streamlit run SCRIPT`, or the app with its API, on a free port until the end of the block.

    Yields before the server answers: `wait_until_healthy` waits for it.

    Args:
        script: the entry point of an app; None runs `digitcnn serve`.
        environment: variables to add. Without `DIGITCNN_RUNS`, the folder of runs is an empty temporary one.
    """
    with tempfile.TemporaryDirectory() as runs:
        port = free_port()
        if script:
            options = {
                "headless": "true",
                "address": "127.0.0.1",
                "port": str(port),
                "fileWatcherType": "none",
            }
            command = [sys.executable, "-m", "streamlit", "run", str(script)]
            command += [word for name, value in options.items() for word in (f"--server.{name}", value)]
        else:
            command = [sys.executable, "-m", "digitcnn", "serve", "--port", str(port)]
        # A machine that forbids bytecode would compile the app at every start, which no user does.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=inherited | {"DIGITCNN_RUNS": runs} | dict(environment or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid), started)
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_until_healthy(server: Server) -> None:
    """Waits until the server answers.

    Raises:
        RuntimeError: the server has exited, or has not answered within `PATIENCE` seconds.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.process.status() != psutil.STATUS_ZOMBIE:
        try:
            with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=30):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError("the app's server did not start")


def free_port() -> int:
    """A TCP port that nothing on this machine listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
