"""Sheets of digits, as pictures for the Data page."""

import numpy as np
from PIL import Image

from digitcnn.web.images import INK
from digitcnn.web.lab.inside_pictures import as_png_url, tint

_SCALE = 2
_GAP = 3


def sheet_of_digits(images: np.ndarray) -> str:
    """A PNG of digits in rows: ink on a transparent ground.

    Args:
        images: (rows, columns, 28, 28) uint8, ink 255 on paper 0.
    """
    alpha = _lay_out(images)
    picture = Image.new("RGBA", alpha.shape[::-1], INK)
    picture.putalpha(Image.fromarray(alpha))
    return as_png_url(picture)


def sheet_of_differences(values: np.ndarray) -> str:
    """A PNG of pictures in a row, blue where a value is above zero and orange where it is below.

    Args:
        values: (n, 28, 28) in -1 to 1; the largest of them gets the full color.
    """
    share = values / max(float(np.abs(values).max()), 1e-6)
    rgba = np.stack(
        [_lay_out(tint(each)[np.newaxis, np.newaxis, ..., at]) for each in share for at in range(4)]
    )
    height, width = rgba.shape[1:]
    cells = rgba.reshape(len(values), 4, height, width)
    return as_png_url(Image.fromarray(np.concatenate(list(cells.transpose(0, 2, 3, 1)), axis=1)))


def as_bytes(pixels: np.ndarray) -> np.ndarray:
    """Pixels in 0-1 as uint8, stretched so that the darkest is full ink."""
    return np.round(pixels / max(float(pixels.max()), 1e-6) * 255).astype(np.uint8)


def _lay_out(images: np.ndarray) -> np.ndarray:
    """(rows, columns, height, width) as one picture, (y, x), with gaps between."""
    large = images.repeat(_SCALE, axis=2).repeat(_SCALE, axis=3)
    spaced = np.pad(large, ((0, 0), (0, 0), (_GAP, _GAP), (_GAP, _GAP)))
    rows, columns, height, width = spaced.shape
    return np.ascontiguousarray(spaced.transpose(0, 2, 1, 3)).reshape(rows * height, columns * width)
