"""Real strokes for made pages, by writer: digits, letters, doodles, and MNIST's images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.strokes import Stroke, as_strokes
from digitcnn.training.datasets import DigitSet, find_data, split_mnist
from digitcnn.training.handwriting import MNIST_VALIDATION
from digitcnn.training.pen_strokes import (
    Drawing,
    Part,
    load_pen_digits,
    load_pen_nondigits,
    read_drawings,
)

NOT_READ = -1
"""Label of strokes that are not a digit."""

AMBIGUOUS = -2
"""Label of letters that are drawn as digits are: the network neither learns them nor their absence."""

_DIGIT_SHAPED = frozenset("OoIlSsZzBbqgQDiJj|!'`)(]")
_LOW_LETTERS = frozenset("acemnorsuvwxz")


@dataclass(frozen=True, eq=False)
class Glyph:
    """One digit, letter or doodle.

    Attributes:
        strokes: (n, 2) float32 each, the left upper corner of the box at 0, a digit 1 high.
        width: of the box.
        height: of the box; 1 for digits.
        label: 0-9, `NOT_READ` or `AMBIGUOUS`.
    """

    strokes: tuple[np.ndarray, ...]
    width: float
    height: float
    label: int


@dataclass(frozen=True)
class Hands:
    """All that pages are written with; each inner list is one writer's.

    Attributes:
        digits: the digits of each writer.
        letters: the letters of each writer; may be empty.
        doodles: drawings and symbols of anyone; may be empty.
        images: MNIST's digits, or None.
    """

    digits: list[list[Glyph]]
    letters: list[list[Glyph]]
    doodles: list[Glyph]
    images: DigitSet | None


def load_hands(part: Part, *, seed: int = 0) -> Hands:
    """The writers of one part of the data: no writer is in two parts.

    Raises:
        DatasetError: there are no pen strokes of digits.
    """
    mnist = split_mnist(MNIST_VALIDATION, None, seed)
    digits = [each for each in load_pen_digits() if each.part == part and not each.suspect]
    try:
        doodles = [each for each in load_pen_nondigits() if each.part == part]
    except DatasetError:
        doodles = []
    return Hands(
        _by_writer(digits, lambda each: make_glyph(each.strokes, each.label)),
        _by_writer([each for each in _load_letters() if each.part == part], _make_letter),
        [make_glyph(each.strokes, AMBIGUOUS if _is_digit_shaped(each) else NOT_READ) for each in doodles],
        mnist.train if part == "train" else mnist.validation,
    )


def make_glyph(strokes: Sequence[Stroke], label: int, *, height: float = 1.0) -> Glyph:
    """Sets strokes into their box; a flat one, such as a dash, becomes at most 1.5 wide."""
    points = np.concatenate(strokes)
    corner, sides = points.min(axis=0), np.ptp(points, axis=0)
    scale = height / max(sides[1], sides[0] / 1.5, 1e-6)
    placed = tuple(((stroke - corner) * scale).astype(np.float32) for stroke in strokes)
    return Glyph(placed, float(sides[0] * scale), float(sides[1] * scale), label)


def _make_letter(drawing: Drawing) -> Glyph:
    label = AMBIGUOUS if _is_digit_shaped(drawing) else NOT_READ
    height = 0.65 if drawing.name in _LOW_LETTERS else 0.3 if drawing.name in ".,'`-:;" else 1.0
    return make_glyph(drawing.strokes, label, height=height)


def _is_digit_shaped(drawing: Drawing) -> bool:
    return drawing.name in _DIGIT_SHAPED or drawing.name in ("line", "circle")


def _by_writer(drawings: Sequence[Drawing], make: Callable[[Drawing], Glyph]) -> list[list[Glyph]]:
    writers: dict[str, list[Glyph]] = defaultdict(list)
    for drawing in drawings:
        if any(len(stroke) > 2 for stroke in drawing.strokes):
            writers[drawing.writer].append(make(drawing))
    return [glyphs for _, glyphs in sorted(writers.items()) if len(glyphs) >= 5]


def _load_letters() -> list[Drawing]:
    """The letters of `$DIGITCNN_DATA/pen_letters.json.gz`; none where it is missing."""
    path = find_data("pen_letters.json.gz")
    return read_drawings(path, _letter_of) if path else []


def _letter_of(entry: dict) -> Drawing:
    return Drawing(as_strokes(entry["strokes"]), NOT_READ, entry["source"], entry["writer"], entry["label"])
