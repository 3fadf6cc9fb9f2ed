"""Ink and print around digits: signs between them, form boxes, underlines, circles, crossings-out."""

from __future__ import annotations

import numpy as np

from digitcnn.training.page_detector.hands import NOT_READ, Glyph, make_glyph
from digitcnn.training.page_detector.scene import Scene, draw_path


def make_sign(rng: np.random.Generator) -> Glyph:
    """A slash, dash, comma, point, colon, cross or bracket between digits."""
    lean, kind = rng.uniform(0.25, 0.7), int(rng.integers(6))
    if kind == 0:
        strokes = [[(lean, -0.15), (lean / 2, 0.5), (0, rng.uniform(1.0, 1.2))]]
        placed = tuple(np.array(stroke, np.float32) for stroke in strokes)
        return Glyph(placed, float(lean), 1.0, NOT_READ)
    strokes = {
        1: [[(0, 0), (0.4, rng.normal(0, 0.05)), (0.5, 0)]],
        2: [[(0.1, 0), (0.12, 0.15), (0.0, 0.3)]],
        3: [[(0, 0), (0.03, 0.02), (0.0, 0.04)]],
        4: [[(0, 0), (0.02, 0.02)], [(0, 0.5), (0.02, 0.52)]],
        5: [[(0.25, 0), (0.25, 0.5)], [(0, 0.25), (0.5, 0.25)]],
    }[kind]
    tall = {1: 0.05, 2: rng.uniform(0.2, 0.4), 3: 0.04, 4: 0.5, 5: 0.5}[kind]
    sign = make_glyph([np.array(stroke, np.float64) for stroke in strokes], NOT_READ, height=tall)
    raised = np.array([0, {1: -0.45, 2: 0.12, 3: 0.0, 4: -0.15, 5: -0.2}[kind]], np.float32)
    return Glyph(tuple(stroke + raised for stroke in sign.strokes), sign.width + 0.05, sign.height, NOT_READ)


def draw_cells(
    scene: Scene,
    start: np.ndarray,
    count: int,
    pitch: float,
    height: float,
    color: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """A form's boxes: with shared sides, apart, or a comb."""
    mask = np.zeros(scene.canvas.shape[:2], np.uint8)
    kind, air, thick = int(rng.integers(3)), height * rng.uniform(0.12, 0.4), float(rng.uniform(1, 5))
    top, bottom = start[1] - air, start[1] + height + air
    inset = pitch * rng.uniform(0.03, 0.1) if kind == 1 else 0.0
    for cell in range(count):
        left, right = start[0] + cell * pitch + inset, start[0] + (cell + 1) * pitch - inset
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        if kind == 2:
            corners = [
                (left, (top + bottom) / 2),
                (left, bottom),
                (right, bottom),
                (right, (top + bottom) / 2),
            ]
        draw_path(mask, scene.project(np.array(corners)), thick)
    scene.paint(mask, color, rng.uniform(0.4, 1.0))


def add_marks(
    mask: np.ndarray,
    scene: Scene,
    start: np.ndarray,
    end: float,
    height: float,
    pen: float,
    rng: np.random.Generator,
    *,
    struck: bool,
) -> None:
    """Underlines, circles around, boxes around and crossings-out, in the ink of the line."""
    left, top, bottom = start[0] - 0.2 * height, start[1], start[1] + height
    width = max(pen * rng.uniform(0.7, 1.2), 1.5)
    kind = rng.random()
    if struck:
        along = np.linspace(left, end, 24)
        wave = rng.choice([0.0, 0.4]) * height * np.sin(np.arange(24) * 2.2)
        middle = (top + bottom) / 2 + rng.normal(0, 0.08) * height
        draw_path(mask, scene.project(np.stack([along, middle + wave], axis=1)), width)
    elif kind < 0.08:
        for line in range(int(rng.integers(1, 3))):
            low = bottom + height * (rng.uniform(0.0, 0.3) + 0.15 * line)
            ends = np.array([(left, low), ((left + end) / 2, low + rng.normal(0, 2)), (end, low)])
            draw_path(mask, scene.project(ends), width)
    elif kind < 0.13:
        turn = np.linspace(0, 2.05 * np.pi, 40) + rng.uniform(0, 6)
        reach = np.array([0.62 * (end - left) + 0.25 * height, rng.uniform(0.75, 1.0) * height])
        center = np.array([(left + end) / 2, (top + bottom) / 2])
        draw_path(mask, scene.project(center + reach * np.stack([np.cos(turn), np.sin(turn)], axis=1)), width)
    elif kind < 0.16:
        air = 0.3 * height
        ends = np.array(
            [
                (left, top - air),
                (end, top - air),
                (end, bottom + air),
                (left, bottom + air),
                (left, top - air),
            ]
        )
        draw_path(mask, scene.project(ends), width)
