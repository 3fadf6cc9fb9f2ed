"""Results that are computed of a file once, and again when the file has changed."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

Version = tuple[int, int, int]
"""Of a file: its time in nanoseconds, its size and its place on the disk."""


def version_of(path: Path) -> Version:
    """Tells one content of a file from the next; zeros where there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0, 0
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def cached_by_file(maxsize: int) -> Callable[[Callable[[Path], T]], Callable[[Path], T]]:
    """Caches a function of a file's path until the file changes.

    Args:
        maxsize: how many results are kept; the least recently used one goes.
    """

    def decorate(compute: Callable[[Path], T]) -> Callable[[Path], T]:
        @lru_cache(maxsize=maxsize)
        def cached(path: Path, version: Version) -> T:
            return compute(path)

        @wraps(compute)
        def wrapped(path: Path) -> T:
            return cached(path, version_of(path))

        return wrapped

    return decorate
