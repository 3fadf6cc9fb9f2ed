"""Small pictures of ink, as data URLs: they come with the page's update, so that nothing flickers."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from digitcnn.ink.house_digit import FITTED_SIDE, SIDE
from digitcnn.ink.strokes import PEN_WIDTH, Box, Stroke

INK = "#3D74EE"
"""Ink on screen: 3.7:1 or more on every ground of both themes, so a drawing outlives a change of theme."""

GUIDE = "#868C98"
"""Lines that explain: at least 2.9:1 on every ground of both themes."""

_FINE = 10
"""Pixels of a fitted picture per pixel of the house digit."""


def picture_of_pixels(pixels: np.ndarray) -> str:
    """A PNG of a house digit, (28, 28) in 0-1: ink on a transparent ground, to be shown pixelated."""
    image = Image.new("RGBA", (SIDE, SIDE), INK)
    image.putalpha(Image.fromarray(np.round(pixels * 255).astype(np.uint8)))
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def picture_of_strokes(strokes: Sequence[Stroke], size: tuple[int, int], box: Box | None = None) -> str:
    """An SVG of pen strokes on a canvas of `size` (width, height), and the box around them."""
    pen = max(size) / 32
    parts = [_polyline(stroke, pen) for stroke in strokes]
    if box is not None:
        reach = pen / 2
        parts.append(
            _frame(
                box.x - reach, box.y - reach, box.width + 2 * reach, box.height + 2 * reach, max(size) / 80
            )
        )
    return _svg(size, parts)


def picture_of_fitting(strokes: Sequence[Stroke], pixels: np.ndarray, box: Box | None = None) -> str:
    """An SVG of the house digit's field: its middle, and the ink fitted and centered on it by mass."""
    side = SIDE * _FINE
    parts = [
        f'<path d="M{side / 2} 0V{side}M0 {side / 2}H{side}" stroke="{GUIDE}" stroke-width="{side / 80}" '
        'fill="none"/>'
    ]
    if box is not None and pixels.any():
        fitted = [stroke * _FINE for stroke in _fit(strokes, pixels, box)]
        parts = [*(_polyline(stroke, PEN_WIDTH * _FINE) for stroke in fitted), *parts]
    return _svg((side, side), parts)


def _fit(strokes: Sequence[Stroke], pixels: np.ndarray, box: Box) -> list[Stroke]:
    """Strokes where they lie on the house digit, in its pixels."""
    longer = max(box.width, box.height)
    scale = (FITTED_SIDE - PEN_WIDTH) / longer if longer > 0 else 0.0
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    center = np.array([columns[0] + columns[-1] + 1, rows[0] + rows[-1] + 1]) / 2
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
    return [(stroke - middle) * scale + center for stroke in strokes]


def _polyline(stroke: Stroke, pen: float) -> str:
    """A path through whole pixels, each once: with every stroke these pictures travel to the browser."""
    points = np.rint(stroke).astype(int)
    moved = np.any(points[1:] != points[:-1], axis=1)
    points = points[np.concatenate([[True], moved])]
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    return (
        f'<polyline points="{" ".join(map(str, points.reshape(-1).tolist()))}" fill="none" stroke="{INK}" '
        f'stroke-width="{pen:.4g}" stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _frame(x: float, y: float, width: float, height: float, line: float) -> str:
    return (
        f'<rect x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}" fill="none" '
        f'stroke="{GUIDE}" stroke-width="{line:.4g}" stroke-dasharray="{line * 3:.4g}"/>'
    )


def _svg(size: tuple[int, int], parts: Sequence[str]) -> str:
    width, height = size
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode("ascii")
