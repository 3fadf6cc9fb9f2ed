"""A real Chromium on the real server.

Without a Chromium these tests are skipped, with the one line that installs it; where `CI` is set they fail
instead, so that no green run left them out.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from benchmarks.speed.browser import FLAGS

PROJECT = Path(__file__).resolve().parents[2]
INSTALL = "python -m playwright install --with-deps chromium"

expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, started cold on a free port, on a machine that has trained nothing."""
    with serve(tmp_path_factory.mktemp("runs")) as address:
        yield address


@contextmanager
def serve(runs: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server of its own over a folder of runs; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = {"headless": "true", "address": "127.0.0.1", "port": str(port), "fileWatcherType": "none"}
    command += [word for name, value in options.items() for word in (f"--server.{name}", value)]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=os.environ | {"DIGITCNN_RUNS": str(runs)} | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="package")
def start_server() -> Callable[..., AbstractContextManager[str]]:
    """`serve`, for tests that need a server of their own."""
    return serve


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser, one for all tests."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            _do_without(f"no Chromium here, install it with: {INSTALL} ({error.message.splitlines()[0]})")
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of a visitor who was never here, 1280 by 800."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail("the app's server did not start")


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
