"""Rare shapes of digits, made from common ones: slashed zeros, open 8s, looped 7s, loose strokes.

Each function takes the strokes of one digit, points (n, 2) with y down in any unit, and returns new strokes.
"""

from collections.abc import Callable

import numpy as np

from digitcnn.ink.strokes import Stroke

Reshape = Callable[[list[Stroke], np.random.Generator], list[Stroke]]


def slash_zero(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """A 0 with a slash of any slant and length, with a dot, or with a slash drawn without lifting the pen."""
    corner, size = _frame(strokes)
    center = corner + size / 2 + rng.normal(0, 0.06, 2) * size
    kind = rng.random()
    if kind < 0.12:
        return [*strokes, center + rng.normal(0, 0.03, (3, 2)) * size.max()]
    slant = np.deg2rad(rng.uniform(25, 80) if kind < 0.85 else rng.uniform(95, 180))
    half = 0.5 * rng.uniform(0.45, 1.75) * size[1] * np.array([np.cos(slant), -np.sin(slant)])
    slash = _bow(np.stack([center - half, center + half]), rng)
    if rng.random() < 0.5:
        slash = slash[::-1]
    if rng.random() < 0.15:
        return [*strokes[:-1], np.concatenate([strokes[-1], slash])]
    return [*strokes, slash]


def open_eight(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """An 8 whose ends stop short or swing apart; one of several strokes has them loosened."""
    if len(strokes) > 1:
        return loosen_strokes(strokes, rng)
    path = _resample(strokes[0], 64)
    cut = rng.integers(0, 8, 2)
    path = path[cut[0] : len(path) - cut[1]]
    fade = np.clip(np.linspace(1, -3, len(path)), 0, 1)[:, np.newaxis]
    swing = rng.normal(0, 0.13, (2, 2)) * _frame(strokes)[1].max()
    return [path + fade * swing[0] + fade[::-1] * swing[1]]


def loop_seven(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """A 7 whose crossbar follows from the foot of the stem without lifting the pen."""
    corner, size = _frame(strokes)
    stem = strokes[-1] if len(strokes) < 3 else strokes[0]
    foot = stem[-1]
    level = corner[1] + size[1] * rng.uniform(0.42, 0.68)
    x = foot[0] + (corner[0] + 0.6 * size[0] - foot[0]) * (foot[1] - level) / size[1]
    reach = size.max() * rng.uniform(0.15, 0.4, 2)
    knots = np.array(
        [
            foot,
            [foot[0] - 0.6 * reach[0], (foot[1] + level) / 2 + 0.1 * size[1]],
            [x - reach[0], level + rng.normal(0, 0.05) * size[1]],
            [x + reach[1], level - rng.uniform(0, 0.15) * size[1]],
        ]
    )
    return [*strokes[:-1], np.concatenate([strokes[-1], _curve(knots)[1:]])]


def write_flagged_one(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """A 1 with a flag, from short and flat to nearly as long and steep as its stem.

    Takes only the size of the strokes.
    """
    height = _frame(strokes)[1].max()
    lean = np.deg2rad(rng.normal(8, 6))
    foot = height * np.array([-np.sin(lean), np.cos(lean)])
    if rng.random() < 0.5:  # An upside-down V.
        below, length = rng.uniform(42, 66), rng.uniform(0.45, 0.85)
    else:
        below, length = rng.uniform(12, 45), rng.uniform(0.15, 0.32)
    angle = np.deg2rad(below)
    flag = height * length * np.array([-np.cos(angle), np.sin(angle)])
    made = [np.concatenate([_bow(np.stack([flag, [0, 0]]), rng), _bow(np.stack([np.zeros(2), foot]), rng)])]
    if rng.random() < 0.15:
        base = height * rng.uniform(0.15, 0.3)
        made.append(_bow(foot + np.array([[-base, 0], [base, 0]]), rng))
    return made


def loosen_strokes(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """A digit of several strokes, all but the longest shifted, as a roof that stands apart from its 5.

    A digit of one stroke is cut in two where it turns most sharply.
    """
    if len(strokes) == 1:
        strokes = _cut_at_corner(strokes[0])
    size = _frame(strokes)[1].max()
    longest = max(range(len(strokes)), key=lambda at: _length(strokes[at]))
    shifts = rng.normal(0, 0.1 * size, (len(strokes), 2))
    shifts[longest] = 0
    return [stroke + shift for stroke, shift in zip(strokes, shifts, strict=True)]


def _frame(strokes: list[Stroke]) -> tuple[np.ndarray, np.ndarray]:
    """The upper left corner, and width and height, never 0."""
    points = np.concatenate(strokes)
    size = np.ptp(points, axis=0)
    return points.min(axis=0), np.maximum(size, 0.05 * max(float(size.max()), 1e-6))


def _length(stroke: Stroke) -> float:
    return float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum())


def _bow(line: np.ndarray, rng: np.random.Generator) -> Stroke:
    """The straight line between two points, slightly bowed, as ten points."""
    along = line[1] - line[0]
    share = np.linspace(0, 1, 10)[:, np.newaxis]
    return line[0] + share * along + 4 * share * (1 - share) * rng.normal(0, 0.05) * along[::-1] * [1, -1]


def _curve(knots: np.ndarray) -> Stroke:
    """A Bézier curve through the first and last of four knots, bent towards the others."""
    share = np.linspace(0, 1, 16)[:, np.newaxis]
    back = 1 - share
    inner = knots[0] * back**3 + 3 * knots[1] * share * back**2 + 3 * knots[2] * share**2 * back
    return np.concatenate([inner + knots[2] * share**3, knots[3:]])


def _resample(stroke: Stroke, count: int) -> Stroke:
    """Points at equal distances along the stroke."""
    steps = np.linalg.norm(np.diff(stroke, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, walked[-1], count)
    return np.stack([np.interp(at, walked, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _cut_at_corner(stroke: Stroke) -> list[Stroke]:
    path = _resample(stroke, 48)
    steps = path[4:] - path[:-4]
    turn = (steps[:-4] * steps[4:]).sum(axis=1) / np.maximum(
        np.linalg.norm(steps[:-4], axis=1) * np.linalg.norm(steps[4:], axis=1), 1e-9
    )
    corner = int(turn[4:-4].argmin()) + 8
    return [path[: corner + 1], path[corner:]]


RARE_SHAPES: dict[int, tuple[Reshape, ...]] = {
    0: (slash_zero,),
    1: (write_flagged_one,),
    4: (loosen_strokes,),
    5: (loosen_strokes,),
    7: (loop_seven, loosen_strokes),
    8: (open_eight,),
}
"""What is made of a digit with this label, which stays the same."""
