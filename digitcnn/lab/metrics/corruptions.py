"""The fifteen corruptions of MNIST-C, each at its one published strength.

Source: N. Mu, J. Gilmer, "MNIST-C: A Robustness Benchmark for Computer Vision", 2019, arXiv:1906.02337, and
the parameters of its repository, google-research/mnist-c. The images are corrupted here, by our own code and
our own random numbers, so that they are not those of the published files; `docs/decisions/mnist-c.md` tells
the differences. SciPy is loaded by those who need it.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from digitcnn.ink.house_digit import SIDE
from digitcnn.lab.metrics.edges import find_edges

Corruption = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Takes digits, (n, 28, 28) float32 in 0-1, and returns them corrupted."""

_CENTER = (SIDE - 1) / 2
_PLASMA_SIDE = 256
_PLASMA_BATCH = 25
_LINE_REACH = 2.3
"""Vertical distance from a line in which it leaves ink, in pixels."""


def corrupt(name: str, pixels: np.ndarray) -> np.ndarray:
    """Corrupts digits, always in the same way.

    Args:
        name: a key of `CORRUPTIONS`.
        pixels: (n, 28, 28) in 0-1.

    Returns:
        (n, 28, 28) float32 in 0-1, in steps of 1/255 as in a file.
    """
    seed = list(CORRUPTIONS).index(name)
    corrupted = CORRUPTIONS[name](np.asarray(pixels, np.float32), np.random.default_rng(seed))
    return np.floor(np.clip(corrupted, 0.0, 1.0) * 255.0 + 1e-3).astype(np.float32) / np.float32(255.0)


