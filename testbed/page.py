"""A made page: paper, a pen that writes one writer's digits, and the phone that photographs it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitcnn.ink.house_digit import box_of_ink
from digitcnn.training.pen_strokes import Drawing

FINE = 2
"""Pages are drawn this many times as large as they are photographed."""

NAVY, BLACK, GRAPHITE = (45, 55, 130), (35, 35, 38), (110, 110, 112)

Canvas = np.ndarray
"""(height, width, 3) float32, 0-255."""


class Page:
    """One page while it is made; lengths are in pixels of the finished picture."""

    def __init__(
        self, pens: dict[str, list[Drawing]], rng: np.random.Generator, size: tuple[int, int]
    ) -> None:
        self.rng, self.size = rng, size
        self.digits = pens[sorted(pens)[rng.integers(len(pens))]]
        self.canvas: Canvas = np.empty((size[1] * FINE, size[0] * FINE, 3), np.float32)
        self.canvas[:] = np.array([1.0, 0.99, 0.96]) * rng.uniform(205, 245)
        self.pen = float(rng.uniform(0.05, 0.1))
        self.placed: list[tuple[np.ndarray, int]] = []

    def line(self, path: np.ndarray, color: tuple, width: float, strength: float = 1.0) -> None:
        mask = np.zeros(self.canvas.shape[:2], np.uint8)
        whole = np.round(np.asarray(path, np.float64) * FINE * 16).astype(np.int32)
        cv2.polylines(mask, [whole[:, None]], False, (255,), max(round(width * FINE), 1), cv2.LINE_AA, 4)
        self.fill(mask, color, strength)

    def fill(self, mask: np.ndarray, color: tuple | np.ndarray, strength: float = 1.0) -> None:
        if window := box_of_ink(mask):
            share = mask[window].astype(np.float32)[..., None] * (strength / 255)
            self.canvas[window] += (np.asarray(color, np.float32) - self.canvas[window]) * share

    def box(
        self, left: float, top: float, right: float, bottom: float, color: tuple, width: float = -1
    ) -> None:
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])
        if width > 0:
            return self.line(corners, color, width)
        mask = np.zeros(self.canvas.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, np.round(corners * FINE).astype(np.int32), (255,), cv2.LINE_AA)
        return self.fill(mask, color)

    def write(
        self,
        x: float,
        y: float,
        height: float,
        *,
        count: int | None = None,
        gap: tuple[float, float] = (0.12, 0.4),
        color: tuple = NAVY,
        strength: float = 1.0,
        pitch: float | None = None,
    ) -> tuple[str, float]:
        """Writes a number with its left upper corner at x, y: its label, and where it ends."""
        label = ""
        for at in range(count or int(self.rng.integers(2, 7))):
            digit = self.digits[self.rng.integers(len(self.digits))]
            points = np.concatenate(digit.strokes)
            corner, sides = points.min(axis=0), np.ptp(points, axis=0)
            scale = height * self.rng.uniform(0.9, 1.1) / max(sides[1], 0.6 * sides[0], 1e-6)
            wide = scale * sides[0]
            left = x if pitch is None else x + at * pitch + (pitch - wide) / 2
            place = np.array(
                [left, y + height / 2 - scale * sides[1] / 2 + self.rng.normal(0, 0.03) * height]
            )
            for stroke in digit.strokes:
                self.line((stroke - corner) * scale + place, color, self.pen * height, strength)
            self.placed.append((np.array([place, place + scale * sides]), digit.label))
            x += 0.0 if pitch is not None else wide + height * self.rng.uniform(*gap)
            label += str(digit.label)
        return label, x

    def lines(self, height: float, **how: Any) -> str:
        """One to three numbers below each other."""
        count, labels = int(self.rng.integers(1, 4)), []
        count = min(count, int((0.75 * self.size[1] / height - 1.0) / 1.7) + 1)
        for line in range(count):
            labels.append(
                self.write(self.size[0] * 0.12, self.size[1] * 0.2 + line * 1.7 * height, height, **how)[0]
            )
        return "\n".join(labels)

    def photograph(self) -> np.ndarray:
        """The page as a phone sees it: uint8."""
        rng, (width, height) = self.rng, self.size
        y, x = np.mgrid[:height, :width].astype(np.float32)
        fall = rng.uniform(-0.12, 0.12, 2)
        light = 1.0 + fall[0] * (x / width - 0.5) + fall[1] * (y / height - 0.5)
        photo = cv2.resize(self.canvas, (width, height), interpolation=cv2.INTER_AREA) * light[..., None]
        turn = rng.normal(0, 1.2)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
        photo = cv2.warpAffine(photo, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        self.placed = [(_turn(ends, matrix), label) for ends, label in self.placed]
        photo = cv2.GaussianBlur(photo, (0, 0), rng.uniform(0.5, 1.1)) + rng.normal(
            0, rng.uniform(1, 4), photo.shape
        )
        packed = cv2.imencode(
            ".jpg", np.clip(photo, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85]
        )[1]
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))


def _turn(ends: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The box of a turned box; both are [[left, top], [right, bottom]]."""
    corners = np.array([(x, y) for x in ends[:, 0] for y in ends[:, 1]]) @ matrix[:, :2].T + matrix[:, 2]
    return np.array([corners.min(axis=0), corners.max(axis=0)])
