"""Distorts house digits as people, pens and cameras do, a batch at a time; shifts and mirrors other pictures.

The whole batch is laid out as one tall image, so that each step is one call into OpenCV: a batch of
128 takes a few milliseconds, a few hundredths of a training step.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np

from digitcnn.ink.house_digit import SIDE

Augmentation = Callable[[np.ndarray, np.random.Generator, float], np.ndarray]
"""Varies (n, 28, 28) float32 in 0-1, with a generator and a strength, 1 as a rule."""

_MARGIN = 4
_CELL = SIDE + 2 * _MARGIN
"""Height and width of an image's cell in the tall image; the margin keeps neighbors out."""

_GRID = 5
"""Points per axis of the coarse grid whose displacements make an elastic distortion."""


def choose_augmentation(*, ink: bool, mirrors: bool) -> Augmentation:
    """What varies handwriting, or else pictures, some of them mirrored where `mirrors`."""
    if ink:
        return distort
    return mirror_and_shift if mirrors else shift


def shift(images: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Shifts each image by up to two whole pixels; shapes as in `distort`."""
    reach = math.ceil(2 * strength)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach)))
    rows, columns = rng.integers(2 * reach + 1, size=(2, len(images), 1)) + np.arange(SIDE)
    return padded[
        np.arange(len(images))[:, np.newaxis, np.newaxis], rows[:, :, np.newaxis], columns[:, np.newaxis]
    ]


def mirror_and_shift(images: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Shifts each image, and mirrors half of them: a mirrored shoe is a shoe; shapes as in `distort`."""
    mirrored = (rng.random(len(images)) < 0.5) & (strength > 0)
    return shift(np.where(mirrored[:, np.newaxis, np.newaxis], images[:, :, ::-1], images), rng, strength)


def distort(images: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Distorts each image in its own way.

    Args:
        images: (n, 28, 28) float32 in 0-1, n at most 800.
        rng: makes every choice.
        strength: 1 for the variation of handwriting, 0 for none; scales the distance of distortions
            and their probability.

    Returns:
        (n, 28, 28) float32 in 0-1.

    Source of the elastic part: P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional
    neural networks", ICDAR 2003.
    """
    images = _add_neighbors(images, rng, strength)
    images = _warp(images, rng, strength)
    images = _change_thickness(images, rng, strength)
    images = _cut_gaps(images, rng, strength)
    images = _blur(images, rng, strength)
    return _change_tone(images, rng, strength)


def _add_neighbors(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Puts the edge of another digit beside some, as in a crop from a number."""
    chosen = np.flatnonzero(rng.random(len(images)) < 0.04 * strength)
    images = images.copy()
    for index, other in zip(chosen, rng.integers(len(images), size=chosen.size), strict=True):
        shift = int(rng.integers(17, 22))
        here, there = np.s_[:, shift:], np.s_[:, :-shift]
        if rng.random() >= 0.5:
            here, there = there, here
        images[index][here] = np.maximum(images[index][here], images[other][there])
    return images


def _warp(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    n = len(images)
    angle = np.deg2rad(rng.uniform(-15, 15, n)) * strength
    scale_x, scale_y = np.exp(rng.uniform(-0.16, 0.16, (2, n)) * strength)
    shear = rng.uniform(-0.25, 0.25, n) * strength
    shift = rng.uniform(-2, 2, (n, 2, 1, 1)) * strength
    cos, sin = np.cos(angle), np.sin(angle)
    # The matrix takes a target pixel to its source: shear, then scale, then rotation.
    matrix = np.empty((n, 2, 2))
    matrix[:, 0, 0], matrix[:, 0, 1] = cos * scale_x, (cos * shear - sin) * scale_y
    matrix[:, 1, 0], matrix[:, 1, 1] = sin * scale_x, (sin * shear + cos) * scale_y
    centered = np.stack(np.meshgrid(*[np.arange(SIDE) - (SIDE - 1) / 2] * 2))
    source = (
        np.einsum("nij,jyx->niyx", matrix, centered) + shift + strength * _elastic(n, rng) + (SIDE - 1) / 2
    )
    source = (np.clip(source, -_MARGIN + 1, SIDE + _MARGIN - 2) + _MARGIN).astype(np.float32)
    source[:, 1] += (np.arange(n) * _CELL)[:, np.newaxis, np.newaxis]
    cells = np.pad(images, ((0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN))).reshape(n * _CELL, _CELL)
    x, y = (np.ascontiguousarray(source[:, axis]).reshape(n * SIDE, SIDE) for axis in (0, 1))
    return cv2.remap(cells, x, y, cv2.INTER_LINEAR).reshape(n, SIDE, SIDE)


def _elastic(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n, 2, 28, 28) displacements in pixels, smooth within an image."""
    reach = rng.uniform(0.0, 1.3, (n, 1, 1, 1))
    coarse = rng.normal(size=(n, 2, _GRID, _GRID)) * reach
    return np.einsum("ya,ncab,xb->ncyx", _SMOOTH, coarse, _SMOOTH, optimize=True)


def _smoothing() -> np.ndarray:
    """(28, grid): the weight of each coarse point at each pixel."""
    at = np.linspace(0, SIDE - 1, _GRID)
    weights = np.exp(-(((np.arange(SIDE)[:, np.newaxis] - at) / (at[1] * 0.6)) ** 2))
    return weights / weights.sum(axis=1, keepdims=True)


_SMOOTH = _smoothing()


def _change_thickness(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    n = len(images)
    tall = images.reshape(n * SIDE, SIDE)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    thick = cv2.dilate(tall, cross).reshape(images.shape)
    thin = cv2.erode(tall, np.ones((2, 2), np.uint8)).reshape(images.shape)
    kind = rng.random(n)
    share = (rng.uniform(0, 0.7, (n, 1, 1)) * strength).astype(np.float32)
    mixed = images + share * np.where((kind < 0.5)[:, np.newaxis, np.newaxis], thick - images, thin - images)
    return np.where((np.abs(kind - 0.5) < 0.2)[:, np.newaxis, np.newaxis], mixed, images)


def _cut_gaps(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Cuts a thin stripe through some images, as a skipping pen or a bad threshold does."""
    chosen = np.flatnonzero(rng.random(len(images)) < 0.05 * strength)
    images = images.copy()
    angle = rng.uniform(0, np.pi, (chosen.size, 1, 1))
    offset = rng.uniform(-6, 6, (chosen.size, 1, 1))
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    distance = np.abs(np.cos(angle) * x + np.sin(angle) * y - offset)
    images[chosen] *= np.clip(distance - 0.2, 0, 1).astype(np.float32)
    return images


def _blur(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Defocuses, pixelates or binarizes some images."""
    kind = rng.random(len(images)) / max(strength, 1e-9)
    images = images.copy()
    for step, chosen in (
        (_defocus, kind < 0.1),
        (_pixelate, (kind >= 0.1) & (kind < 0.18)),
        (_binarize, (kind >= 0.18) & (kind < 0.25)),
    ):
        if chosen.any():
            images[chosen] = step(images[chosen], rng)
    return images


def _defocus(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    tall = images.reshape(-1, SIDE)
    return cv2.GaussianBlur(tall, (5, 5), rng.uniform(0.4, 0.9)).reshape(images.shape)


def _pixelate(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    tall = images.reshape(-1, SIDE)
    rows = len(tall) * 16 // SIDE
    small = cv2.resize(tall, (16, rows), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIDE, len(tall)), interpolation=cv2.INTER_LINEAR).reshape(images.shape)


def _binarize(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (images > rng.uniform(0.3, 0.6, (len(images), 1, 1))).astype(np.float32)


def _change_tone(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    n = len(images)
    gamma = np.exp(rng.uniform(-0.4, 0.4, (n, 1, 1)) * strength).astype(np.float32)
    images = np.power(np.clip(images, 0, 1), gamma)
    grainy = np.flatnonzero(rng.random(n) < 0.12 * strength)
    grain = rng.uniform(0, 0.1, (grainy.size, 1, 1)).astype(np.float32)
    images[grainy] += grain * rng.standard_normal((grainy.size, SIDE, SIDE), dtype=np.float32)
    return np.clip(images, 0, 1)
