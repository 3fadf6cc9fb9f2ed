"""Disturbs house digits as paper, light and cameras do: haze, noise, lines, halves in shade, bare outlines.

These are stronger than `digitcnn.training.augmentation`, and what they leave is no house digit that the app
makes: a model that reads them relies on the shape of the ink and not on blank paper around it.
"""

from collections.abc import Callable

import cv2
import numpy as np

from digitcnn.ink.house_digit import SIDE

Disturbance = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Takes (n, 28, 28) float32 in 0-1, n at least 1, and returns as many; values may leave 0-1."""

_FINE = 8
"""Lines are drawn with this many steps to a pixel."""


def disturb(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Disturbs each image in one way, and some in two.

    Args:
        images: (n, 28, 28) float32 in 0-1.
        rng: makes every choice.

    Returns:
        (n, 28, 28) float32 in 0-1.
    """
    images = images.copy()
    kinds = rng.choice(len(DISTURBANCES), (2, len(images)), p=_SHARES)
    kinds[1, rng.random(len(images)) > 0.15] = -1
    for kinds_of_round in kinds:
        for kind, change in enumerate(DISTURBANCES):
            chosen = np.flatnonzero(kinds_of_round == kind)
            if chosen.size:
                images[chosen] = np.clip(change(images[chosen], rng), 0, 1)
    return images


