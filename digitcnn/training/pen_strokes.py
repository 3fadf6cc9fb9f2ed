"""Pen strokes from tablets, with their writers: digits, and things that are not."""

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
from digitcnn.training.datasets import NOT_A_DIGIT, data_folder
from digitcnn.training.pendigits import load_uci_digits

Part = Literal["train", "validation", "test"]

LOOK_ALIKES = frozenset(["O", "I", "l", "|", "/", "S", "Z", "B", "'", "`", ",", "line", "circle"])
"""Things that are drawn as some digits are: nobody can tell them apart without their neighbours."""

_HELD_DONOR = "unipen-aga"
_FOLDS = 12
_PART_OF_FOLD: dict[int, Part] = {0: "test", 1: "validation"}


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing from a tablet.

    Attributes:
        strokes: in the source's own units, y down.
        label: 0-9 or `NOT_A_DIGIT`.
        source: collection or donor.
        writer: who wrote it; for things that are not digits the category or the donor.
        name: what it is, such as "7" or "zebra".
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
        """Which part of the data this writer belongs to: the same one everywhere and always."""
        if self.source == _HELD_DONOR and self.label == NOT_A_DIGIT:
            return "test"
        fold = int(hashlib.sha1(self.writer.encode(errors="surrogatepass")).hexdigest(), 16) % _FOLDS
        return _PART_OF_FOLD.get(fold, "train")


def load_pen_digits() -> list[Drawing]:
    """Digits as pen strokes.

    `$DIGITCNN_DATA/pen_digits.json.gz` (UCI and UNIPEN writers) comes first, then the UCI pen-based
    digits from their public home.

    Raises:
        DatasetError: neither can be had.
    """
    folder = data_folder()
    path = folder / "pen_digits.json.gz" if folder else None
    if path and path.is_file():
        return read_pen_digits(path)
    return [
        Drawing(strokes, label, "pendigits", f"train{writer:02}", str(label))
        for strokes, label, writer in load_uci_digits()
    ]


def load_pen_nondigits() -> list[Drawing]:
    """Letters, symbols and doodles as pen strokes, from `$DIGITCNN_DATA/pen_nondigits.json.gz`.

    Look-alikes are among them: leave those of `LOOK_ALIKES` out where they would confuse.

    Raises:
        DatasetError: the file is missing; these have no public home in this form.
    """
    folder = data_folder()
    path = folder / "pen_nondigits.json.gz" if folder else None
    if not (path and path.is_file()):
        raise DatasetError(
            "Drawings that are not digits need DIGITCNN_DATA to name a folder with pen_nondigits.json.gz."
        )
    return _read(path, _nondigit_of)


def read_pen_digits(path: Path) -> list[Drawing]:
    """The digits of one gzipped JSON file.

    Raises:
        DatasetError: it cannot be read, or holds something else.
    """
    return _read(path, _digit_of)


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
    return Drawing(
        as_strokes(entry["strokes"]), NOT_A_DIGIT, entry["source"], _category(entry), entry["label"]
    )


def _category(entry: dict) -> str:
    return (
        f"doodle {entry['label']}"
        if entry["source"] == "quickdraw"
        else f"{entry['source']} {entry['label']}"
    )


def _read(path: Path, drawing_of: Callable[[dict], Drawing]) -> list[Drawing]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [drawing_of(entry) for entry in json.load(file)]
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DatasetError(f"{path} is not a readable file of drawings: {error}.") from None
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise DatasetError(f"{path} holds something that is no drawing: {error!r:.200}.") from None
