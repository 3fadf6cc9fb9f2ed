"""A bound on the time that one input may take, so that a stranger's scribble cannot keep a server busy."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from digitcnn.errors import InputError

MAX_SECONDS = 4.0
"""Computing time that a server spends on one input; a photographed page of 34 digits takes 0.4."""

T = TypeVar("T")

_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


@contextmanager
def time_budget(seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Bounds this thread's readings within the context: beyond the budget they raise `InputError`.

    Args:
        seconds: of this thread's computing; waiting for other threads and processes does not count.
    """
    token = _ends_at.set(time.thread_time() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def check_time_budget() -> None:
    """Checks the budget; call it before work that takes a tenth of a second.

    Raises:
        InputError: the time budget is spent.
    """
    if time.thread_time() > _ends_at.get():
        raise InputError("There is too much ink to read at once: send a part of it.")


def within_time_budget(items: Iterable[T]) -> Iterator[T]:
    """Yields the items while there is time for another one.

    Raises:
        InputError: the time budget is spent.
    """
    for item in items:
        check_time_budget()
        yield item
