"""Files to results: a file that cannot be read becomes a result with an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitcnn.errors import DigitcnnError, InputError
from digitcnn.ink.images.load import read_bytes
from digitcnn.recognition.reader import DigitReader
from digitcnn.recognition.reading import Expect, PictureReading
from digitcnn.recognition.results import FileResult
from digitcnn.recognition.unpack import unpack

if TYPE_CHECKING:
    from digitcnn.ink.images.load import PictureSource

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file's result, and the picture behind it.

    Attributes:
        result: to show and to export.
        examined: the picture and the steps to its reading; None where the file could not be read.
    """

    result: FileResult
    examined: PictureReading | None = None


def read_file(reader: DigitReader, file: PictureSource, *, path: str, expect: Expect) -> ReadFile:
    """Reads one picture, or the first page of a PDF.

    Args:
        reader: the model that reads.
        file: as for `DigitReader.read_image`.
        path: the user's name for the file, which errors repeat.
        expect: "digit" says that all the ink is one digit, "number" splits it.
    """
    try:
        with named_errors(path):
            examined = reader.examine_image(file, expect=expect, name=path)
    except InputError as error:
        return ReadFile(FileResult(path, error=str(error)))
    return ReadFile(FileResult(path, examined.reading, note=examined.picture.note), examined)


def read_parts(
    reader: DigitReader, file: PictureSource, *, path: str, expect: Expect
) -> Iterator[FileResult]:
    """Reads every page of a PDF or every picture of a ZIP archive; any other file is its own only part.

    A last result under the file's own name says what was left out. Arguments as for `read_file`.
    """
    try:
        with named_errors(path):
            parts, left_out = unpack(path, read_bytes(file)[0])
    except InputError as error:
        parts, left_out = [], [str(error)]
    for name, data in parts:
        yield read_file(reader, data, path=name, expect=expect).result
    if left_out:
        yield FileResult(path, error=" ".join(left_out))


@contextmanager
def named_errors(path: str) -> Iterator[None]:
    """Turns any error in reading a picture into one that names it, so that other pictures are still read.

    A fault of ours is logged with its traceback.

    Args:
        path: the user's name for the picture.

    Raises:
        InputError: reading the picture raised.
    """
    try:
        yield
    except DigitcnnError as error:
        # Errors about the ink don't know which file it came from.
        sentence = str(error)
        raise InputError(sentence if path in sentence else f"{path}: {sentence}") from error
    except Exception as error:
        _LOG.exception("reading %s failed", path)
        raise InputError(
            f"{path} could not be read because of a fault in digitcnn ({type(error).__name__}): "
            "crop it to the digits, or save it in another size."
        ) from error
