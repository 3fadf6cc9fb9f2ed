"""Many requests at once, and slow ones: each is answered or told why not, and nobody else waits for them."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial

import pytest

from digitcnn.api import app, bodies
from digitcnn.recognition.reading import Reading
from tests.api.conftest import Client, serve_api
from tests.api.test_app import PICTURE, SEVEN

CROWD = 50


def test_fifty_at_once_are_all_answered(api: Client):
    with ThreadPoolExecutor(CROWD) as visitors:
        drawings = list(visitors.map(api.send_json, [SEVEN] * CROWD))
        pictures = list(visitors.map(api.send_picture, [PICTURE] * CROWD))
        models = list(visitors.map(api.get, ["/api/models"] * CROWD))
    assert {reply.status for reply in (*drawings, *pictures, *models)} == {200}
    assert {reply.json["text"] for reply in drawings} == {"7"}
    assert {reply.json["text"] for reply in pictures} == {"173"}


def test_a_slow_body_is_given_up(api: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", api.port), timeout=60) as connection:
        head = "POST /api/recognize HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        reply = b"".join(iter(partial(connection.recv, 4096), b""))
    assert reply.startswith(b"HTTP/1.1 408 ")


def test_bodies_together_stay_within_their_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bodies, "MAX_BYTES_IN_FLIGHT", 100)
    with serve_api() as api, socket.create_connection(("127.0.0.1", api.port), timeout=60) as slow:
        head = "POST /api/recognize HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        slow.sendall(f"{head}Content-Length: 61\r\n\r\n{' ' * 60}".encode())
        while (other := api.send_json(SEVEN)).status == 200:
            pass
        assert (other.status, other.json["error"]) == (429, bodies.BUSY)
        slow.sendall(b"0")
        assert slow.recv(4096).startswith(b"HTTP/1.1 422 ")
        assert api.send_json(SEVEN).status == 200


def test_health_is_told_and_waiting_is_bounded_while_the_thread_reads(
    api: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(app, "MAX_WAITING", 1)
    begun, go_on = threading.Event(), threading.Event()

    def read(*_: object) -> dict:
        begun.set()
        go_on.wait(60)
        return app._record(Reading())

    monkeypatch.setattr(app, "_read", read)
    with ThreadPoolExecutor(3) as visitors:
        first = visitors.submit(api.send_json, SEVEN)
        assert begun.wait(60)
        assert api.get("/api/health").status == 200
        others = [visitors.submit(api.send_json, SEVEN) for _ in range(2)]
        refused = next(as_completed(others)).result()
        assert (refused.status, refused.json["error"]) == (429, bodies.BUSY)
        go_on.set()
        assert sorted([first.result().status, *(other.result().status for other in others)]) == [
            200,
            200,
            429,
        ]


def test_a_request_whose_turn_does_not_come_is_sent_away(api: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "WAITING_SECONDS", 0.2)
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(app, "_read", lambda *_: (begun.set(), go_on.wait(60), app._record(Reading()))[-1])
    with ThreadPoolExecutor(1) as visitors:
        first = visitors.submit(api.send_json, SEVEN)
        assert begun.wait(60)
        assert api.send_json(SEVEN).status == 429
        go_on.set()
        assert first.result().status == 200
