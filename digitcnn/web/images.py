"""Small pictures of ink, as data URLs: they come with the page's update, so that nothing flickers."""

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np
from PIL import Image

from digitcnn.ink.house_digit import FITTED_SIDE, SIDE
from digitcnn.ink.strokes import PEN_WIDTH, Box, Stroke

INK = "#3D74EE"
"""Ink on screen: 3.7:1 or more on every background, so that a drawing survives a change of theme."""

GUIDE = "#868C98"
"""Auxiliary lines: at least 2.9:1 on every background of both themes."""

AGAINST = "#E08A2C"
"""Evidence against an answer, and values below zero."""

_FINE = 10
"""Pixels of a fitted picture per pixel of the house digit."""

_SHEET_SCALE = 2
_SHEET_GAP = 3


def picture_of_pixels(pixels: np.ndarray) -> str:
    """A PNG of a house digit, (28, 28) in 0-1: ink on a transparent background, to be shown pixelated."""
    return _ink_url(np.round(pixels * 255).astype(np.uint8))


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
    """An SVG of the house digit's field: crosshairs, and the ink fitted into it and centered by mass."""
    side = SIDE * _FINE
    parts = [
        f'<path d="M{side / 2} 0V{side}M0 {side / 2}H{side}" stroke="{GUIDE}" stroke-width="{side / 80}" '
        'fill="none"/>'
    ]
    if box is not None and pixels.any():
        fitted = [stroke * _FINE for stroke in _fit(strokes, pixels, box)]
        parts = [*(_polyline(stroke, PEN_WIDTH * _FINE) for stroke in fitted), *parts]
    return _svg((side, side), parts)


def sheet_of_digits(images: np.ndarray) -> str:
    """A PNG of digits in rows: ink on a transparent background.

    Args:
        images: (rows, columns, 28, 28) uint8, ink 255 on paper 0.
    """
    return _ink_url(_lay_out(images))


def sheet_of_differences(values: np.ndarray) -> str:
    """A PNG of pictures in a row, blue where a value is above zero and orange where it is below.

    Args:
        values: (n, 28, 28) in -1 to 1; the largest of them gets the full color.
    """
    rgba = tint(values / max(float(np.abs(values).max()), 1e-6))
    layers = [_lay_out(rgba[np.newaxis, ..., channel]) for channel in range(4)]
    return as_png_url(Image.fromarray(np.stack(layers, axis=-1)))


def stretch_contrast(pixels: np.ndarray) -> np.ndarray:
    """Pixels in 0-1 as uint8, stretched so that the darkest is full ink."""
    return np.round(pixels / max(float(pixels.max()), 1e-6) * 255).astype(np.uint8)


def tint(share: np.ndarray) -> np.ndarray:
    """Values between -1 and 1, (...), as RGBA, (..., 4) uint8.

    The sign is the color, blue or orange, and the size its opacity over a faint background.
    """
    colors = np.array([_rgb(AGAINST), _rgb(INK)], np.uint8)[(share >= 0).astype(int)]
    colors[np.abs(share) < 1e-3] = _rgb(GUIDE)
    alpha = np.round(20 + 235 * np.clip(np.abs(share), 0, 1)).astype(np.uint8)
    return np.concatenate([colors, alpha[..., np.newaxis]], axis=-1)


def as_png_url(image: Image.Image) -> str:
    """A picture as the data URL of its PNG."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return as_data_url(file.getvalue(), "png")


def as_data_url(data: bytes, kind: Literal["png", "jpeg", "webp", "svg+xml"]) -> str:
    """A picture's file inside an address, so that the server stores nothing of it."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def figure_html(picture: str, alt: str, caption: str) -> str:
    """A picture over its caption.

    Args:
        picture: the address.
        alt: describes the picture, as plain text.
        caption: HTML.
    """
    image = f'<img src="{escape(picture)}" alt="{escape(alt)}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _ink_url(alpha: np.ndarray) -> str:
    """A PNG of ink on a transparent background: `alpha`, (height, width) uint8, is how much of it."""
    picture = Image.new("RGBA", alpha.shape[::-1], INK)
    picture.putalpha(Image.fromarray(alpha))
    return as_png_url(picture)


def _lay_out(images: np.ndarray) -> np.ndarray:
    """(rows, columns, height, width) as one picture, (y, x), with gaps between."""
    large = images.repeat(_SHEET_SCALE, axis=2).repeat(_SHEET_SCALE, axis=3)
    gap = (_SHEET_GAP, _SHEET_GAP)
    spaced = np.pad(large, ((0, 0), (0, 0), gap, gap))
    rows, columns, height, width = spaced.shape
    return np.ascontiguousarray(spaced.transpose(0, 2, 1, 3)).reshape(rows * height, columns * width)


def _fit(strokes: Sequence[Stroke], pixels: np.ndarray, box: Box) -> list[Stroke]:
    """Strokes in the pixels of the house digit."""
    longer = max(box.width, box.height)
    scale = (FITTED_SIDE - PEN_WIDTH) / longer if longer > 0 else 0.0
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    center = np.array([columns[0] + columns[-1] + 1, rows[0] + rows[-1] + 1]) / 2
    middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
    return [(stroke - middle) * scale + center for stroke in strokes]


def _polyline(stroke: Stroke, pen: float) -> str:
    """A path through whole pixels, each once: these pictures travel to the browser with every stroke."""
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
    return as_data_url(text.encode(), "svg+xml")


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
