"""Output on a terminal: aligned columns, a line of progress, and silence from compiled libraries."""

import os
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 10.0
"""Between two lines of progress where standard error is a file."""


def align(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> str:
    """Formats rows as lines, every column as wide as its widest cell, two spaces apart.

    Args:
        rows: all of one length.
        right: indices of the columns that are aligned to the right: numbers.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    line = "  ".join(f"{{:{'>' if at in right else '<'}{width}}}" for at, width in enumerate(widths))
    return "\n".join(line.format(*row).rstrip() for row in rows)


class ProgressLine:
    """A count on standard error: one line rewritten on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, total: int, *, quiet: bool = False):
        self._total = total
        self._quiet = quiet
        self._is_terminal = sys.stderr.isatty()
        self._last = time.monotonic()
        self._shown = False

    def show(self, done: int) -> None:
        """Shows how many of the total have been read."""
        if self._quiet:
            return
        line = f"{done} of {self._total} read"
        if self._is_terminal:
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
            self._shown = True
        elif time.monotonic() - self._last >= _SECONDS:
            print(line, file=sys.stderr, flush=True)
            self._last = time.monotonic()

    def clear(self) -> None:
        """Removes the line from the terminal, before anything else is written there."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


@contextmanager
def silence_libraries() -> Iterator[None]:
    """Keeps the notices of compiled libraries off standard error; Python's own errors come afterwards."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