def _add_shot_noise(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.poisson(pixels * 3.0) / 3.0


def _add_impulses(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Salt and pepper, as much of both, on 17 % of the pixels."""
    hit, salted = rng.random(pixels.shape) < 0.17, rng.random(pixels.shape) < 0.5
    return np.where(hit, salted, pixels)


def _blur_by_glass(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Swaps half of the pixels with a neighbor, twice, between two blurs."""
    shaken = np.floor(_blur_rows(pixels, 0.7) * 255.0) / 255.0
    images = np.arange(len(pixels))
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                moved = images[rng.random(len(images)) < 0.5]
                across, down = rng.integers(-1, 1, (2, len(moved)))
                here, there = (moved, row, column), (moved, row + down, column + across)
                shaken[here], shaken[there] = shaken[there], shaken[here].copy()
    return _blur_rows(shaken, 0.7)


def _blur_rows(pixels: np.ndarray, deviation: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter1d

    # The published code names two axes of a picture and thereby blurs the first one only.
    return gaussian_filter1d(pixels, deviation, axis=1, mode="nearest")


def _blur_by_motion(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A trail of 21 pixels that fades as a Gaussian, up to 45 degrees from the horizontal."""
    angles = np.deg2rad(rng.uniform(-45, 45, len(pixels)))
    steps = np.arange(21)
    shares = np.exp(-(steps**2) / (2 * 3.0**2))
    places, images = np.arange(SIDE), np.arange(len(pixels))[:, np.newaxis, np.newaxis]
    blurred = np.zeros(pixels.shape)
    for step, share in zip(steps.tolist(), (shares / shares.sum()).tolist(), strict=True):
        across, down = (np.ceil(step * way(angles) - 0.5).astype(int) for way in (np.cos, np.sin))
        rows = np.clip(places + down[:, np.newaxis], 0, SIDE - 1)[:, :, np.newaxis]
        columns = np.clip(places + across[:, np.newaxis], 0, SIDE - 1)[:, np.newaxis, :]
        blurred += share * pixels[images, rows, columns]
    return blurred


def _shear(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    def matrix(sign: int) -> list[list[float]]:
        return [[1.0, -np.sin(sign * 0.4)], [0.0, np.cos(0.4)]]

    return _warp_either_way(pixels, matrix, rng)


def _rotate(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    def matrix(sign: int) -> list[list[float]]:
        sine = np.sin(sign * 0.4)
        return [[np.cos(0.4), -sine], [sine, np.cos(0.4)]]

    return _warp_either_way(pixels, matrix, rng)


def _scale(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _warp(pixels, np.eye(2) / 0.7)


def _warp_either_way(
    pixels: np.ndarray, matrix: Callable[[int], Any], rng: np.random.Generator
) -> np.ndarray:
    """Warps each digit with the matrix of one sign or the other."""
    signs, warped = rng.choice([-1, 1], len(pixels)), np.empty_like(pixels)
    for sign in (-1, 1):
        warped[signs == sign] = _warp(pixels[signs == sign], np.array(matrix(sign)))
    return warped


def _warp(pixels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Digits whose point (x, y) shows what was at `matrix` times it, the center kept."""
    from scipy.ndimage import affine_transform

    rows_first = np.eye(3)
    rows_first[1:, 1:] = matrix[::-1, ::-1]
    center = np.array([0.0, _CENTER, _CENTER])
    offset: Any = center - rows_first @ center  # SciPy's annotation knows a number only.
    # Not "constant", which takes a point half a pixel beyond the border for paper.
    return affine_transform(pixels, rows_first, offset, order=1, mode="grid-constant")


def _translate(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moves each digit by three pixels both ways, to one of four corners."""
    moved, corners = np.zeros_like(pixels), rng.integers(4, size=len(pixels))
    near, far = slice(None, -3), slice(3, None)
    for corner, (rows, columns) in enumerate([(near, near), (near, far), (far, near), (far, far)]):
        those = corners == corner
        others = tuple(far if each is near else near for each in (rows, columns))
        moved[those, rows, columns] = pixels[those][:, others[0], others[1]]
    return moved


def _brighten(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return pixels + 0.5


def _invert_sides(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Black for white in the left and the right quarter."""
    striped = 1.0 - pixels
    striped[:, :, 7:21] = pixels[:, :, 7:21]
    return striped


def _add_fog(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    highest = pixels.max(axis=(1, 2), keepdims=True)
    parts = [
        _make_plasma(min(_PLASMA_BATCH, len(pixels) - at), rng)[:, :SIDE, :SIDE]
        for at in range(0, len(pixels), _PLASMA_BATCH)
    ]
    return (pixels + 3.0 * np.concatenate(parts)) * highest / (highest + 3.0)


def _make_plasma(count: int, rng: np.random.Generator) -> np.ndarray:
    """Clouds, (count, 256, 256) in 0-1, by the diamond-square algorithm on a torus."""
    clouds = np.zeros((count, _PLASMA_SIDE, _PLASMA_SIDE), np.float32)
    step, roughness = _PLASMA_SIDE, 100.0

    def mean(sums: np.ndarray) -> np.ndarray:
        noise = rng.random(sums.shape, dtype=np.float32) * 2 - 1
        return sums / 4 + np.float32(roughness**2) * noise

    while step >= 2:
        half = step // 2
        corners = clouds[:, ::step, ::step]
        pairs = corners + np.roll(corners, -1, 1)
        clouds[:, half::step, half::step] = mean(pairs + np.roll(pairs, -1, 2))
        centers = clouds[:, half::step, half::step]
        across = centers + np.roll(centers, 1, 1) + corners + np.roll(corners, -1, 2)
        clouds[:, ::step, half::step] = mean(across)
        down = centers + np.roll(centers, 1, 2) + corners + np.roll(corners, -1, 1)
        clouds[:, half::step, ::step] = mean(down)
        step, roughness = half, roughness / 1.4
    clouds -= clouds.min(axis=(1, 2), keepdims=True)
    return clouds / clouds.max(axis=(1, 2), keepdims=True)


def _spatter(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Drops of dark gray mud."""
    from scipy.ndimage import gaussian_filter

    drops = gaussian_filter(rng.normal(0.65, 0.3, pixels.shape), (0, 1, 1), mode="nearest") > 0.65
    mud = gaussian_filter(drops.astype(np.float32), (0, 1.5, 1.5), mode="nearest")
    mud[mud < 0.8] = 0.0
    return pixels * (1.0 - mud) + mud * (63.0 / 255.0)


def _add_dotted_line(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A line from left to right, two columns of four."""
    starts, ends = rng.integers(0, SIDE - 1, (2, len(pixels)))
    line = _draw_line(np.zeros(len(pixels)), starts, np.full(len(pixels), SIDE - 1.0), ends)
    line[:, :, np.arange(SIDE) % 4 < 2] = 0.0
    return pixels + line


def _add_zigzag(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A zigzag about a nearly level line; teeth are four pixels long and two high."""
    starts = rng.integers(0, SIDE - 1, len(pixels))
    slopes = np.arctan(rng.integers(-5, 5, len(pixels)) / 23.0)
    zigzagged = pixels.astype(np.float64)
    for rise in np.unique(slopes):
        those = slopes == rise
        corners = _zigzag(float(rise))
        for (left, top), (right, bottom) in pairwise(corners):
            ones = np.ones(int(those.sum()))
            line = _draw_line(left * ones, top + starts[those], right * ones, bottom + starts[those])
            zigzagged[those] += line
    return zigzagged


def _zigzag(slope: float) -> list[tuple[float, float]]:
    """The corners of a zigzag from column 2 to 25, as (column, row), the first row 0."""
    length = 23.0 / np.cos(slope)
    corners = [(0.0, 0.0)]
    corners += [(4.0 * at + 2.0, 2.0 * (-1) ** at) for at in range(int((length - 2.0) // 4.0) + 1)]
    whole = 4.0 * (length // 4.0)
    if length != whole:
        corners.append((length, corners[-1][1] / (2 * (length - whole))))
    along, aside = np.array(corners).T
    columns = np.cos(slope) * along - np.sin(slope) * aside + 2.0
    rows = np.sin(slope) * along + np.cos(slope) * aside
    return list(zip(columns.tolist(), rows.tolist(), strict=True))


def _draw_line(left: np.ndarray, top: np.ndarray, right: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Lines, (n, 28, 28), from (column, row) to (column, row), whose ink fades with the vertical distance."""
    places = np.arange(SIDE, dtype=np.float64)
    slopes = (bottom - top) / (right - left)
    heights = slopes[:, np.newaxis] * (places - left[:, np.newaxis]) + top[:, np.newaxis]
    distances = np.abs(places[np.newaxis, :, np.newaxis] - heights[:, np.newaxis, :])
    ink = np.log(1.0 - np.clip(distances, 0.0, _LINE_REACH - 1e-10) / _LINE_REACH) + 1.0
    is_there = (places >= np.floor(left)[:, np.newaxis]) & (places < np.ceil(right)[:, np.newaxis])
    return np.clip(ink, 0.0, 1.0) * is_there[:, np.newaxis, :]


def _trace_edges(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return find_edges(pixels).astype(np.float32)


CORRUPTIONS: dict[str, Corruption] = {
    "shot_noise": _add_shot_noise,
    "impulse_noise": _add_impulses,
    "glass_blur": _blur_by_glass,
    "motion_blur": _blur_by_motion,
    "shear": _shear,
    "scale": _scale,
    "rotate": _rotate,
    "brightness": _brighten,
    "translate": _translate,
    "stripe": _invert_sides,
    "fog": _add_fog,
    "spatter": _spatter,
    "dotted_line": _add_dotted_line,
    "zigzag": _add_zigzag,
    "canny_edges": _trace_edges,
}
"""By their published names, in their published order."""
