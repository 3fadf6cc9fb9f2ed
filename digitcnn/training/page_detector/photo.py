"""How a camera sees a made page: light, shadows, flash, blur, noise and JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from digitcnn.training.page_detector.surfaces import smooth_noise


def light_scene(canvas: np.ndarray, rng: np.random.Generator) -> None:
    """Multiplies reflectance, (height, width, 3) float32, by the light that falls on it, in place."""
    size = canvas.shape[0], canvas.shape[1]
    light = 1.0 + rng.uniform(0, 0.35) * smooth_noise(rng, (2, 2), size)
    if rng.random() < 0.4:
        _cast_shadow(light, rng)
    if rng.random() < 0.12:
        y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
        center, reach = rng.uniform(0, size[1], 2), rng.uniform(0.1, 0.5) * size[1]
        light += rng.uniform(0.3, 1.5) * np.exp(-((x - center[0]) ** 2 + (y - center[1]) ** 2) / reach**2)
    color = 1.0 + rng.normal(0, 0.08, 3) if rng.random() < 0.6 else np.ones(3)
    if rng.random() < 0.15:
        color = np.array([0.6, 0.85, 1.1]) if rng.random() < 0.5 else np.array([1.15, 0.95, 0.8])
    exposure = rng.uniform(0.75, 1.15) if rng.random() < 0.75 else rng.uniform(0.3, 0.75)
    canvas *= light[..., None].astype(np.float32)
    canvas *= (color * exposure).astype(np.float32)


def _cast_shadow(light: np.ndarray, rng: np.random.Generator) -> None:
    """Darkens one side of an edge, or a hand's outline, hard or soft."""
    high, wide = light.shape
    shade = np.zeros(light.shape, np.uint8)
    center = rng.uniform(0, 1, 2) * (wide, high)
    turn = rng.uniform(0, 2 * np.pi)
    along, away = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    reach = 3.0 * wide
    depth = reach if rng.random() < 0.6 else rng.uniform(0.1, 0.5) * wide
    corners = [center - reach * along, center + reach * along]
    corners += [corners[1] + depth * away, corners[0] + depth * away]
    cv2.fillConvexPoly(shade, np.array(corners).astype(np.int32), (255,), cv2.LINE_AA)
    if rng.random() < 0.8:
        shade = cv2.blur(shade, (int(rng.integers(1, 40)),) * 2)
    light *= 1.0 - rng.uniform(0.15, 0.75) * (shade.astype(np.float32) / 255)


def take_photo(canvas: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """Blurs, shrinks, adds noise and compresses.

    Args:
        canvas: (height, width, 3) float32 radiance, about 0-1.
        side: width and height of the photo, in pixels.
        rng: decides.

    Returns:
        (side, side, 3) uint8, RGB.
    """
    if rng.random() < 0.5:
        canvas = cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.5, 3.0))
    elif rng.random() < 0.2:
        canvas = _shake(canvas, rng)
    photo = cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.15:
        photo = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.3:
        photo = photo * 1.6 - cv2.GaussianBlur(photo, (0, 0), 1.2) * 0.6
    if rng.random() < 0.8:
        noise = rng.standard_normal((side, side, 3), dtype=np.float32) * rng.uniform(0.0, 0.05)
        photo = photo + (cv2.blur(noise, (2, 2)) * 1.7 if rng.random() < 0.4 else noise)
    pixels = np.clip(255 * photo, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 96))])
        pixels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))
    return pixels


def threshold(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A photo as scanners' software leaves it, black and white: uint8 of the same shape."""
    gray = pixels.mean(axis=2).astype(np.uint8)
    reach = 2 * int(rng.integers(5, 20)) + 1
    hard = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, reach, float(rng.uniform(5, 20))
    )
    return np.repeat(hard[..., None], 3, axis=2)


def _shake(canvas: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    reach = int(rng.integers(3, 9))
    kernel = np.zeros((reach, reach), np.float32)
    ends = rng.integers(0, reach, 4).tolist()
    cv2.line(kernel, (ends[0], ends[1]), (ends[2], ends[3]), (1.0,), 1)
    return cv2.filter2D(canvas, -1, kernel / kernel.sum())
