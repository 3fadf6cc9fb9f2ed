import gc
import sys
import types
import weakref
from collections.abc import Iterator

import pytest

from digitcnn.web.garbage import spare_modules


class Ring:
    """Refers to itself, so that only a garbage collection takes it away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collect_again() -> Iterator[None]:
    yield
    gc.unfreeze()


def load_a_module(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))


def test_what_is_loaded_is_spared(monkeypatch: pytest.MonkeyPatch):
    load_a_module(monkeypatch, "made_one")
    spare_modules()
    assert gc.get_freeze_count() > 10_000


def test_nothing_more_is_spared_until_more_is_loaded(monkeypatch: pytest.MonkeyPatch):
    load_a_module(monkeypatch, "made_two")
    spare_modules()
    ring = weakref.ref(Ring())
    spare_modules()
    gc.collect()
    assert ring() is None


def test_what_a_visitor_left_is_collected_when_more_is_loaded(monkeypatch: pytest.MonkeyPatch):
    load_a_module(monkeypatch, "made_three")
    spare_modules()
    keep = Ring()
    ring = weakref.ref(keep)
    load_a_module(monkeypatch, "made_four")
    spare_modules()
    del keep
    assert ring() is not None
    load_a_module(monkeypatch, "made_five")
    spare_modules()
    assert ring() is None
