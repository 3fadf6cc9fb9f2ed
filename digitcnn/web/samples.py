"""A digit of each kind and some numbers, as pen strokes, for visitors who can't draw here."""

import numpy as np

from digitcnn.ink.strokes import Stroke

_BETWEEN = 8
"""Points from one given point of a curve to the next."""

# x,y in percent of the canvas. A point given twice is a corner, all others lie on a smooth curve.
_STROKES = {
    0: ("57,18 44,17 34,28 29,48 32,70 43,84 57,82 67,67 70,46 66,26 55,17",),
    1: ("38,33 47,26 55,16 55,16 53,40 51,62 50,85",),
    2: ("30,33 36,21 50,16 64,22 66,37 56,54 41,69 29,82 29,82 48,80 72,81",),
    3: ("31,24 45,16 60,20 63,33 55,44 42,48 42,48 58,51 68,63 63,77 47,84 29,78",),
    4: (
        "50,15 41,34 29,58 29,58 52,57 74,56",
        "60,37 58,60 56,87",
    ),
    5: (
        "37,19 35,32 32,46 32,46 47,41 63,48 68,63 60,78 44,84 29,77",
        "37,19 52,19 69,17",
    ),
    6: ("61,15 47,28 36,47 33,66 41,82 56,84 67,73 63,58 49,54 35,64",),
    7: ("28,21 48,21 71,19 71,19 60,41 51,62 46,86",),
    8: ("63,25 51,16 37,22 37,35 50,46 63,58 67,73 54,85 38,80 34,66 45,52 60,40 65,27",),
    9: ("66,30 54,18 39,22 33,37 42,49 56,46 66,31 66,31 64,52 60,70 56,86",),
}

SAMPLE_NUMBERS = ("42", "1978", "2026", "90210", "314159")
"""Numbers for the menu of samples; together they hold every digit."""

_WIDTH_OF_DIGIT = 0.62
"""Distance from one digit of a number to the next, in sides of a digit's square."""


def sample_strokes(digit: int, side: float) -> list[Stroke]:
    """The strokes of a sample digit on a square canvas.

    Args:
        digit: 0-9.
        side: of the canvas, in its pixels.
    """
    return [_smooth(_parse_points(points)) * side / 100 for points in _STROKES[digit]]


def sample_number(number: str, size: tuple[int, int]) -> list[Stroke]:
    """The strokes of a number in the middle of a canvas.

    Args:
        number: a string of digits.
        size: width and height of the canvas, in its pixels.
    """
    width, height = size
    side = min(0.9 * height, 0.92 * width / (_WIDTH_OF_DIGIT * len(number) + 0.4))
    step = _WIDTH_OF_DIGIT * side
    left = (width - step * (len(number) - 1) - side) / 2
    top = (height - side) / 2
    return [
        stroke + np.array([left + step * place, top])
        for place, digit in enumerate(number)
        for stroke in sample_strokes(int(digit), side)
    ]


def _parse_points(points: str) -> np.ndarray:
    return np.array([point.split(",") for point in points.split()], dtype=np.float64)


def _smooth(points: np.ndarray) -> np.ndarray:
    """A Catmull-Rom curve through points, (n, 2), broken where a point is given twice."""
    ends = np.flatnonzero((np.diff(points, axis=0) == 0).all(axis=1))
    return np.concatenate([_curve(part) for part in np.split(points, ends + 1)])


def _curve(points: np.ndarray) -> np.ndarray:
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = (np.arange(_BETWEEN) / _BETWEEN)[np.newaxis, :, np.newaxis]
    a, b, c, d = (points[:, np.newaxis] for points in (before, start, end, after))
    curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return np.concatenate([curve.reshape(-1, 2) / 2, points[-1:]])
