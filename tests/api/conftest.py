"""The API on a port of its own, as `serve` mounts it, and a client that sends what it is told to."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from digitcnn.api.app import create_api

BOUNDARY = "a-boundary"


@dataclass(frozen=True)
class Reply:
    """A status, and the body as JSON."""

    status: int
    json: Any


@dataclass(frozen=True)
class Client:
    """Sends one request per connection to a port of this machine, where the API may be below a path."""

    port: int
    base: str = ""

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, self.base + path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, json.loads(answer.read()))
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def send_json(self, body: bytes | object, path: str = "/api/recognize") -> Reply:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", path, data, {"Content-Type": "application/json"})

    def send_picture(self, data: bytes, *, name: str = "a.png", expect: str | None = None) -> Reply:
        body = part("file", data, name) + (part("expect", expect.encode()) if expect else b"")
        return self.send_form(body + b"--a-boundary--\r\n")

    def send_form(self, body: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Reply:
        return self.send("POST", "/api/recognize", body, {"Content-Type": kind})


def part(field: str, data: bytes, file: str | None = None) -> bytes:
    """A part of a form."""
    name = f'; filename="{file}"' if file is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{name}\r\n\r\n'
    return head.encode() + data + b"\r\n"


@pytest.fixture(scope="module")
def api() -> Iterator[Client]:
    with serve_api() as client:
        yield client


@contextmanager
def serve_api() -> Iterator[Client]:
    """The API on a free port, until the end of the block."""
    app = FastAPI()
    app.mount("/api", create_api())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Client(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = server.force_exit = True
    thread.join()
