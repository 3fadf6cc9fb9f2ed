"""Pictures of what goes on inside a model: where it looks, and sheets of feature maps."""

import numpy as np
from PIL import Image, ImageDraw

from digitcnn.ink.house_digit import SIDE
from digitcnn.lab.explain.activations import PATCH, Occlusion
from digitcnn.web.images import AGAINST, GUIDE, INK, as_png_url, tint

FAINTEST = 0.5
"""Factors of ten in the odds: a map that nowhere reaches this is shown pale instead of stretched."""

_SCALE = 10
_SHEET_WIDTH = 1056
_GAP = 4


def picture_of_occlusion(pixels: np.ndarray, occlusion: Occlusion) -> str:
    """A PNG of a house digit in gray, and over it what speaks for the answer and what against it."""
    size = SIDE * _SCALE, SIDE * _SCALE
    ink = Image.fromarray(np.round(pixels * 150).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    picture = Image.new("RGBA", size, GUIDE)
    picture.putalpha(ink)
    reach = max(FAINTEST, float(np.abs(occlusion.change).max()))
    for color, share in ((INK, occlusion.change / reach), (AGAINST, -occlusion.change / reach)):
        alpha = Image.fromarray(np.round(np.clip(share, 0, 1) * 215).astype(np.uint8))
        layer = Image.new("RGBA", size, color)
        layer.putalpha(alpha.resize(size, Image.Resampling.BICUBIC))
        picture = Image.alpha_composite(picture, layer)
    row, column = occlusion.weakest
    left, top = (max(0, at - PATCH // 2) * _SCALE for at in (column, row))
    right, bottom = (min(SIDE, at + PATCH // 2 + 1) * _SCALE - 1 for at in (column, row))
    ImageDraw.Draw(picture).rectangle((left, top, right, bottom), outline=GUIDE, width=3)
    return as_png_url(picture)


def sheet_of_maps(values: np.ndarray) -> str:
    """A PNG of what comes out of a layer, all channels or values on one sheet, on one common scale.

    Args:
        values: (height, width, channels), or (n,), drawn as cells; blue above zero, orange below.
    """
    maps = values[np.newaxis, np.newaxis] if values.ndim == 1 else values
    maps = np.moveaxis(maps, -1, 0)
    count, height, width = maps.shape
    columns = _columns(count, values.ndim)
    scale = max(1, (_SHEET_WIDTH // columns - _GAP) // width)
    cell_height, cell_width = height * scale + _GAP, width * scale + _GAP
    rows = -(-count // columns)
    rgba = np.zeros((rows * cell_height, columns * cell_width, 4), np.uint8)
    # The brightest two in a thousand would leave all others dark.
    reach = max(float(np.quantile(np.abs(maps), 0.998)), 1e-6)
    for index, each in enumerate(maps):
        row, column = divmod(index, columns)
        top, left = row * cell_height, column * cell_width
        cell = np.kron(tint(each / reach), np.ones((scale, scale, 1), np.uint8))
        rgba[top : top + height * scale, left : left + width * scale] = cell
    return as_png_url(Image.fromarray(rgba))


def _columns(count: int, dimensions: int) -> int:
    if dimensions == 1:
        return min(count, 64 if count > 64 else 32)
    return min(count, 16 if count > 24 else 12)
