"""A Ray cluster on this machine, each node started with `ray start` as on a machine of its own."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

RAY = Path(sys.executable).with_name("ray")
STORE = 150_000_000
"""Bytes of each node's object store: only small objects travel."""

PATIENCE = 300.0
"""Seconds that a node may take to start."""


@dataclass
class Node:
    """The processes of one `ray start --block`, its workers included."""

    process: subprocess.Popen[bytes]

    def computing(self) -> float:
        """Seconds of processor time that its processes have used so far, ended ones included."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return sum(sum(process.cpu_times()[:4]) for process in family)

    def kill(self) -> None:
        """Kills all its processes at once, as a power cut would."""
        try:
            family = [*psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            family = []
        self.process.kill()
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        self.process.wait()


@dataclass
class Cluster:
    """A head without cores, and nodes with some.

    Attributes:
        address: of the head.
        place: a folder with the logs of the nodes.
        environment: variables for a process that uses the cluster, such as the token that it requires.
    """

    address: str
    place: Path
    environment: dict[str, str]
    nodes: list[Node] = field(default_factory=list)

    def add_node(self, cores: int = 1) -> Node:
        """Starts one more node; `wait_for_cores` waits for it."""
        words = [f"--address={self.address}", f"--num-cpus={cores}"]
        log = self.place / f"node{len(self.nodes)}.log"
        self.nodes.append(Node(_start(words, log, self.environment)))
        return self.nodes[-1]


@contextmanager
def ray_cluster(workers: int = 2, *, cores: int = 1) -> Iterator[Cluster]:
    """A head node and this many workers, until the end of the block."""
    # Ray's sockets lie in this folder, and their paths must be short.
    place = Path(tempfile.mkdtemp(prefix="rc-", dir="/tmp"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false"]
    words += [f"--temp-dir={place}"]
    environment = os.environ | {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(),
        "RAY_USAGE_STATS_ENABLED": "0",
        # By default Ray gives its workers a niceness of 15, behind all other processes of a machine.
        "RAY_worker_niceness": "0",
    }
    cluster = Cluster(f"127.0.0.1:{port}", place, environment)
    head = Node(_start(words, place / "head.log", cluster.environment))
    try:
        _wait_for_port(port, head)
        for number in range(1, workers + 1):
            # Nodes that start together on one machine may take the same port.
            cluster.add_node(cores)
            wait_for_cores(cluster, number * cores)
        yield cluster
    finally:
        for node in [*cluster.nodes, head]:
            node.kill()
        shutil.rmtree(place, ignore_errors=True)


def wait_for_cores(cluster: Cluster, cores: int) -> None:
    """Waits until the cluster has this many cores.

    Raises:
        TimeoutError: it has not within `PATIENCE` seconds.
    """
    code = (
        "import logging, sys, time, ray\n"
        "ray.init(address=sys.argv[1], logging_level=logging.ERROR, log_to_driver=False)\n"
        "while ray.cluster_resources().get('CPU', 0) != int(sys.argv[2]): time.sleep(0.3)\n"
    )
    try:
        words = [sys.executable, "-c", code, cluster.address, str(cores)]
        subprocess.run(words, env=cluster.environment, check=True, timeout=PATIENCE, capture_output=True)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"the cluster has not come to {cores} cores: see {cluster.place}") from None


def _wait_for_port(port: int, head: Node) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and head.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the head node has not started")


def _start(words: list[str], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    common = [
        "--node-ip-address=127.0.0.1",
        "--disable-usage-stats",
        f"--object-store-memory={STORE}",
        "--block",
    ]
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(RAY), "start", *words, *common],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
