"""Readings of several files, as a CSV table and as JSON records."""

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from digitcnn.classes import DIGITS
from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, Reading

DOUBTFUL_BELOW = 0.9
"""A digit read with less confidence should be checked by a person."""

COLUMNS = ("file", "text", "digits", "lowest_confidence", "error")
"""The columns of the CSV."""


@dataclass(frozen=True, eq=False)
class FileResult:
    """One file's reading, or the error that prevented it.

    Attributes:
        path: the user's name for the file.
        reading: empty where the file could not be read.
        typed: indices into `reading.digits` of those whose label a person typed.
        note: a remark on the file for the user ("page 1 of 3 was read"), or None.
        error: one sentence, or None.
    """

    path: str
    reading: Reading = field(default_factory=Reading)
    typed: frozenset[int] = frozenset()
    note: str | None = None
    error: str | None = None

    @property
    def read_digits(self) -> tuple[Digit, ...]:
        """The segments that have a label, in reading order."""
        return tuple(digit for digit in self.reading.digits if digit.label is not None)

    @property
    def lowest_confidence(self) -> float | None:
        """Of the digits that the model read, a fraction 0-1; None where it read none."""
        own = [
            digit.confidence
            for index, digit in enumerate(self.reading.digits)
            if digit.label is not None and index not in self.typed
        ]
        return min(own, default=None)


def is_doubtful(digit: Digit) -> bool:
    """Whether the ink was read as a digit, but with little confidence."""
    return digit.label is not None and digit.confidence < DOUBTFUL_BELOW


def write_csv(results: Iterable[FileResult]) -> str:
    """A row per file under a header of `COLUMNS`.

    Lines of a number stay lines inside their cell. Confidence is rounded down: only certainty reads 1.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(row_of(result) for result in results)
    return file.getvalue()


def row_of(result: FileResult) -> list[str]:
    """A file's row of the CSV, a cell for each of `COLUMNS`."""
    lowest = result.lowest_confidence
    return [
        result.path,
        result.reading.text,
        str(len(result.read_digits)),
        "" if lowest is None else f"{math.floor(lowest * 1e4) / 1e4:.4f}",
        result.error or "",
    ]


def write_json(results: Sequence[FileResult]) -> str:
    """The full record of every file, as a JSON list."""
    return json.dumps([record_of(result) for result in results], indent=2, ensure_ascii=False) + "\n"


def record_of(result: FileResult) -> dict[str, Any]:
    """A file's reading as plain values: "path", "text", "digits", "printed" and "error".

    Each of the "digits" has "label" (0-9, the name of the class where a model reads others, or None: not a
    digit), "confidence", "box" ([x, y, width, height] in pixels of the upright picture), "probabilities" (one
    for each class) and "kind" ("handwritten"); "typed" is True, and "confidence" None, where a person typed
    the label. Each of the "printed" digits, which are left out, has "box" and "kind" ("printed").
    """
    return {
        "path": result.path,
        "text": result.reading.text,
        "digits": [
            _record_of_digit(digit, typed=index in result.typed)
            for index, digit in enumerate(result.reading.digits)
        ],
        "printed": [
            {"box": _record_of_box(digit.box), "kind": digit.kind} for digit in result.reading.printed
        ],
        "error": result.error,
    }


def _record_of_digit(digit: Digit, *, typed: bool) -> dict[str, Any]:
    record = {
        "label": digit.label if digit.classes == DIGITS else digit.name,
        "confidence": None if typed else round(digit.confidence, 6),
        "box": _record_of_box(digit.box),
        "probabilities": [round(float(value), 6) for value in digit.probabilities],
        "kind": digit.kind,
    }
    return record | {"typed": True} if typed else record


def _record_of_box(box: Box) -> list[float]:
    return [round(float(side), 2) for side in box]
