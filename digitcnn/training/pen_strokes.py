"""Pen strokes from tablets, with their writers: digits, and drawings that are not digits."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from digitcnn.errors import DatasetError
from digitcnn.ink.strokes import Stroke, as_strokes
from digitcnn.training.datasets import NOT_A_DIGIT, find_data
from digitcnn.training.pendigits import load_uci_digits

Part = Literal["train", "validation", "test"]

LOOK_ALIKES = frozenset(["O", "I", "l", "|", "/", "S", "Z", "B", "'", "`", ",", "line", "circle", *"iosz"])
"""Names of drawings with the shape of a digit: nobody can tell them from digits without their neighbors."""

NEARLY_ALIKE = frozenset("bgqy")
"""Letters that many hands write as a 6, 9 or 4: judged like other letters, never learned as "not a digit"."""

_HELD_DONORS: dict[str, Part] = {
    "unipen-aga": "test",
    "unipen-kai": "test",
    "unipen-lav": "test",
    "unipen-apa": "validation",
}
"""Donors that are held out whole: writers of the same school are no strangers."""

_FOLDS = 12
_PART_OF_FOLD: dict[int, Part] = {0: "test", 1: "validation"}


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing from a tablet.

    Attributes:
        strokes: in the source's own units, y down.
        label: 0-9 or `NOT_A_DIGIT`.
        source: collection or donor.
        writer: who wrote it; for a drawing that is not a digit, the category or the donor.
        name: of the thing drawn, such as "7" or "zebra".
        suspect: whether the label may be wrong.
    """

    strokes: list[Stroke]
    label: int
    source: str
    writer: str
    name: str
    suspect: bool = False

    @property
    def part(self) -> Part:
        """The part of the data that this writer belongs to, always the same."""
        if self.source in _HELD_DONORS:
            return _HELD_DONORS[self.source]
        fold = int(hashlib.sha1(self.writer.encode(errors="surrogatepass")).hexdigest(), 16) % _FOLDS
        return _PART_OF_FOLD.get(fold, "train")


def load_pen_digits() -> list[Drawing]:
    """Digits as pen strokes.

    `$DIGITCNN_DATA/pen_digits.json.gz` (UCI and UNIPEN writers) comes first, then the UCI pen-based
    digits from their public home.

    Raises:
        DatasetError: there is no file, and the download fails.
    """
    if path := find_data("pen_digits.json.gz"):
        return read_pen_digits(path)
    return [
        Drawing(strokes, label, "pendigits", f"train{writer:02}", str(label))
        for strokes, label, writer in load_uci_digits()
    ]


def load_pen_nondigits() -> list[Drawing]:
    """Letters, symbols and doodles as pen strokes, from `$DIGITCNN_DATA/pen_nondigits.json.gz`.

    Leave those of `LOOK_ALIKES` out where they would confuse a model.

    Raises:
        DatasetError: the file is missing; there is no download in this form.
    """
    return read_drawings(_find("pen_nondigits.json.gz"), _nondigit_of)


def load_pen_letters() -> list[Drawing]:
    """Letters and symbols of UNIPEN writers, from `$DIGITCNN_DATA/pen_letters.json.gz`, as non-digits.

    Raises:
        DatasetError: the file is missing; there is no download in this form.
    """
    return read_drawings(_find("pen_letters.json.gz"), _nondigit_of)


def _find(name: str) -> Path:
    path = find_data(name)
    if path is None:
        raise DatasetError(f"{name} is missing: set DIGITCNN_DATA to a folder that holds it.")
    return path


def read_pen_digits(path: Path) -> list[Drawing]:
    """The digits of one gzipped JSON file.

    Raises:
        DatasetError: it cannot be read, or does not hold drawings.
    """
    return read_drawings(path, _digit_of)


def _digit_of(entry: dict) -> Drawing:
    label = entry["label"]
    if label not in range(10):
        raise ValueError(f"expected a label 0-9, received {label!r:.40}")
    return Drawing(
        as_strokes(entry["strokes"]),
        int(label),
        str(entry["source"]),
        str(entry["writer"]),
        str(label),
        bool(entry.get("suspect", False)),
    )


def _nondigit_of(entry: dict) -> Drawing:
    source, name = entry["source"], entry["label"]
    writer = f"{'doodle' if source == 'quickdraw' else source} {name}"
    return Drawing(as_strokes(entry["strokes"]), NOT_A_DIGIT, source, writer, name)


def read_drawings(path: Path, drawing_of: Callable[[dict], Drawing]) -> list[Drawing]:
    """The drawings of one gzipped JSON file.

    Args:
        path: of the file.
        drawing_of: makes a drawing of an entry.

    Raises:
        DatasetError: the file cannot be read, or does not hold drawings.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [drawing_of(entry) for entry in json.load(file)]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DatasetError(f"{path} is not a readable file of drawings: {error}.") from None
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path} holds an entry that is not a drawing: {error!r:.200}.") from None
