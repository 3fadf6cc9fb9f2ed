"""How many drawings of a digit a server answers over HTTP, to clients that keep their connections."""

import http.client
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from benchmarks.speed.figures import Figure
from digitcnn.web.samples import sample_strokes
from testbed.server import start_server, wait_until_healthy

CLIENTS = 8
SECONDS = 10.0
WARM_UP = 2.0


def measure() -> list[Figure]:
    """One client, then eight, on a server of their own."""
    strokes = [stroke.tolist() for stroke in sample_strokes(3, 280)]
    body = json.dumps({"strokes": strokes}).encode()
    with start_server(None) as server:
        wait_until_healthy(server)
        host = urlsplit(server.address).netloc
        ask(host, body, 1, WARM_UP)
        alone, crowd = ask(host, body, 1, SECONDS), ask(host, body, CLIENTS, SECONDS)
    return [
        Figure("API: a drawing of one digit, one client", statistics.median(alone) * 1000, "ms"),
        Figure(f"API: drawings from {CLIENTS} clients", len(crowd) / SECONDS, "a second"),
    ]


def ask(host: str, body: bytes, clients: int, seconds: float) -> list[float]:
    """Sends `body` over and over from each client; the seconds that each answer took.

    Raises:
        RuntimeError: a request was refused.
    """
    end = time.perf_counter() + seconds

    def keep_asking() -> list[float]:
        taken = []
        connection = http.client.HTTPConnection(host, timeout=60)
        while (began := time.perf_counter()) < end:
            connection.request("POST", "/api/recognize", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - began)
            if answer.status != 200:
                raise RuntimeError(f"a request was refused with {answer.status}")
        connection.close()
        return taken

    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(keep_asking) for _ in range(clients)]
        return [each for client in asking for each in client.result()]
