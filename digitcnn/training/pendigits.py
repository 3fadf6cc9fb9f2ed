"""The UCI pen-based digits in their original form: their download and their UNIPEN text.

Source: E. Alpaydin, F. Alimoglu, "Pen-Based Recognition of Handwritten Digits", UCI Machine Learning
Repository, https://doi.org/10.24432/C5MG6K, CC BY 4.0.
"""

import io
import re
import urllib.request
import zipfile
from collections.abc import Iterator

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.strokes import Stroke
from digitcnn.training.datasets import keras_datasets

URL = "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
MEMBER = "pendigits-orig.tra.Z"
DIGITS_PER_WRITER = 250
"""The file lists its 30 writers one after another, each with about this many digits."""

_MAX_DOWNLOAD = 64_000_000


def load_uci_digits() -> list[tuple[list[Stroke], int, int]]:
    """Strokes (y down), label and writer's number of each digit; downloads the file once.

    Raises:
        DatasetError: the file cannot be downloaded or understood.
    """
    path = keras_datasets() / "pendigits.zip"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_download())
    try:
        import unlzw3

        with zipfile.ZipFile(path) as archive:
            text = unlzw3.unlzw(archive.read(MEMBER)).decode("latin-1")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DatasetError(
            f"{path} is not the archive of the pen-based digits ({error}): delete it and try again."
        ) from None
    digits = list(parse_unipen(text))
    return [(strokes, label, index // DIGITS_PER_WRITER) for index, (strokes, label) in enumerate(digits)]


def parse_unipen(text: str) -> Iterator[tuple[list[Stroke], int]]:
    """The labelled digits of a UNIPEN text.

    A segment begins with `.SEGMENT DIGIT ... "label"`; `.PEN_DOWN` begins a stroke, whose points
    follow as pairs of whole numbers until `.PEN_UP`. Y grows upwards in the file and downwards here.
    Segments whose label is not one digit, or that hold no points, are skipped.

    Source: I. Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks",
    ICPR 1994.

    Raises:
        DatasetError: a line between pen-down and pen-up is not a pair of numbers.
    """
    label: int | None = None
    strokes: list[list[tuple[float, float]]] = []
    pen_is_down = False
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith(".SEGMENT"):
            yield from _segment(strokes, label)
            match = re.search(r'"(\d)"\s*$', line)
            label, strokes, pen_is_down = int(match[1]) if match else None, [], False
        elif line.startswith(".PEN_DOWN"):
            strokes.append([])
            pen_is_down = True
        elif line.startswith(".PEN_UP"):
            pen_is_down = False
        elif pen_is_down and line and not line.startswith("."):
            try:
                x, y = map(float, line.split()[:2])
                if not (abs(x) < 1e9 and abs(y) < 1e9):
                    raise ValueError("expected finite coordinates below 1e9")
            except ValueError:
                raise DatasetError(f"Line {number} of a UNIPEN text is not a point: {line[:40]!r}.") from None
            strokes[-1].append((x, -y))
    yield from _segment(strokes, label)


def _segment(
    strokes: list[list[tuple[float, float]]], label: int | None
) -> Iterator[tuple[list[Stroke], int]]:
    arrays = [np.array(points, dtype=np.float64) for points in strokes if points]
    if label is not None and arrays:
        yield arrays, label


def _download() -> bytes:
    try:
        with urllib.request.urlopen(URL, timeout=60) as response:
            data = response.read(_MAX_DOWNLOAD)
        zipfile.ZipFile(io.BytesIO(data)).getinfo(MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "reason", error)
        raise DatasetError(
            f"The UCI pen-based digits could not be downloaded ({reason}): check the network, or set "
            "DIGITCNN_DATA to a folder that holds pen_digits.json.gz."
        ) from None
    return data
