"""Sends a server what nobody should: `python scripts/hostile_requests.py --requests 10000`.

Starts the app with its API (or takes `--url`), sends hostile requests from several threads, and all the
while a sound one after the other. Prints what was answered how often, and the server's memory before and
after. The exit status is 1 where a reply was no 2xx or 4xx with a sentence, where a sound request was not
answered rightly, or where memory grew by more than `--growth` MB.
"""

import argparse
import collections
import http.client
import json
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
SOUND = json.dumps({"strokes": [[[10, 10], [60, 12], [35, 100]]], "expect": "digit"}).encode()
JSON, BOUNDARY = "application/json", "a-boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
END = f"--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class Hostile:
    """A request: what is sent, and as what."""

    body: bytes
    kind: str = JSON
    method: str = "POST"
    path: str = "/api/recognize"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """What came of all requests; `faults` are replies that should not be."""

    statuses: collections.Counter[str] = field(default_factory=collections.Counter)
    faults: list[str] = field(default_factory=list)
    sound: int = 0
    waits: list[float] = field(default_factory=list)


def part(name: str, data: bytes, file: str | None = "a.png", head: str = "") -> bytes:
    """A part of a form."""
    named = "" if file is None else f'; filename="{file}"'
    text = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{head}\r\n'
    return text.encode("utf-8", "surrogateescape") + data + b"\r\n"


def png(width: int, height: int, rows: bytes | None = None, depth: int = 1) -> bytes:
    """A grey PNG that claims a size, and need not hold it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    data = zlib.compress(rows or bytes(1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _noise(chance: random.Random, side: int) -> bytes:
    rows = b"".join(b"\x00" + chance.randbytes(side // 8 + 1) for _ in range(side))
    return png(side, side, rows)


MAKERS: dict[str, Callable[[random.Random], Hostile]] = {
    "malformed JSON": lambda c: Hostile(SOUND[: c.randrange(len(SOUND))] + c.randbytes(c.randrange(4))),
    "NaN and infinity": lambda c: Hostile(
        b'{"strokes": [[[%s, 1]]]}' % c.choice([b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e400"])
    ),
    "wrong types": lambda c: Hostile(
        c.choice(
            [
                b"7",
                b"null",
                b'"7"',
                b"[]",
                b'{"strokes": %s}' % c.choice([b"null", b"{}", b"[7]", b"[[7]]", b"[[[]]]"]),
            ]
        )
    ),
    "huge numbers": lambda c: Hostile(
        b'{"strokes": [[[%s, 1]]]}' % (b"9" * c.choice([20, 400, 5_000, 100_000]))
    ),
    "deep nesting": lambda c: Hostile(
        c.choice([b"[", b'{"strokes":', b'{"strokes": [' + b"["]) * c.choice([300, 50_000])
    ),
    "broken text": lambda c: Hostile(
        b'{"strokes": [], "%s": 1}' % c.choice([b"\\ud800", b"\xff\xfe", b"\\u0000", b"<b>"])
    ),
    "many strokes": lambda c: Hostile(b'{"strokes": [' + b"[]," * c.choice([300, 300_000]) + b"[]]}"),
    "many points": lambda c: Hostile(
        b'{"strokes": [[' + b"[1,2]," * c.choice([21_000, 300_000]) + b"[1,2]]]}"
    ),
    "tangled strokes": lambda c: Hostile(
        json.dumps(
            {"strokes": [[[x + c.random(), c.random() * 9], [x, 50], [x, 99]] for x in range(90)]}
        ).encode()
    ),
    "oversized JSON": lambda c: Hostile(b" " * 2_100_000 + SOUND),
    "oversized form": lambda c: Hostile(part("file", b"\x00" * 17_000_000) + END, FORM),
    "a claimed size": lambda c: Hostile(part("file", png(c.choice([60_000, 2**31 - 1]), 60_000)) + END, FORM),
    "a bomb": lambda c: Hostile(part("file", png(7_900, 7_900, b"\x00" * (989 * 7_900))) + END, FORM),
    "noise": lambda c: Hostile(part("file", _noise(c, c.choice([64, 400, 900]))) + END, FORM),
    "random bytes": lambda c: Hostile(
        part(
            "file",
            c.choice([b"", b"GIF89a", b"RIFF", b"%PDF-1.4", b"II*\x00", b"\xff\xd8\xff"]) + c.randbytes(200),
        )
        + END,
        FORM,
    ),
    "hostile names": lambda c: Hostile(
        part(
            "file",
            b"x",
            c.choice(["../../etc/passwd", "<script>", "\udcff\udcfe", "a" * 3_000, 'a"; b="', "C:\\nul"]),
        )
        + END,
        FORM,
    ),
    "many fields": lambda c: Hostile(b"".join(part(f"f{i}", b"1", None) for i in range(3_000)) + END, FORM),
    "many files": lambda c: Hostile(part("file", b"x") * 300 + END, FORM),
    "long header": lambda c: Hostile(part("file", b"x", head=f"X: {';' * 500_000}\r\n") + END, FORM),
    "no boundary": lambda c: Hostile(
        part("file", b"x") + END, c.choice(["multipart/form-data", FORM + "; charset=idna"])
    ),
    "cut form": lambda c: Hostile((part("file", b"x" * 999) + END)[: c.randrange(1_000)], FORM),
    "wrong kinds": lambda c: Hostile(
        SOUND, c.choice(["text/plain", "application/xml", "x" * 5_000, "application/octet-stream"])
    ),
    "wrong paths": lambda c: Hostile(
        b"",
        "",
        c.choice(["GET", "PUT", "DELETE", "PATCH"]),
        c.choice(["/api/recognize", "/api/../etc", "/api/%00", "/api/" + "a" * 5_000]),
    ),
    "wrong models": lambda c: Hostile(
        SOUND,
        path="/api/recognize?model="
        + c.choice(["..%2F..%2Fetc", "%00", "a" * 5_000, "runs/x", "%ff", "&model=1"]),
    ),
    "gzip said": lambda c: Hostile(zlib.compress(SOUND), headers={"Content-Encoding": "gzip"}),
}
"""By kind; each makes another one every time."""

COSTLY = {"tangled strokes", "a bomb", "noise"}
"""Kinds that cost a second each: their turn comes once in `RARELY` rounds."""

RARELY = 25


def send(port: int, request: Hostile) -> tuple[int, str | None]:
    """The status of the reply, and its sentence."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        headers = {"Content-Type": request.kind, **request.headers}
        connection.request(request.method, request.path, request.body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()).get("error")
    finally:
        connection.close()


