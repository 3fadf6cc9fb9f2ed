"""What a command says on standard error besides errors: how far it is."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 10.0
"""Between two lines where standard error is a file."""


class Progress:
    """A count: one line that is rewritten on a terminal, a line now and then elsewhere."""

    def __init__(self, total: int, *, quiet: bool = False):
        self._total = total
        self._quiet = quiet
        self._is_terminal = sys.stderr.isatty()
        self._said = time.monotonic()
        self._shown = False

    def show(self, done: int, doing: str) -> None:
        """Says that so many are done."""
        if self._quiet:
            return
        line = f"{done} of {self._total} {doing}"
        if self._is_terminal:
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
            self._shown = True
        elif time.monotonic() - self._said >= _SECONDS:
            print(line, file=sys.stderr, flush=True)
            self._said = time.monotonic()

    def clear(self) -> None:
        """Takes the line from the terminal, before anything else is written there."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


@contextmanager
def without_notices() -> Iterator[None]:
    """Keeps what compiled libraries print of themselves from standard error; Python's errors come later."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
