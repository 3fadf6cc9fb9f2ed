"""A bound on what reading one input may cost, so that a stranger's scribble cannot keep a server busy."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from digitcnn.errors import InputError

MAX_SECONDS = 4.0
"""Of computing, that a server spends on one input; a photographed page of 34 digits takes 0.4."""

T = TypeVar("T")

_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


@contextmanager
def time_budget(seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Within it, this thread's readings end with an `InputError` once they have cost too much.

    Args:
        seconds: of computing by this thread; waiting for other threads and processes does not count.
    """
    token = _ends_at.set(time.thread_time() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def check_time_budget() -> None:
    """Lets work go on; to be called before a piece of it that takes a tenth of a second.

    Raises:
        InputError: the limit that `time_budget` has set is reached.
    """
    if time.thread_time() > _ends_at.get():
        raise InputError("There is too much ink to read it at once: send a part of it.")


def within_time_budget(things: Iterable[T]) -> Iterator[T]:
    """The things, one by one, for as long as there is time for another one.

    Raises:
        InputError: the limit that `time_budget` has set is reached.
    """
    for thing in things:
        check_time_budget()
        yield thing
