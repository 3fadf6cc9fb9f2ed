"""Paper on made pages: sheets of any color with edges, ruling, squares, margins, folds and bindings."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from digitcnn.training.page_detector.scene import Scene, draw_path
from digitcnn.training.page_detector.surfaces import pick_color, smooth_noise


@dataclass(frozen=True, eq=False)
class Sheet:
    """Where one can write, in page points, on paper of `color`; forms on it are printed in `form`."""

    left: float
    top: float
    right: float
    bottom: float
    color: np.ndarray
    form: np.ndarray


def lay_sheet(scene: Scene, rng: np.random.Generator, *, plain: bool) -> Sheet | None:
    """Lays paper over the canvas: all of it, or a part with edges; None leaves the surface bare.

    Args:
        scene: changed in place.
        rng: decides.
        plain: fills the canvas with one color, as drawing programs do.
    """
    size = scene.canvas.shape[0]
    kind = rng.random()
    far = 0.6 * size
    edges = np.array([-far, -far, size + far, size + far])
    color = _pick_paper(rng)
    form = np.clip(color * rng.uniform(0.2, 0.8, 3), 0, 1)
    if plain:
        color = np.full(3, float(rng.choice([0.0, 1.0]))) if rng.random() < 0.7 else pick_color(rng)
        scene.canvas[:] = color
    elif kind < 0.12:
        return None
    elif kind < 0.18:  # Written on the surface itself: a board, a box, a wall.
        color = scene.canvas.mean(axis=(0, 1))
    else:
        if kind > 0.6:
            for edge in range(4):
                if rng.random() < 0.4:
                    edges[edge] = rng.uniform(0, 0.4) * size if edge < 2 else rng.uniform(0.6, 1) * size
        _fill_sheet(scene, edges, color, rng)
    inset = 0.02 * size
    low, high = np.maximum(edges[:2] + inset, -0.3 * size), np.minimum(edges[2:] - inset, 1.3 * size)
    return Sheet(float(low[0]), float(low[1]), float(high[0]), float(high[1]), np.asarray(color), form)


def _pick_paper(rng: np.random.Generator) -> np.ndarray:
    kind = rng.random()
    if kind < 0.6:
        return np.clip(rng.uniform(0.75, 1.0) + rng.normal(0, 0.02, 3), 0, 1)
    if kind < 0.75:
        return np.array([1.0, rng.uniform(0.8, 0.97), rng.uniform(0.4, 0.85)]) * rng.uniform(0.6, 1.0)
    return pick_color(rng)


def _fill_sheet(scene: Scene, edges: np.ndarray, color: np.ndarray, rng: np.random.Generator) -> None:
    left, top, right, bottom = edges
    corners = scene.project(np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))
    mask = np.zeros(scene.canvas.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), (255,), cv2.LINE_AA, 4)
    if rng.random() < 0.5:  # The sheet's own shadow, or the leaves below it.
        around = cv2.dilate(mask, np.ones((int(rng.integers(3, 15)),) * 2, np.uint8))
        scene.canvas *= (
            1.0 - rng.uniform(0.1, 0.8) * (cv2.blur(around, (5, 5)).astype(np.float32) / 255)[..., None]
        )
    size = scene.canvas.shape[0], scene.canvas.shape[1]
    fiber = 1.0 + rng.uniform(0, 0.04) * smooth_noise(rng, (size[0] // 3, size[1] // 3), size)
    share = (mask.astype(np.float32) / 255)[..., None]
    if rng.random() < 0.06:  # The other side shines through.
        fiber -= 0.1 * np.clip(smooth_noise(rng, (size[0] // 8, size[1] // 8), size), 0, 1)
    scene.canvas += (color.astype(np.float32) * fiber[..., None].astype(np.float32) - scene.canvas) * share


def rule_sheet(scene: Scene, sheet: Sheet, height: float, rng: np.random.Generator) -> None:
    """Draws lines, squares or dots, a margin, folds and a spiral; in place.

    Args:
        scene: changed in place.
        sheet: what is ruled.
        height: of the digits to come, in page points.
        rng: decides.
    """
    kind = rng.random()
    mask = np.zeros(scene.canvas.shape[:2], np.uint8)
    step = height * (rng.uniform(0.35, 1.3) if kind < 0.3 else rng.uniform(1.0, 2.4))
    thick = int(rng.integers(1, 4))
    if kind < 0.3 or 0.3 <= kind < 0.5:
        for y in np.arange(sheet.top, sheet.bottom, step):
            _rule(scene, mask, (sheet.left, y), (sheet.right, y), thick)
    if kind < 0.3:
        for x in np.arange(sheet.left, sheet.right, step):
            _rule(scene, mask, (x, sheet.top), (x, sheet.bottom), thick)
    elif 0.5 <= kind < 0.54:
        grid = np.mgrid[sheet.left : sheet.right : step, sheet.top : sheet.bottom : step].reshape(2, -1).T
        for point in np.clip(scene.project(grid), -99, 9999).astype(int):
            cv2.circle(mask, (int(point[0]), int(point[1])), thick, (255,), -1, cv2.LINE_AA)
    dark = sheet.color.mean() < 0.4
    tone = rng.choice(3)
    line = ([0.35, 0.5, 0.85], [0.5, 0.5, 0.5], [0.85, 0.45, 0.45])[tone]
    scene.paint(mask, np.array(line) + (0.3 if dark else 0.0), rng.uniform(0.1, 0.9))
    if rng.random() < 0.12:
        mask[:] = 0
        x = rng.uniform(sheet.left, sheet.right)
        for shift in range(int(rng.integers(1, 3))):
            _rule(scene, mask, (x + 8 * shift, sheet.top), (x + 8 * shift, sheet.bottom), thick)
        scene.paint(mask, np.array([0.85, 0.3, 0.35]), rng.uniform(0.3, 0.9))
    if rng.random() < 0.12:
        _fold(scene, sheet, rng)
    if rng.random() < 0.08:
        _bind(scene, sheet, rng)


def _fold(scene: Scene, sheet: Sheet, rng: np.random.Generator) -> None:
    mask = np.zeros(scene.canvas.shape[:2], np.uint8)
    at = rng.uniform(0, 1, 2)
    if rng.random() < 0.5:
        ends = [
            (sheet.left + at[k] * (sheet.right - sheet.left), (sheet.top, sheet.bottom)[k]) for k in (0, 1)
        ]
    else:
        ends = [
            ((sheet.left, sheet.right)[k], sheet.top + at[k] * (sheet.bottom - sheet.top)) for k in (0, 1)
        ]
    _rule(scene, mask, ends[0], ends[1], int(rng.integers(1, 5)))
    mask = cv2.blur(mask, (int(rng.integers(1, 9)),) * 2)
    scene.paint(mask, sheet.color * rng.choice([0.5, 1.2]), rng.uniform(0.2, 0.8))


def _bind(scene: Scene, sheet: Sheet, rng: np.random.Generator) -> None:
    """A spiral, or punched holes, along one edge."""
    mask = np.zeros(scene.canvas.shape[:2], np.uint8)
    step, reach = rng.uniform(14, 50), rng.uniform(4, 14)
    across = rng.random() < 0.5
    fixed = sheet.top + 1.5 * reach if across else sheet.left + 1.5 * reach
    spots = np.arange(sheet.left, sheet.right, step) if across else np.arange(sheet.top, sheet.bottom, step)
    points = [(spot, fixed) if across else (fixed, spot) for spot in spots]
    filled = -1 if rng.random() < 0.4 else int(rng.integers(2, 6))
    axes = (int(reach * rng.uniform(0.4, 1)), int(reach)) if across else (int(reach), int(reach * 0.6))
    for x, y in np.clip(scene.project(np.array(points)), -99, 9999).astype(int):
        cv2.ellipse(mask, (int(x), int(y)), axes, 0, 0, 360, (255,), filled, cv2.LINE_AA)
    scene.paint(mask, pick_color(rng), 1.0)


def _rule(scene: Scene, mask: np.ndarray, start: tuple, end: tuple, thick: int) -> None:
    draw_path(mask, scene.project(np.array([start, end], np.float64)), thick)
