"""Finds the picture files that the words of a command line name."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitcnn.errors import InputError


@dataclass(frozen=True)
class PictureFile:
    """One file to read, or a word that names no file.

    Attributes:
        path: as the user would write it; "-" is standard input.
        named: the user named this very file, not its folder or a pattern.
        problem: why there is nothing to read, in a sentence; None where there is.
    """

    path: str
    named: bool = True
    problem: str | None = None


def find_pictures(words: Sequence[str]) -> list[PictureFile]:
    """The files of each word, in the order of the words, those of a folder or pattern sorted by name."""
    return [found for word in words for found in _find(word)]


def read_manifest(path: Path) -> list[PictureFile]:
    """The files that a manifest names, one in every line that is not empty.

    Raises:
        InputError: the manifest cannot be read.
    """
    try:
        lines = os.fsdecode(path.read_bytes()).splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror or error}): check the path.") from None
    return [PictureFile(line, named=False) for line in lines if line.strip()]


def _find(word: str) -> Iterator[PictureFile]:
    if word == "-" or Path(word).is_file():
        yield PictureFile(word)
    elif Path(word).is_dir():
        yield from _walk(word)
    elif glob.has_magic(word):
        # Path.glob takes no absolute patterns.
        matches = sorted(path for path in glob.glob(word, recursive=True) if Path(path).is_file())  # noqa: PTH207
        yield from (PictureFile(path, named=False) for path in matches)
        if not matches:
            yield PictureFile(word, problem=f"No file matches {word!r}: check the pattern.")
    else:
        # It may be a pipe, or missing: opening it will show.
        yield PictureFile(word)


def _walk(folder: str) -> Iterator[PictureFile]:
    """Every file in a folder and below, whatever its name ends in: a filter by suffix would lose pictures."""
    any_file = False
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(place, name)  # noqa: PTH118 (a Path would drop the user's own "./")
            if not name.startswith(".") and os.path.isfile(path):  # noqa: PTH113
                any_file = True
                yield PictureFile(path, named=False)
    if not any_file:
        yield PictureFile(folder, problem=f"There is no file in {folder!r}: check the path.")
