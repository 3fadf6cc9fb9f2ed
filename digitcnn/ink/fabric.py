"""Between the drawing canvas's own format, Fabric.js 7 JSON, and pen strokes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.strokes import MAX_POINTS, Stroke

FLATTENING = 3.0
"""Canvas pixels: about how far apart the points of a flattened curve may lie."""

MAX_STROKES = 1_000
"""A drawing of more objects is refused: to find its rows, each stroke is compared with many others."""

_MAX_STEPS = 16
_MAX_COORDINATE = 1e6
"""Canvas pixels: an object beyond this was not drawn by a person."""

_COORDINATES = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
"""How many numbers follow each command of a path."""

_ORIGINS = {"left": -0.5, "top": -0.5, "center": 0.0, "right": 0.5, "bottom": 0.5}


def strokes_from_canvas(json_data: object) -> list[Stroke]:
    """The pen strokes of a canvas's `json_data`, as they lie on the canvas.

    Freehand paths are flattened and carried through the object's transform, so that objects that were moved,
    scaled, turned, flipped or skewed afterwards come out as they are seen. Brush and color leave no trace.
    Objects other than paths, and paths that are broken, are left out.

    Args:
        json_data: from the canvas component; None before anything was drawn.

    Returns:
        Strokes in order of drawing, each (n, 2) float64, x right and y down, in canvas pixels.

    Raises:
        InputError: this is no drawing, or it has more than `MAX_STROKES` objects or `MAX_POINTS` points.
    """
    if json_data is None:
        return []
    objects = json_data.get("objects", []) if isinstance(json_data, Mapping) else None
    if not isinstance(objects, list):
        raise InputError("The drawing cannot be understood: clear the canvas and draw again.")
    if len(objects) > MAX_STROKES:
        raise InputError(
            f"The drawing has more than {MAX_STROKES:,} strokes: clear the canvas and draw less."
        )
    strokes: list[Stroke] = []
    room = MAX_POINTS
    for entry in objects:
        found = _strokes_of_object(entry, room)
        room -= sum(map(len, found))
        strokes += found
    return strokes


def canvas_from_strokes(strokes: Iterable[Stroke], *, color: str, width: float) -> dict[str, Any]:
    """A drawing for the canvas's `initial_drawing`, as if a person had drawn these strokes.

    Args:
        strokes: each (n, 2), in canvas pixels.
        color: of the pen, as in CSS.
        width: of the pen, in canvas pixels.
    """
    return {"objects": [_path_object(stroke, color, width) for stroke in strokes if len(stroke)]}


def _path_object(stroke: Stroke, color: str, width: float) -> dict[str, Any]:
    points = stroke.round(2).tolist()
    low, high = stroke.min(axis=0), stroke.max(axis=0)
    left, top = ((low + high) / 2).tolist()
    # A path of one move is drawn as nothing: a dot is a line that leads nowhere, as the brush makes it.
    lines = points[1:] or [[points[0][0] + 0.01, points[0][1]]]
    return {
        "type": "Path",
        "originX": "center",
        "originY": "center",
        "left": round(left, 2),
        "top": round(top, 2),
        "fill": None,
        "stroke": color,
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "path": [["M", *points[0]], *(["L", *point] for point in lines)],
    }


def _strokes_of_object(entry: object, room: int) -> list[Stroke]:
    """The strokes of one object; none where it is no path or a broken one.

    Raises:
        InputError: there are more than `room` points.
    """
    if not isinstance(entry, Mapping) or entry.get("type") not in ("Path", "path"):
        return []
    path = entry.get("path")
    if not isinstance(path, list):
        return []
    if len(path) > room:
        raise _too_long()
    try:
        subpaths = _read_path(path)
        drawn = [(curves[:, 0], _count_steps(curves[1:, 0])) for curves in subpaths]
        if sum(1 + int(steps.sum()) for _, steps in drawn) > room:
            raise _too_long()
        strokes = [_flatten(curves, steps) for curves, steps in drawn]
        return _place(strokes, _bounds([curves[:, 1] for curves in subpaths]), entry) if strokes else []
    except _BrokenPathError:
        return []


class _BrokenPathError(Exception):
    """A path or a transform that Fabric.js would not have written."""


def _too_long() -> InputError:
    return InputError(f"The drawing has more than {MAX_POINTS:,} points: clear the canvas and draw less.")


def _read_path(path: Sequence[object]) -> list[np.ndarray]:
    """The cubic Bezier curves of each subpath, (n, 2, 4, 2): as drawn, and as Fabric.js measures them.

    The first curve is the point where the pen came down. Of a quadratic curve Fabric.js takes the control
    point twice, which bulges a little more than the curve drawn.
    """
    subpaths: list[list[list[float]]] = []
    x = y = 0.0
    for command in path:
        if not isinstance(command, list) or not command or not isinstance(command[0], str):
            raise _BrokenPathError
        letter, numbers = command[0], [_number(value) for value in command[1:]]
        if len(numbers) != _COORDINATES.get(letter):
            raise _BrokenPathError
        if letter == "M":
            x, y = numbers
            subpaths.append([[x, y] * 8])
            continue
        if not subpaths:
            raise _BrokenPathError
        end_x, end_y = end = numbers[-2:] or subpaths[-1][0][:2]
        first_x, first_y = first = numbers[:2] or end
        if letter == "C":
            drawn = outer = numbers[:4]
        else:
            # A line is a quadratic curve whose control point lies on its end.
            drawn = [x / 3 + first_x * 2 / 3, y / 3 + first_y * 2 / 3]
            drawn += [end_x / 3 + first_x * 2 / 3, end_y / 3 + first_y * 2 / 3]
            outer = first * 2
        subpaths[-1].append([x, y, *drawn, *end, x, y, *outer, *end])
        x, y = end
    return [np.array(subpath).reshape(-1, 2, 4, 2) for subpath in subpaths]


def _count_steps(curves: np.ndarray) -> np.ndarray:
    """Into how many lines each curve, (n, 4, 2), is flattened: a slow pen's are short enough as they are."""
    lengths = np.linalg.norm(np.diff(curves, axis=1), axis=2).sum(axis=1)
    return np.clip(np.rint(lengths / FLATTENING), 1, _MAX_STEPS).astype(int)


