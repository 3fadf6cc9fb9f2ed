"""`serve` starts the app and the API on one port, from any folder, without TensorFlow."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.api.conftest import Client

START = """
import sys
from digitcnn.api.serve import serve
try:
    serve(port=0, base_path=sys.argv[1])
except KeyboardInterrupt:
    pass
finally:
    print("loaded", sorted({"tensorflow", "keras"} & set(sys.modules)))
"""


def fetch(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("base_path", ["", "tools/digits"])
def test_the_app_and_the_api_answer_on_one_port(tmp_path: Path, base_path: str):
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", START, base_path],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    base = f"/{base_path}" if base_path else ""
    try:
        port = next(
            int(found[1]) for line in process.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line))
        )
        for _ in range(300):
            try:
                assert fetch(port, f"{base}/_stcore/health") == "ok"
                break
            except urllib.error.URLError:
                time.sleep(0.2)
        assert '<div id="root">' in fetch(port, f"{base}/draw")
        script = re.findall(r'src="\./(static/js/[^"]+)"', fetch(port, f"{base}/"))[0]
        assert "<html" not in fetch(port, f"{base}/{script}")[:1000]
        assert "<svg" in fetch(port, f"{base}/app/static/icon.svg")
        assert "POST /recognize" in fetch(port, f"{base}/api/docs")
        client = Client(port, base)
        reply = client.send_json({"strokes": [[[10, 10], [60, 12], [35, 100]]], "expect": "digit"})
        assert (reply.status, reply.json["text"]) == (200, "7")
        assert f"see {base}/api/docs" in client.get("/api/nothing").json["error"]
    finally:
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=60)[0]
    assert "loaded []" in output
