"""The house digit: the one form in which a model sees ink, made as MNIST was made.

float32, (28, 28), ink 1.0 on paper 0.0; aspect kept, the longer side fitted in 20 px with area
averaging, placed by center of mass. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of
handwritten digits", http://yann.lecun.com/exdb/mnist/.
"""

import numpy as np
from PIL import Image

SIDE = 28
"""Height and width of a house digit, in pixels."""

FITTED_SIDE = 20
"""The longer side of the ink's box in a house digit, in pixels."""

FINE = 8
"""Fine pixels per pixel and axis: ink is placed on a grid this much finer, then averaged down."""

_CENTER = SIDE / 2 + 0.5
"""Where MNIST has its centers of mass: on average 14.50 px from either edge, the middle of pixel 14."""

_INK_FLOOR = 0.05
"""Below this, ink is the foot of a resampling filter and does not widen the box."""


def make_house_digit(ink: np.ndarray) -> np.ndarray:
    """Makes a house digit of a picture's ink.

    Args:
        ink: (height, width), any size and any real dtype, ink 1.0 on paper 0.0. Everything in it is
            taken as one digit.

    Returns:
        (28, 28) float32 in 0-1, all zeros where there is no ink.

    Raises:
        ValueError: `ink` is not two-dimensional, is empty or is not finite.
    """
    ink = np.asarray(ink, dtype=np.float32)
    if ink.ndim != 2 or ink.size == 0:
        raise ValueError(f"expected ink of shape (height, width), received {ink.shape}")
    if not np.isfinite(ink).all():
        raise ValueError("expected finite ink, received NaN or infinity")
    box = box_of_ink(ink, _INK_FLOOR)
    return place_by_mass(_resize_to_fit(ink[box])) if box else np.zeros((SIDE, SIDE), dtype=np.float32)


def box_of_ink(ink: np.ndarray, above: float = 0.0) -> tuple[slice, slice] | None:
    """The rows and columns from the first to the last with ink above a value; None where there is none."""
    inked = ink > above
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if rows.size else None


def place_by_mass(fine_ink: np.ndarray, samples: int = FINE) -> np.ndarray:
    """Places ink that has its final size on the (28, 28) field, center of mass in the middle of pixel 14.

    Args:
        fine_ink: (height, width) float in 0-1, each side at most 28 pixels.
        samples: fine pixels per pixel and axis.

    Returns:
        (28, 28) float32 in 0-1: the fine pixels under each pixel averaged, those on its edge by their share.
        Ink never leaves the field: where the center of mass would push it out, it stops at the edge.

    Raises:
        ValueError: the ink is larger than the field.
    """
    if max(fine_ink.shape) > SIDE * samples:
        raise ValueError(f"expected sides of at most {SIDE * samples} px, received {fine_ink.shape}")
    rows = _shares_of_pixels(fine_ink.sum(axis=1), samples)
    columns = _shares_of_pixels(fine_ink.sum(axis=0), samples)
    return rows @ fine_ink.astype(np.float32) @ columns.T


def _shares_of_pixels(profile: np.ndarray, samples: int) -> np.ndarray:
    """Which share of each pixel lies under each of its fine pixels, (28, length), along one axis."""
    length = len(profile)
    mass = float(profile.sum())
    center = float(profile @ np.arange(0.5, length)) / mass if mass > 0 else length / 2
    offset = min(max(_CENTER * samples - center, 0.0), SIDE * samples - length)
    edges = np.arange(offset, offset + length + 0.5) / samples
    pixels = np.arange(SIDE)[:, np.newaxis]
    shares = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return np.maximum(shares, 0.0).astype(np.float32)


def _resize_to_fit(ink: np.ndarray) -> np.ndarray:
    height, width = ink.shape
    scale = FITTED_SIDE * FINE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    image = Image.fromarray(np.ascontiguousarray(ink), mode="F")
    return np.clip(np.asarray(image.resize(size, method)), 0.0, 1.0)
