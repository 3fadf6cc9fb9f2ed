"""Real photos taken again: in other light, by a worse camera, turned, or with a desk beside the paper.

What a photo shows stays whole, so that its label holds.
"""

from collections.abc import Callable

import cv2
import numpy as np

Retake = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Takes a picture, (height, width, 3) uint8 RGB, and returns another."""


def retake(rgb: np.ndarray, way: str, *, seed: int) -> np.ndarray:
    """The picture, (height, width, 3) uint8, taken again in one of `WAYS`, always the same by one seed."""
    return WAYS[way](rgb, np.random.default_rng([seed, list(WAYS).index(way)]))


def _clip(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture, 0, 255).astype(np.uint8)


def _turn(rgb: np.ndarray, degrees: float) -> np.ndarray:
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = int(height * sin + width * cos), int(height * cos + width * sin)
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(rgb, turn, size, borderMode=cv2.BORDER_REPLICATE))


def _slant(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = rgb.shape[:2]
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    inward = np.where(corners == 0, 1, -1) * rng.uniform(0, 0.15, (4, 2))
    sides = np.array([width, height], np.float32)
    lens = cv2.getPerspectiveTransform(corners * sides, ((corners + inward) * sides).astype(np.float32))
    return np.asarray(cv2.warpPerspective(rgb, lens, (width, height), borderMode=cv2.BORDER_REPLICATE))


def _wood(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    width, height = size
    color = rng.uniform(40, 190) * np.array([1, rng.uniform(0.6, 0.9), rng.uniform(0.35, 0.7)])
    fine = cv2.resize(rng.standard_normal((max(height // 3, 2), 8)).astype(np.float32), size)
    coarse = cv2.resize(rng.standard_normal((height // 4 + 1, width // 60 + 2)).astype(np.float32), size)
    return color + (18 * np.asarray(fine) + 10 * np.asarray(coarse))[..., np.newaxis]


def _cloth(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[: size[1], : size[0]]
    thread = 2 * np.pi / rng.integers(4, 11)
    weave = 12 * np.sin(thread * x) + 12 * np.sin(thread * y) + rng.normal(0, 6, x.shape)
    return rng.uniform(20, 220, 3) + weave[..., np.newaxis]


def _lay_on(
    rgb: np.ndarray,
    rng: np.random.Generator,
    desk: Callable[[tuple[int, int], np.random.Generator], np.ndarray],
) -> np.ndarray:
    height, width = rgb.shape[:2]
    size = int(width * rng.uniform(1.15, 1.5)), int(height * rng.uniform(1.15, 1.5))
    ground = desk(size, rng)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-8, 8), 0.97)
    turn[:, 2] += rng.uniform(0.15, 0.85, 2) * (size[0] - width, size[1] - height)
    sheet = np.asarray(cv2.warpAffine(rgb, turn, size))
    alpha = np.asarray(cv2.warpAffine(np.ones((height, width), np.float32), turn, size))[..., np.newaxis]
    shadow = np.asarray(cv2.GaussianBlur(alpha, (0, 0), max(3.0, size[0] / 100)))[..., np.newaxis]
    shadow = np.roll(shadow, (size[1] // 100, size[0] // 100), (0, 1))
    return _clip(ground * (1 - 0.5 * shadow) * (1 - alpha) + sheet * alpha)


def _beside_screen(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = rgb.shape[:2]
    wide = np.full((height, int(1.4 * width), 3), rng.uniform(10, 50, 3), np.uint8)
    wide[:, :width] = rgb
    left = int(1.05 * width)
    wide[int(0.1 * height) : int(0.8 * height), left:] = (225, 235, 250)
    for row in np.arange(0.16, 0.7, 0.1):
        text = "lorem ipsum 2026 dolor"[: rng.integers(8, 22)]
        place, thick = (left + 10, int(row * height)), max(1, height // 500)
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(wide, text, place, font, height / 900, (60, 60, 70), thick, cv2.LINE_AA)
    return wide


def _half_in_shade(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = rgb.shape[:2]
    y, x = np.mgrid[:height, :width]
    angle = rng.uniform(0, 2 * np.pi)
    across = np.cos(angle) * (x - width / 2) / width + np.sin(angle) * (y - height / 2) / height
    lit = 1 / (1 + np.exp(-across * rng.choice([15, 60, 200])))
    dark = rng.uniform(0.3, 0.5)
    return _clip(rgb * (dark + (1 - dark) * lit)[..., np.newaxis])


def _flash(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = rgb.shape[:2]
    y, x = np.mgrid[:height, :width]
    middle = rng.uniform(0.2, 0.8, 2)
    away = ((x - middle[0] * width) ** 2 + (y - middle[1] * height) ** 2) / (0.3 * max(height, width)) ** 2
    return _clip(rgb * 0.75 + 170 * np.exp(-away)[..., np.newaxis])


def _move(rgb: np.ndarray) -> np.ndarray:
    reach = max(3, max(rgb.shape) // 120)
    return np.asarray(cv2.blur(rgb, (reach, 1)))


def _compress(rgb: np.ndarray) -> np.ndarray:
    _, file = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 18])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR))


def _shrink(rgb: np.ndarray) -> np.ndarray:
    scale = min(420 / max(rgb.shape), 1)
    return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _ripple(rgb: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]]
    return _clip(rgb * (0.88 + 0.12 * np.sin(0.9 * x + 0.2 * y))[..., np.newaxis])


WAYS: dict[str, Retake] = {
    "as it is": lambda rgb, _: rgb,
    "turned by 6 degrees": lambda rgb, _: _turn(rgb, 6),
    "turned by -12 degrees": lambda rgb, _: _turn(rgb, -12),
    "seen aslant": _slant,
    "on wood": lambda rgb, rng: _lay_on(rgb, rng, _wood),
    "on cloth": lambda rgb, rng: _lay_on(rgb, rng, _cloth),
    "beside a screen": _beside_screen,
    "half in shade": _half_in_shade,
    "in the dark": lambda rgb, rng: _clip(rgb * 0.22 + rng.normal(0, 4, rgb.shape)),
    "under a warm lamp": lambda rgb, _: _clip(rgb * np.array([1.05, 0.85, 0.55])),
    "in bluish light": lambda rgb, _: _clip(rgb * np.array([0.7, 0.85, 1.1])),
    "with a flash": _flash,
    "out of focus": lambda rgb, _: np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(rgb.shape) / 450)),
    "moved": lambda rgb, _: _move(rgb),
    "as a poor JPEG": lambda rgb, _: _compress(rgb),
    "420 pixels wide": lambda rgb, _: _shrink(rgb),
    "with noise": lambda rgb, rng: _clip(rgb + rng.normal(0, 18, rgb.shape)),
    "as a negative": lambda rgb, _: 255 - rgb,
    "off a screen": lambda rgb, _: _ripple(rgb),
}
"""How a photo may be taken again, by name."""
