"""A file that may or may not be a picture, read into a record of what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitcnn.errors import DigitcnnError
from digitcnn.recognition.reader import DigitReader, Expect, PictureReading
from digitcnn.recognition.results import FileResult

if TYPE_CHECKING:
    from digitcnn.ink.picture import PictureSource


@dataclass(frozen=True, eq=False)
class ReadFile:
    """What became of a file.

    Attributes:
        result: to show and to take away.
        examined: the picture and the steps to its reading; None where the file could not be read.
    """

    result: FileResult
    examined: PictureReading | None = None


def read_file(reader: DigitReader, file: PictureSource, *, path: str, expect: Expect) -> ReadFile:
    """Reads one file: what the Upload page, the command line and the HTTP API all do.

    Args:
        reader: who reads.
        file: where it is, or what is in it, as for `DigitReader.read_image`.
        path: how the user knows it; errors name it so.
        expect: "digit" says that all the ink is one digit, "number" splits it.
    """
    try:
        examined = reader.examine_image(file, expect=expect, name=path)
    except DigitcnnError as error:
        sentence = str(error)
        # What is said of the ink doesn't know whose it is.
        return ReadFile(FileResult(path, error=sentence if path in sentence else f"{path}: {sentence}"))
    return ReadFile(FileResult(path, examined.reading, note=examined.picture.note), examined)
