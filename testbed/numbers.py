"""Numbers of several digits, made of real pen strokes of one writer, as strokes and as pictures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from digitcnn.training.pen_strokes import Drawing, load_pen_digits


@dataclass(frozen=True)
class Sample:
    """A picture or pen strokes to read.

    Attributes:
        source: anything that a `DigitReader` reads.
        label: its digits, line by line.
        kind: the set that it belongs to.
        writer: whoever wrote it, where that is known.
        scattered: its digits stand in no order.
    """

    source: object
    label: str
    kind: str
    writer: str = ""
    scattered: bool = False


@cache
def load_pens() -> dict[str, list[Drawing]]:
    """UCI's pen digits by writer: only writers that no model learned from, without doubtful labels.

    The other sources hold cut-off digits (a zero's slash alone, say), of which no number can be made.
    """
    writers = defaultdict(list)
    for digit in load_pen_digits():
        held = digit.source == "pendigits" and digit.part != "train" and not digit.suspect
        if held and any(len(stroke) > 2 for stroke in digit.strokes):
            writers[digit.writer].append(digit)
    return dict(writers)


def make_numbers(writers: dict[str, list[Drawing]], count: int, *, gap: tuple[float, float]) -> list[Sample]:
    """Numbers of 2 to 6 real digits of one writer side by side.

    Args:
        writers: from `load_pens`.
        count: how many numbers.
        gap: smallest and largest gap between the boxes of neighbors, in heights of a digit; below
            zero they overlap.
    """
    random = np.random.default_rng(7)
    names = sorted(writers)
    numbers = []
    for _ in range(count):
        writer = names[random.integers(len(names))]
        chosen = [
            writers[writer][k] for k in random.integers(len(writers[writer]), size=random.integers(2, 7))
        ]
        strokes, right = [], 0.0
        for digit in chosen:
            points = np.concatenate(digit.strokes)
            corner, size = points.min(axis=0), np.ptp(points, axis=0)
            scale = 100.0 * random.uniform(0.8, 1.2) / max(size[1], 0.5 * size[0], 1e-9)
            place = np.array([right, 50.0 - scale * size[1] / 2 + random.uniform(-10, 10)])
            strokes += [(path - corner) * scale + place for path in digit.strokes]
            right += scale * size[0] + 100.0 * random.uniform(*gap)
        label = "".join(str(digit.label) for digit in chosen)
        numbers.append(Sample(strokes, label, "made", writer))
    return numbers


MARKS = ("slash", "comma", "ring", "underline", "crossed-out number before it", "8 of two rings before it")
"""What `mark_numbers` draws beside the digits."""


def mark_numbers(numbers: Iterable[Sample], mark: str) -> list[Sample]:
    """The same numbers, written a second time behind a mark of this kind, or with it around or below them."""
    random = np.random.default_rng(9)
    return [_mark_number(number, mark, random) for number in numbers]


def _mark_number(number: Sample, mark: str, random: np.random.Generator) -> Sample:
    strokes = [np.asarray(stroke) for stroke in number.source]  # type: ignore[union-attr]
    points = np.concatenate(strokes)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    angle, middle = np.linspace(0, 2 * np.pi, 50), np.array([left + right, top + bottom]) / 2
    if mark == "ring":
        size = np.array([right - left, bottom - top]) * random.uniform(0.72, 0.95)
        ring = middle + np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.maximum(size, 70.0)
        return replace(number, source=[*strokes, ring])
    if mark == "underline":
        low = bottom + random.uniform(2, 20)
        line = np.linspace([left - 10, low], [right + 10, low + random.uniform(-10, 10)], 20)
        return replace(number, source=[*strokes, line])
    again = [_move(stroke, right - left + 60.0) for stroke in strokes]
    if mark == "crossed-out number before it":
        heights = random.uniform(35, 65, 2)
        line = np.linspace([left - 8, heights[0]], [right + 8, heights[1]], 20)
        return replace(number, source=[*strokes, line, *again])
    if mark == "8 of two rings before it":
        radius = random.uniform(22, 27)
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius
        rings = [_move(ring, left - 50.0, 50.0 + side * radius) for side in (-1, 1)]
        return replace(number, label=f"8{number.label}", source=[*rings, *strokes])
    if mark == "slash":
        tall, lean = 100 * random.uniform(1.15, 1.45), random.uniform(0.25, 0.55)
        sign = np.linspace([right + 8 + lean * tall, 50 - tall / 2], [right + 8, 50 + tall / 2], 8)
        again = [_move(stroke, lean * tall - 30) for stroke in again]
    else:
        sign = _move(np.array([[4, -6], [5, 0], [-2, random.uniform(8, 22)]]), right + 14, 96)
    return replace(number, label=2 * number.label, source=[*strokes, sign, *again])


def _move(path: np.ndarray, across: float, down: float = 0.0) -> np.ndarray:
    return path + np.array([across, down])


def draw_numbers(numbers: Iterable[Sample]) -> list[Sample]:
    """The same numbers as gray pictures, dark on light or light on dark, pens of 4 to 14 % of the height."""
    random = np.random.default_rng(8)
    pictures = []
    for number in numbers:
        strokes = [np.asarray(stroke) for stroke in number.source]  # type: ignore[union-attr]
        points = np.concatenate(strokes)
        scale, pen = random.uniform(0.4, 1.6), random.uniform(4.0, 14.0)
        corner = points.min(axis=0) - 40.0
        size = np.ceil((np.ptp(points, axis=0) + 80.0) * scale).astype(int)
        canvas = Image.new("L", (int(size[0]) * 3, int(size[1]) * 3))
        drawing = ImageDraw.Draw(canvas)
        radius = 1.5 * pen * scale
        for stroke in strokes:
            path = [tuple(point) for point in ((stroke - corner) * scale * 3).tolist()]
            if len(path) > 1:
                drawing.line(path, fill=255, width=max(round(2 * radius), 1))
            for x, y in path:
                drawing.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        ink = np.asarray(canvas.resize((int(size[0]), int(size[1])), Image.Resampling.BOX))
        pictures.append(
            Sample(ink if random.random() < 0.5 else 255 - ink, number.label, "made", number.writer)
        )
    return pictures
