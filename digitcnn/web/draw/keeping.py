"""What the browser's tab remembers of a drawing, so that a reload of the page does not lose it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.fabric import MAX_STROKES
from digitcnn.ink.strokes import MAX_POINTS, Stroke
from digitcnn.recognition.reading import Expect

_MAX_COORDINATE = 1e5
"""Canvas pixels: no canvas is as large."""


@dataclass(frozen=True, eq=False)
class KeptDrawing:
    """A drawing as the tab gives it back.

    Attributes:
        expect: whether a digit or a number was being written.
        strokes: each (n, 2), in pixels of the canvas it was drawn on.
    """

    expect: Expect
    strokes: list[Stroke]


def describe_drawing(expect: Expect, strokes: Sequence[Stroke]) -> dict[str, Any]:
    """A drawing as plain JSON, a tenth of a pixel exact: "strokes" are lists of x, y, x, y and so on."""
    return {
        "expect": expect,
        "strokes": [np.round(stroke, 1).reshape(-1).tolist() for stroke in strokes],
    }


def read_drawing(raw: object) -> KeptDrawing:
    """What `describe_drawing` made, as the browser sends it back.

    Raises:
        InputError: it is something else: anybody can write into their browser's storage.
    """
    if not isinstance(raw, Mapping) or raw.get("expect") not in get_args(Expect):
        raise InputError("What the browser remembered is no drawing.")
    entries = raw.get("strokes")
    if not isinstance(entries, list) or len(entries) > MAX_STROKES:
        raise InputError("What the browser remembered is no drawing.")
    strokes = [_read_stroke(entry) for entry in entries]
    if sum(map(len, strokes)) > MAX_POINTS:
        raise InputError(f"The drawing has more than {MAX_POINTS:,} points.")
    return KeptDrawing(cast(Expect, raw["expect"]), strokes)


def _read_stroke(entry: object) -> Stroke:
    numbers = entry if isinstance(entry, list) and entry and len(entry) <= 2 * MAX_POINTS else [None]
    if len(numbers) % 2 or not all(
        isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < _MAX_COORDINATE
        for number in numbers
    ):
        raise InputError("What the browser remembered is no drawing.")
    return np.array(numbers, dtype=np.float64).reshape(-1, 2)
