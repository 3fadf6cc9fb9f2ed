"""Sends a server hostile requests: `python scripts/hostile_requests.py --requests 10000`.

Starts the app with its API and sends hostile requests from several threads, beside bodies that never end
and a series of valid requests. Prints the statuses of the replies and the server's memory. The exit status is
1 where a reply was neither a 2xx nor a 4xx with a sentence, where a valid request got a wrong answer, or
where memory grew by more than `--growth` MB from the second quarter of the time to the last.
"""

import argparse
import collections
import http.client
import json
import random
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.hostile_kinds import AT_THE_DOOR, COSTLY, JSON, MAKERS, SOUND, TOO_LARGE, Hostile

ROOT = Path(__file__).resolve().parent.parent

RARELY = 25
"""Rounds between two requests of a costly kind."""

PATIENCE = 300
"""Seconds."""


@dataclass
class Tally:
    """The results of all requests; `faults` are wrong replies."""

    statuses: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)
    sound: int = 0
    waits: list[float] = field(default_factory=list)


def send(port: int, request: Hostile) -> tuple[int, str | None]:
    """The status of the reply, and its sentence."""
    if request.raw:
        return send_raw(port, request.raw), None
    status, reply = ask_for(port, request)
    return status, reply.get("error")


def ask_for(port: int, request: Hostile) -> tuple[int, dict[str, Any]]:
    """The status and the content of the reply."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Content-Type": request.kind, **request.headers}
        connection.request(request.method, request.path, request.body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def send_raw(port: int, data: bytes) -> int:
    """The status of the reply to raw bytes; 400 where the server hangs up or waits for more."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with suppress(OSError):  # It may hang up before it has everything.
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        try:
            line = connection.makefile("rb").readline(1_000)
        except ConnectionError:
            return 400
    found = re.match(rb"HTTP/1.1 (\d{3}) ", line)
    return int(found[1]) if found else 400


def send_slowly(port: int, count: int, over: threading.Event) -> None:
    """Holds connections whose bodies never end, and opens new ones when the server closes them."""
    head = f"POST /api/recognize HTTP/1.1\r\nHost: a\r\nContent-Type: {JSON}\r\nContent-Length: 999\r\n\r\n"
    while not over.is_set():
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        for second in range(40):
            for connection in held:
                with suppress(OSError):
                    connection.sendall(b" " if second else head.encode())
            if over.wait(1):
                break
        for connection in held:
            connection.close()


def attack(port: int, requests: int, *, threads: int = 8, slow: int = 100, seed: int = 0) -> Tally:
    """Sends hostile requests, and valid ones meanwhile."""
    tally, kinds, lock = Tally(), list(MAKERS), threading.Lock()
    numbers = iter(range(requests))
    over = threading.Event()

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            turn, place = divmod(number, len(kinds))
            kind = kinds[place]
            if kind in COSTLY and turn % RARELY:
                kind = kinds[turn % 8]
            request = MAKERS[kind](random.Random(seed + number))
            try:
                status, sentence = send(port, request)
                in_words = bool(sentence) or kind in AT_THE_DOOR
                sound, said = 200 <= status < 300 or (400 <= status < 500 and in_words), str(status)
            except (OSError, http.client.HTTPException, ValueError) as error:
                hung_up = isinstance(error, ConnectionError) and kind in TOO_LARGE
                in_other_words = kind in AT_THE_DOOR and not isinstance(error, TimeoutError)
                sound, said = hung_up or in_other_words, type(error).__name__
            with lock:
                tally.statuses[said] += 1
                if not sound:
                    tally.faults.append(f"{kind} ({number}): {said}")

    def ask() -> None:
        sound = Hostile(SOUND)
        while not over.is_set():
            began = time.monotonic()
            try:
                status, reply = ask_for(port, sound)
            except (OSError, http.client.HTTPException, ValueError) as error:
                tally.faults.append(f"a sound request: {error!r}")
                continue
            tally.waits.append(time.monotonic() - began)
            if status == 200 and reply.get("text") == "7":
                tally.sound += 1
            elif status != 429:
                tally.faults.append(f"a sound request: {status} {reply}")
            over.wait(0.5)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    others = [threading.Thread(target=ask), threading.Thread(target=send_slowly, args=(port, slow, over))]
    for thread in (*others, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    over.set()
    for thread in others:
        thread.join()
    return tally


@contextmanager
def served() -> Iterator[tuple[int, psutil.Process]]:
    """Serves the app and its API; the port and the process."""
    start = "from digitcnn.api.serve import serve; serve(port=0)"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", start],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    try:
        lines = (re.search(r"127\.0\.0\.1:(\d+)", line) for line in process.stdout)
        port = next(int(found[1]) for found in lines if found)
        while True:
            try:
                send(port, Hostile(SOUND))
                break
            except OSError:
                time.sleep(0.2)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def watched(process: psutil.Process) -> Iterator[list[float]]:
    """The memory of a process in MB, measured every second."""
    over = threading.Event()
    memory = [process.memory_info().rss / 1e6 for _ in range(4)]

    def look() -> None:
        while not over.wait(1):
            memory.append(process.memory_info().rss / 1e6)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Starts a server, attacks it and prints the results."""
    parser = argparse.ArgumentParser(description="Sends a server hostile requests.")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--growth", type=float, default=40.0, help="MB that memory may grow by (default: 40)")
    options = parser.parse_args(arguments)
    with served() as (port, process):
        warm = attack(port, 10 * len(MAKERS), threads=options.threads, seed=10**6)
        began = time.monotonic()
        with watched(process) as memory:
            tally = attack(port, options.requests, threads=options.threads)
        took = time.monotonic() - began
    # Memory peaks once the largest requests of each kind have coincided. It must not grow after that.
    quarter = len(memory) // 4 + 1
    before, after = statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[-quarter:])
    waits = sorted(tally.waits)
    faults = warm.faults + tally.faults
    print(
        f"{options.requests:,} hostile requests of {len(MAKERS)} kinds in {took:.0f} s, "
        "100 slow bodies beside them"
    )
    print("replies:", ", ".join(f"{count:,} x {status}" for status, count in sorted(tally.statuses.items())))
    middle = waits[len(waits) // 2]
    print(f"sound requests meanwhile: {tally.sound:,} of {len(waits):,} answered, median {middle:.2f} s")
    print(
        f"memory of the server: {memory[0]:.0f} MB at first, {before:.0f} MB in the second quarter, "
        f"{after:.0f} MB in the last, {max(memory):.0f} MB at most"
    )
    print(f"{len(faults)} faults", *faults[:20], sep="\n  ")
    return 1 if faults or not tally.sound or after - before > options.growth else 0


if __name__ == "__main__":
    sys.exit(main())