def send_slowly(port: int, count: int, over: threading.Event) -> None:
    """Keeps connections whose bodies never end, and begins anew when the server has given them up."""
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
    """Sends hostile requests, and sound ones meanwhile."""
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
                sound = 200 <= status < 300 or (400 <= status < 500 and bool(sentence))
                said = str(status)
            except (OSError, http.client.HTTPException, ValueError) as error:
                # What the server's own parser of HTTP refuses is no JSON, and may cut the connection.
                sound, said = kind in ("wrong paths", "wrong kinds"), type(error).__name__
            with lock:
                tally.statuses[said] += 1
                if not sound:
                    tally.faults.append(f"{kind} ({number}): {said}")

    def ask() -> None:
        while not over.is_set():
            began = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request("POST", "/api/recognize", SOUND, {"Content-Type": JSON})
            answer = connection.getresponse()
            reply = json.loads(answer.read())
            connection.close()
            tally.waits.append(time.monotonic() - began)
            if answer.status == 200 and reply["text"] == "7":
                tally.sound += 1
            elif answer.status != 429:
                tally.faults.append(f"a sound request: {answer.status} {reply}")
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
    """The app and its API on a free port, and their process."""
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Starts a server, attacks it, and says how it took it."""
    parser = argparse.ArgumentParser(description="Sends a server what nobody should.")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--growth", type=float, default=40.0, help="MB that memory may grow by (default: 40)")
    options = parser.parse_args(arguments)
    with served() as (port, process):
        # Memory is at its height once each kind was seen: what counts is that it stays there.
        warm = attack(port, 10 * len(MAKERS), threads=options.threads, seed=10**6)
        before = process.memory_info().rss / 1e6
        began = time.monotonic()
        tally = attack(port, options.requests, threads=options.threads)
        took = time.monotonic() - began
        after = process.memory_info().rss / 1e6
    waits = sorted(tally.waits)
    faults = warm.faults + tally.faults
    print(
        f"{options.requests:,} hostile requests of {len(MAKERS)} kinds in {took:.0f} s, "
        "100 slow bodies beside them"
    )
    print("replies:", ", ".join(f"{count:,} x {status}" for status, count in sorted(tally.statuses.items())))
    middle = waits[len(waits) // 2]
    print(f"sound requests meanwhile: {tally.sound:,} of {len(waits):,} answered, median {middle:.2f} s")
    print(f"memory of the server: {before:.0f} MB before, {after:.0f} MB after")
    print(f"{len(faults)} faults", *faults[:20], sep="\n  ")
    return 1 if faults or not tally.sound or after - before > options.growth else 0


if __name__ == "__main__":
    sys.exit(main())