def add_haze(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Clouds of every size before the ink, which takes most of its contrast."""
    n = len(images)
    clouds = np.zeros((n, SIDE, SIDE), np.float32)
    for points, weight in ((2, 1.0), (4, 0.7), (8, 0.5), (15, 0.35), (SIDE, 0.25)):
        coarse = rng.uniform(-1, 1, (n, points, points)).astype(np.float32)
        stretch = _stretching(points)
        clouds += weight * np.einsum("ya,nab,xb->nyx", stretch, coarse, stretch, optimize=True)
    reach = rng.uniform(0.05, 0.35, (n, 1, 1))
    clouds = np.clip(rng.uniform(0, 1, (n, 1, 1)) + reach * clouds, 0, 1)
    thickness = rng.uniform(0.3, 3.5, (n, 1, 1))
    return (images + thickness * clouds) / (1 + thickness)


def change_light(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paper that is not blank, at worst nearly as dark as ink, or pale ink."""
    n = len(images)
    paper, contrast = rng.uniform(0, 0.7, (n, 1, 1)), rng.uniform(0.3, 1, (n, 1, 1))
    brightened = images + paper
    return np.where(rng.random((n, 1, 1)) < 0.5, brightened, paper + contrast * (1 - paper) * images)


def add_impulses(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Up to a quarter of the pixels are ink or paper, whatever they were."""
    n = len(images)
    hit = rng.random(images.shape) < rng.uniform(0.02, 0.25, (n, 1, 1))
    inked = rng.random(images.shape) < np.clip(rng.normal(0.5, 0.25, (n, 1, 1)), 0, 1)
    return np.where(hit, inked, images)


def add_grain(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise that grows with the ink, as of few photons, or that is alike everywhere."""
    n = len(images)
    photons = np.exp(rng.uniform(0.7, 3, (n, 1, 1)))
    everywhere = images + rng.uniform(0.05, 0.3, (n, 1, 1)) * rng.standard_normal(images.shape)
    return np.where(rng.random((n, 1, 1)) < 0.5, rng.poisson(images * photons) / photons, everywhere)


def invert_band(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Black for white on one side of a line, or on both sides of a band, of any direction."""
    n = len(images)
    level = np.deg2rad(rng.choice([0.0, 90.0], (n, 1, 1)) + rng.normal(0, 12, (n, 1, 1)))
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    along = np.cos(level) * x + np.sin(level) * y
    low, high = rng.uniform(-12, -3, (n, 1, 1)), rng.uniform(3, 12, (n, 1, 1))
    one_sided = rng.random((n, 1, 1)) < 0.3
    outside = (along < low) | ((along > high) & ~one_sided)
    flipped = np.where(rng.random((n, 1, 1)) < 0.8, outside, ~outside)
    return np.where(flipped, rng.uniform(0.6, 1, (n, 1, 1)) * (1 - images), images)


def add_lines(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lines through the whole image: straight, zigzag, wavy or dotted."""
    lines = np.zeros(images.shape, np.uint8)
    for line in lines:
        for _ in range(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])):
            _draw_line(line, rng)
    ink = rng.uniform(0.4, 1, (len(images), 1, 1)) / 255
    return images + ink * lines


def _draw_line(image: np.ndarray, rng: np.random.Generator) -> None:
    """Draws a line from border to border into (28, 28) uint8."""
    x = np.arange(-1.0, SIDE + 1, 0.5)
    start, end = rng.uniform(0, SIDE, 2)
    y = start + (end - start) * x / SIDE
    kind, length, height = rng.random(), rng.uniform(3, 9), rng.uniform(0.8, 3)
    phase = x / length + rng.random()
    if kind < 0.4:
        y += height * (4 * np.abs(phase - np.floor(phase) - 0.5) - 1)
    elif kind < 0.55:
        y += height * np.sin(2 * np.pi * phase)
    drawn = np.zeros_like(image)
    points = np.round(np.stack([x, y], axis=1) * _FINE).astype(np.int32)
    cv2.polylines(drawn, [points], False, 255, int(rng.integers(1, 3)), cv2.LINE_AA, int(np.log2(_FINE)))
    if kind > 0.8:
        period = int(rng.integers(3, 7))
        drawn[:, (np.arange(SIDE) + rng.integers(period)) % period < period // 2] = 0
    if rng.random() < 0.25:
        drawn = drawn.T
    np.maximum(image, drawn, out=image)


def draw_lines(count: int, rng: np.random.Generator) -> np.ndarray:
    """House digits of a plain line, upright or leaning, which are 1s, letters and signs alike.

    Returns:
        (count, 28, 28) float32 in 0-1.
    """
    middle, along = (SIDE - 1) / 2, np.linspace(-1, 1, 9)[:, np.newaxis]
    lines = np.zeros((count, SIDE * _FINE, SIDE * _FINE), np.uint8)
    for line in lines:
        lean, half = np.deg2rad(rng.normal(8, 12)), rng.uniform(8.5, 10.5)
        up = np.array([np.sin(lean), -np.cos(lean)])
        across = np.array([up[1], -up[0]]) * rng.normal(0, 0.08) * half
        points = (middle + along * half * up + (1 - along**2) * across + 0.5) * _FINE
        width = round(rng.uniform(1.4, 3.8) * _FINE)
        cv2.polylines(line, [np.round(points).astype(np.int32)], False, (255,), width, cv2.LINE_AA)
    small = lines.reshape(count, SIDE, _FINE, SIDE, _FINE).mean(axis=(2, 4))
    return (small / 255).astype(np.float32)


def trace_outlines(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Only the edges of the ink, one pixel wide, some of them doubled or faint."""
    traced = np.empty_like(images)
    for image, edges in zip(images, traced, strict=True):
        soft = cv2.GaussianBlur(image * 255, (0, 0), rng.uniform(0.5, 1.3)).astype(np.uint8)
        low = rng.uniform(15, 60)
        edges[:] = cv2.Canny(soft, low, low * rng.uniform(1.5, 3), L2gradient=True) > 0
    return traced * rng.choice([0.5, 1.0, 1.0], (len(images), 1, 1)).astype(np.float32)


def shake_pixels(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each pixel shows one a little beside it, as through ribbed glass, between two blurs."""
    n = len(images)
    reach = rng.uniform(0.5, 1.8, (n, 1, 1, 1))
    moves = np.round(rng.uniform(-1, 1, (n, 2, SIDE, SIDE)) * reach).astype(int)
    y, x = np.clip(np.mgrid[:SIDE, :SIDE] + moves, 0, SIDE - 1).transpose(1, 0, 2, 3)
    shaken = _soften(images, rng)[np.arange(n)[:, np.newaxis, np.newaxis], y, x]
    return _soften(shaken, rng)


def _soften(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    tall = images.reshape(-1, SIDE)
    return cv2.GaussianBlur(tall, (5, 5), rng.uniform(0.3, 0.8)).reshape(images.shape)


def add_drops(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Gray drops on ink and paper."""
    n = len(images)
    noise = rng.standard_normal((n * SIDE, SIDE)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.4).reshape(images.shape)
    dropped = smooth > smooth.std() * rng.uniform(0.8, 2, (n, 1, 1))
    return np.where(dropped, rng.uniform(0, 0.7, (n, 1, 1)), images)


def coarsen(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Only 10 to 14 pixels a side, blurred or as blocks, as a picture of 8 x 8 pixels that was enlarged."""
    coarse = np.empty_like(images)
    for image, made in zip(images, coarse, strict=True):
        side = int(rng.integers(10, 15))
        small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        way = cv2.INTER_NEAREST if rng.random() < 0.3 else cv2.INTER_LINEAR
        made[:] = cv2.resize(small, (SIDE, SIDE), interpolation=way)
    return coarse * rng.uniform(1, 1.6, (len(images), 1, 1))


def _stretching(points: int) -> np.ndarray:
    """(28, points): the share of each of `points` along an axis at each pixel, linear between them."""
    at = np.linspace(0, points - 1, SIDE)[:, np.newaxis]
    return np.maximum(1 - np.abs(at - np.arange(points)), 0).astype(np.float32)


DISTURBANCES: tuple[Disturbance, ...] = (
    add_haze,
    change_light,
    add_impulses,
    add_grain,
    invert_band,
    add_lines,
    trace_outlines,
    shake_pixels,
    add_drops,
    coarsen,
)
_SHARES = (0.2, 0.1, 0.14, 0.05, 0.11, 0.13, 0.11, 0.05, 0.03, 0.08)
