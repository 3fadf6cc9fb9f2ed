"""Pen strokes to a house digit, drawn with our own pen.

Brush, canvas size, place and scale leave no trace: only the path of the pen is drawn, always at the
same width relative to the finished digit.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from digitcnn.ink.house_digit import FITTED_SIDE, SIDE, place_by_mass

Stroke = np.ndarray
"""(n, 2) float: the pen's path between pen-down and pen-up, columns x (right) and y (down)."""

PEN_WIDTH = 2.4
"""Pixels of the house digit: about the width of the strokes in MNIST."""

_SAMPLES = 4
"""Samples per pixel of the house digit and axis: with soft edges, twice as many change nothing."""

_REACH = 6.0
"""The longest piece of a stroke, in pixels: longer ones need larger windows, shorter ones are more."""

_GRID = 1 / 250
"""Pixels: the points of a stroke are rounded to this, so that scale and shift leave no rounding errors."""

_AT_ONCE = 256
"""Pieces whose distances are in memory together."""

MAX_POINTS = 200_000
"""A drawing of more points is refused: a day of drawing gives fewer."""


class Box(NamedTuple):
    """A box around ink, in the units of the input that it was found in."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


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
    # The pen reaches half its width beyond the path on either side.
    room = (FITTED_SIDE - pen_width) * _SAMPLES
    # Ink that is one point stays one point instead of filling the field; below 1e-300 a float can't scale it.
    scale = room / longer if longer > 1e-300 else 0.0
    pen = pen_width * _SAMPLES
    corner = np.array([box.x, box.y])
    # The longer side comes to 80 samples, or to a rounding error more, which is not to add a row.
    width, height = (int(np.ceil(side * scale + pen - 1e-6)) for side in (box.width, box.height))
    ink = draw_ink([(stroke - corner) * scale + pen / 2 for stroke in strokes], (width, height), pen)
    return place_by_mass(ink, _SAMPLES)


def draw_ink(strokes: Sequence[Stroke], size: tuple[int, int], pen: float) -> np.ndarray:
    """Draws strokes with round joins and ends on a sheet of `size`, (width, height), all in pixels.

    A pixel is inked as far as the pen's edge covers it, measured from its middle: the picture follows the
    strokes continuously, and a shift by a thousandth of a pixel changes it by about that much.

    Returns:
        (height, width) float32 in 0-1, ink 1.
    """
    width, height = size
    radius = pen / 2
    margin = int(np.ceil(_REACH + pen + 2))
    squares = np.full((height + 2 * margin, width + 2 * margin), np.inf, dtype=np.float32)
    for starts, ends in _cut_into_pieces(strokes):
        # Pieces are drawn on windows of the same size, so that NumPy works on many of them at once.
        side = min(int(np.ceil(np.abs(ends - starts).max() + pen + 2)), margin)
        corners = np.floor(np.minimum(starts, ends) - radius - 0.5).astype(int)
        distances = _squared_distances(starts - corners, ends - corners, side)
        # Ink outside the sheet falls on its margin, or is left out.
        corners = np.minimum(np.maximum(corners + margin, 0), [width + margin, height + margin])
        for (x, y), piece in zip(corners.tolist(), distances, strict=True):
            window = squares[y : y + side, x : x + side]
            np.minimum(window, piece, out=window)
    ink = radius + 0.5 - np.sqrt(squares[margin : margin + height, margin : margin + width])
    return np.minimum(np.maximum(ink, 0.0, out=ink), 1.0, out=ink)


def _cut_into_pieces(strokes: Sequence[Stroke]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Starts and ends, each (n, 2), of straight pieces that reach at most `_REACH` pixels right or down."""
    for stroke in strokes:
        # Points closer than this would only cost time; rounding moves no point as far as it would be seen.
        path = np.rint(stroke / _GRID) * _GRID
        steps = path[1:] - path[:-1]
        apart = steps.any(axis=1)
        # A dot is a piece that leads nowhere.
        starts, steps = (path[:-1][apart], steps[apart]) if apart.any() else (path[:1], np.zeros((1, 2)))
        counts = np.ceil(np.abs(steps).max(axis=1) / _REACH).astype(int)
        if counts.max() > 1:
            number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            steps = np.repeat(steps / counts[:, np.newaxis], counts, axis=0)
            starts = np.repeat(starts, counts, axis=0) + steps * number[:, np.newaxis]
        for at in range(0, len(starts), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            yield starts[part], starts[part] + steps[part]


def _squared_distances(starts: np.ndarray, ends: np.ndarray, side: int) -> np.ndarray:
    """From the middle of each pixel of a window to a straight piece on it: (n, side, side) float32."""
    middles = np.arange(0.5, side, dtype=np.float32)
    starts, ends = starts.astype(np.float32), ends.astype(np.float32)
    step = ends - starts
    share = step / np.maximum((step**2).sum(axis=1, keepdims=True), 1e-12)
    x, y = middles - starts[:, :1], middles - starts[:, 1:]
    along = (y * share[:, 1:])[:, :, np.newaxis] + (x * share[:, :1])[:, np.newaxis, :]
    np.minimum(np.maximum(along, 0.0, out=along), 1.0, out=along)
    across = x[:, np.newaxis, :] - along * step[:, :1, np.newaxis]
    across *= across
    along *= step[:, 1:, np.newaxis]
    down = np.subtract(y[:, :, np.newaxis], along, out=along)
    down *= down
    across += down
    return across