def _flatten(curves: np.ndarray, steps: np.ndarray) -> Stroke:
    """The first curve's start, and the ends of the lines into which the curves after it are flattened."""
    number = np.arange(1, steps.sum() + 1) - np.repeat(np.cumsum(steps) - steps, steps)
    weights = _bernstein(number / np.repeat(steps, steps))
    points = np.einsum("kn,nkd->nd", weights, np.repeat(curves[1:], steps, axis=0))
    return np.concatenate([curves[:1, 0], points])


def _bernstein(t: np.ndarray) -> np.ndarray:
    """Weights of a curve's four points at t, (n,) in 0-1: (4, n)."""
    return np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])


def _bounds(subpaths: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest x and y of a path as Fabric.js finds them: it places their center."""
    curves = np.concatenate(subpaths)
    weights = _bernstein(np.arange(1, _MAX_STEPS + 1) / _MAX_STEPS)
    points = np.concatenate([curves[:, 0], np.einsum("ks,nkd->nsd", weights, curves).reshape(-1, 2)])
    return points.min(axis=0), points.max(axis=0)


def _place(
    strokes: Sequence[Stroke], bounds: tuple[np.ndarray, np.ndarray], entry: Mapping[str, Any]
) -> list[Stroke]:
    """Carries an object's own coordinates to the canvas, as Fabric.js does when it draws.

    Source: fabric 7.4, `src/util/misc/matrix.ts` (calcDimensionsMatrix, composeMatrix) and
    `src/shapes/Object/ObjectOrigin.ts` (translateToCenterPoint).
    """
    low, high = bounds
    shape = _shape_matrix(entry)
    angle = math.radians(_number(entry.get("angle", 0)))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    anchor = np.array([_number(entry.get("left", 0)), _number(entry.get("top", 0))])
    origin = np.array([_origin(entry.get("originX", "left")), _origin(entry.get("originY", "top"))])
    pen = _number(entry.get("strokeWidth", 1))
    uniform = bool(entry.get("strokeUniform", False))
    size = np.abs(shape) @ (high - low + (0.0 if uniform else pen)) + (pen if uniform else 0.0)
    center = anchor - turn @ (origin * size)
    with np.errstate(all="ignore"):
        placed = [(stroke - (low + high) / 2) @ (turn @ shape).T + center for stroke in strokes]
    if any(not (np.abs(stroke) < _MAX_COORDINATE).all() for stroke in placed):
        raise _BrokenPathError
    return placed


def _shape_matrix(entry: Mapping[str, Any]) -> np.ndarray:
    """Scale, flip and skew, (2, 2), in Fabric's order: skewed first in y, then in x, then scaled."""
    scale_x = _number(entry.get("scaleX", 1)) * (-1 if entry.get("flipX") is True else 1)
    scale_y = _number(entry.get("scaleY", 1)) * (-1 if entry.get("flipY") is True else 1)
    skew_x = math.tan(math.radians(_number(entry.get("skewX", 0))))
    skew_y = math.tan(math.radians(_number(entry.get("skewY", 0))))
    scale = np.diag([scale_x, scale_y])
    return scale @ np.array([[1.0, skew_x], [0.0, 1.0]]) @ np.array([[1.0, 0.0], [skew_y, 1.0]])


def _origin(value: object) -> float:
    """Where an object's left or top lies on it: -0.5 at its start, 0.5 at its end."""
    if isinstance(value, str):
        if value not in _ORIGINS:
            raise _BrokenPathError
        return _ORIGINS[value]
    return _number(value) - 0.5


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MAX_COORDINATE:
        raise _BrokenPathError
    return float(value)
