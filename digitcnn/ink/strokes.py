"""Pen strokes to a house digit, drawn with our own pen.

Brush, canvas size, place and scale leave no trace: only the path of the pen is drawn, always at the
same width relative to the finished digit.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from digitcnn.ink.house_digit import FINE, FITTED_SIDE, SIDE, place_by_mass

Stroke = np.ndarray
"""(n, 2) float: the pen's path between pen-down and pen-up, columns x (right) and y (down)."""

PEN_WIDTH = 2.4
"""Pixels of the house digit: about the width of the strokes in MNIST."""

MAX_POINTS = 200_000
"""A drawing of more points is refused: a day of drawing gives fewer."""


class Box(NamedTuple):
    """A box around ink, in the units of the input that it was found in."""

    x: float
    y: float
    width: float
    height: float


def as_strokes(strokes: Iterable[np.ndarray | Sequence[Sequence[float]]]) -> list[Stroke]:
    """Checks pen strokes at the door.

    Args:
        strokes: each (n, 2), x right and y down, in any units; strokes of no points are left out.

    Returns:
        The strokes as float64 arrays.

    Raises:
        ValueError: a stroke has another shape, a coordinate is not a finite number, or there are
            more than `MAX_POINTS` points.
    """
    checked = []
    for number, stroke in enumerate(strokes):
        try:
            points = np.asarray(stroke, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"expected numbers in stroke {number}, received {stroke!r:.80}") from None
        if points.size == 0:
            continue
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"expected stroke {number} of shape (n, 2), received {points.shape}")
        if not np.isfinite(points).all() or np.abs(points).max() > 1e9:
            raise ValueError(f"expected finite coordinates below 1e9, found others in stroke {number}")
        checked.append(points)
    if (total := sum(map(len, checked))) > MAX_POINTS:
        raise ValueError(f"expected at most {MAX_POINTS} points, received {total}")
    return checked


def box_of_strokes(strokes: Sequence[Stroke]) -> Box:
    """The smallest box around the pen's path, in the strokes' own units; it may have no width.

    Raises:
        ValueError: there are no strokes.
    """
    if not strokes:
        raise ValueError("expected at least one stroke, received none")
    points = np.concatenate(strokes)
    x, y = points.min(axis=0)
    width, height = np.ptp(points, axis=0)
    return Box(float(x), float(y), float(width), float(height))


def draw_house_digit(strokes: Sequence[Stroke], *, pen_width: float = PEN_WIDTH) -> np.ndarray:
    """Draws strokes as one house digit.

    Args:
        strokes: checked by `as_strokes`. All of them together are one digit.
        pen_width: in pixels of the house digit.

    Returns:
        (28, 28) float32 in 0-1, all zeros for no strokes. A single point gives a dot of the pen's
        width.
    """
    if not strokes:
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    box = box_of_strokes(strokes)
    longer = max(box.width, box.height)
    room = (FITTED_SIDE - pen_width) * FINE
    # Ink that is one point stays one point instead of filling the field; below 1e-300 a float can't scale it.
    scale = room / longer if longer > 1e-300 else 0.0
    pen = pen_width * FINE
    corner = np.array([box.x, box.y])
    size = int(np.ceil(box.width * scale + pen)), int(np.ceil(box.height * scale + pen))
    return place_by_mass(draw_ink([(stroke - corner) * scale + pen / 2 for stroke in strokes], size, pen))


def draw_ink(strokes: Sequence[Stroke], size: tuple[int, int], pen: float) -> np.ndarray:
    """Draws strokes with round joins and ends on a sheet of `size`, (width, height), all in pixels.

    Returns:
        (height, width) float32 in 0-1, ink 1, without smoothed edges.
    """
    canvas = Image.new("L", size)
    drawing = ImageDraw.Draw(canvas)
    for stroke in strokes:
        _draw_path(drawing, stroke, pen)
    return np.asarray(canvas, dtype=np.float32) / 255.0


def _draw_path(drawing: ImageDraw.ImageDraw, path: np.ndarray, pen: float) -> None:
    """Draws a path in fine pixels with round joins and ends."""
    radius = pen / 2
    points = _without_crowding(path)
    if len(points) > 1:
        drawing.line(points, fill=255, width=round(pen))
    for x, y in points:
        drawing.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=255)


def _without_crowding(path: np.ndarray) -> list[tuple[float, float]]:
    """Leaves out points under one fine pixel from the last one kept: they would only cost time."""
    (last_x, last_y), *rest = path.tolist()
    kept = [(last_x, last_y)]
    for x, y in rest:
        if abs(x - last_x) >= 1.0 or abs(y - last_y) >= 1.0:
            kept.append((x, y))
            last_x, last_y = x, y
    return kept
