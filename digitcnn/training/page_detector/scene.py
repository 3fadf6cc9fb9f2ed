"""A page while it is drawn: its canvas, the view of it, and what stands where."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from digitcnn.ink.house_digit import box_of_ink


@dataclass(eq=False)
class Scene:
    """A page while it is drawn: `canvas` is reflectance, `matrix` takes page points to canvas pixels."""

    canvas: np.ndarray
    matrix: np.ndarray
    labels: list[int] = field(default_factory=list)
    boxes: list[np.ndarray] = field(default_factory=list)
    printed: list[bool] = field(default_factory=list)
    ignored: list[np.ndarray] = field(default_factory=list)

    def project(self, points: np.ndarray) -> np.ndarray:
        """(n, 2) points of the page as canvas pixels."""
        lifted = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return lifted[:, :2] / lifted[:, 2:]

    def paint(self, mask: np.ndarray, color: np.ndarray, opacity: float) -> None:
        """Lays a color where `mask` (uint8) is; in place."""
        if window := box_of_ink(mask):
            share = mask[window].astype(np.float32)[..., None] * (opacity / 255)
            self.canvas[window] += (color.astype(np.float32) - self.canvas[window]) * share


def make_view(size: int, rng: np.random.Generator) -> np.ndarray:
    """A homography: mostly a small turn, sometimes a slanted look."""
    turn = rng.normal(0, 0.06) if rng.random() < 0.8 else rng.uniform(-0.4, 0.4)
    cos, sin, half = np.cos(turn), np.sin(turn), size / 2
    lean = rng.normal(0, 0.12, 2) / size if rng.random() < 0.5 else np.zeros(2)
    center = np.array([[1, 0, -half], [0, 1, -half], [0, 0, 1.0]])
    back = np.array([[1, 0, half], [0, 1, half], [0, 0, 1.0]])
    return back @ np.array([[cos, -sin, 0], [sin, cos, 0], [lean[0], lean[1], 1]]) @ center


def draw_path(mask: np.ndarray, path: np.ndarray, width: float) -> None:
    """Draws a line through canvas points into a uint8 mask, `width` pixels wide."""
    whole = np.round(np.clip(path, -4000, 4000) * 16).astype(np.int32)
    cv2.polylines(mask, [whole[:, None]], False, (255,), max(round(width), 1), cv2.LINE_AA, 4)


def stamp_image(
    mask: np.ndarray, image: np.ndarray, scene: Scene, corner: np.ndarray, tall: float
) -> np.ndarray:
    """One of MNIST's digits as if written at `corner`, its ink `tall` high; its outline on the canvas."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 80), np.flatnonzero(image.max(axis=0) > 80)
    scale = tall / max(len(rows), 1)
    shift = corner - scale * np.array([columns[0], rows[0]])
    matrix = scene.matrix @ np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]])
    size = mask.shape[1], mask.shape[0]
    drawn = cv2.warpPerspective(image.reshape(28, 28), matrix, size, flags=cv2.INTER_CUBIC)
    drawn = np.clip((drawn.astype(np.float32) - 90) * 2.2, 0, 255).astype(np.uint8)
    np.maximum(mask, drawn, out=mask)
    ends = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]], np.float64)
    corners = np.array([ends[0], (ends[1][0], ends[0][1]), ends[1], (ends[0][0], ends[1][1])])
    points = Scene(scene.canvas, matrix).project(corners)
    return np.array([points.min(axis=0), points.max(axis=0)])
