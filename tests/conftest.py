"""The folder of real handwriting, for tests that need it, and what no test leaves behind."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.data import NO_DATA


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder that `$DIGITCNN_DATA` names; the test is skipped where it is not set."""
    folder = os.environ.get("DIGITCNN_DATA")
    if not folder:
        pytest.skip(NO_DATA)
    if not Path(folder).is_dir():
        pytest.fail(f"DIGITCNN_DATA names {folder}, which is no folder")
    return Path(folder)


@pytest.fixture(autouse=True)
def _same_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts `__main__` back: AppTest leaves its page there, which a process of `multiprocessing` would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
