"""A real Chromium on the real server; slow, all of it.

Without a Chromium these tests are skipped, with the one line that installs it; where `CI` is set they fail
instead, so that no green run left them out.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from testbed import browser
from testbed.server import start_server as start_any_server
from testbed.server import wait_until_healthy
from tests.support.settling import WATCH_MESSAGES

INSTALL = "python -m playwright install --with-deps chromium"

expect.set_options(timeout=30_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder, before those that are marked are left out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, started cold on a free port, on a machine that has trained nothing."""
    with serve(tmp_path_factory.mktemp("runs")) as address:
        yield address


@contextmanager
def serve(runs: Path) -> Iterator[str]:
    """A server of its own over a folder of runs; its address."""
    environment = {"DIGITCNN_RUNS": str(runs), "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none"}
    with start_any_server(environment=environment) as started:
        wait_until_healthy(started)
        yield started.address


@pytest.fixture(scope="package")
def start_server() -> Callable[[Path], AbstractContextManager[str]]:
    """`serve`, for tests that need a server of their own."""
    return serve


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser, one for all tests."""
    with ExitStack() as stack:
        try:
            chromium = stack.enter_context(browser.chromium())
        except Error as error:
            _do_without(f"no Chromium here, install it with: {INSTALL} ({error.message.splitlines()[0]})")
        yield chromium


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of a visitor who was never here, 1280 by 800."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    context.add_init_script(WATCH_MESSAGES)
    yield context.new_page()
    context.close()


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
