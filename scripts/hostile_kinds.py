"""Requests that nobody should send, by kind."""

import json
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

SOUND = json.dumps({"strokes": [[[10, 10], [60, 12], [35, 100]]], "expect": "digit"}).encode()
JSON, BOUNDARY = "application/json", "a-boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
END = f"--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class Hostile:
    """A request.

    Attributes:
        raw: all its bytes, for a request that no HTTP client would send.
    """

    body: bytes
    kind: str = JSON
    method: str = "POST"
    path: str = "/api/recognize"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""


def part(name: str, data: bytes, file: str | None = "a.png", head: str = "") -> bytes:
    """A part of a form."""
    named = "" if file is None else f'; filename="{file}"'
    text = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{head}\r\n'
    return text.encode("utf-8", "surrogateescape") + data + b"\r\n"


def png(width: int, height: int, rows: bytes | None = None, depth: int = 1) -> bytes:
    """A gray PNG whose header may claim another size than it holds."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    data = zlib.compress(rows or bytes(1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _noise(chance: random.Random, side: int) -> bytes:
    rows = b"".join(b"\x00" + chance.randbytes(side // 8 + 1) for _ in range(side))
    return png(side, side, rows)


def _raw(headers: str, body: bytes = b"", line: str = "POST /api/recognize HTTP/1.1") -> Hostile:
    return Hostile(b"", raw=f"{line}\r\nHost: a\r\n{headers}\r\n".encode("latin-1") + body)


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
    "noise of a page": lambda c: Hostile(part("file", _noise(c, 2_000)) + END, FORM),
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
    "header abuse": lambda c: _raw(
        c.choice(
            [
                f"Content-Type: {JSON}\r\n" + "X: 1\r\n" * 5_000,
                f"X: {'a' * 300_000}\r\n",
                f"Content-Type: {JSON}\r\nX: \x00\xff\r\n",
                f"Content-Type: {JSON}\r\n folded\r\n",
                "Content-Type\r\n",
                f"Cookie: {'a=b; ' * 20_000}\r\n",
                "Upgrade: websocket\r\nConnection: Upgrade\r\n",
                "Range: bytes=0-9,0-9,0-9\r\nX-Forwarded-For: 999.1.1.1\r\nContent-Length: 0\r\n",
            ]
        )
    ),
    "false lengths": lambda c: _raw(
        f"Content-Type: {JSON}\r\nConnection: close\r\n"
        + c.choice(
            [
                *(
                    f"Content-Length: {said}\r\n"
                    for said in ("-1", "1e3", "9" * 40, "7, 8", "", "+5", "0x10")
                ),
                "Content-Length: 5\r\nContent-Length: 900\r\n",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked, chunked\r\n",
                "Transfer-Encoding: chunked\r\n",
            ]
        ),
        c.choice([SOUND, b"zz\r\n", b"ffffffffffffffff\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"0\r\n\r\n"]),
    ),
    "no HTTP": lambda c: _raw(
        "",
        c.randbytes(99),
        c.choice(
            ["GET /", "POST /api/recognize HTTP/9.9", "\x16\x03\x01\x02", "A" * 70_000, "GET  / HTTP/1.1 x"]
        ),
    ),
    "gzip said": lambda c: Hostile(zlib.compress(SOUND), headers={"Content-Encoding": "gzip"}),
}
"""By kind; each call makes another request."""

COSTLY = {"tangled strokes", "a bomb", "noise", "noise of a page"}
"""Kinds that cost a second each."""

TOO_LARGE = {"oversized JSON", "oversized form"}
"""Kinds at which the server may hang up before it has received everything."""

AT_THE_DOOR = {"wrong paths", "wrong kinds", "header abuse", "false lengths", "no HTTP"}
"""Kinds that Uvicorn may refuse itself: its reply is not JSON, or it hangs up."""
