"""Ink and print around digits: signs between them, form boxes, underlines, circles, crossings-out."""

from __future__ import annotations

import numpy as np

from digitcnn.training.page_detector.hands import NOT_READ, Glyph, make_glyph
from digitcnn.training.page_detector.scene import Scene, draw_path


def make_sign(rng: np.random.Generator) -> Glyph:
    """A slash, dash, comma, point, colon, cross or bracket between digits."""
    lean, kind = rng.uniform(0.1, 0.7), int(rng.choice(6, p=(0.4, 0.16, 0.16, 0.12, 0.08, 0.08)))
    if kind == 0:  # Digits beside it tell it from a 1: it begins above them, or ends below.
        strokes = [[(lean, rng.uniform(-0.25, 0.0)), (lean / 2, 0.5), (0, rng.uniform(1.0, 1.25))]]
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
) -> None:
    """Underlines, circles around and boxes around a line, in its ink."""
    left, top, bottom = start[0] - 0.2 * height, start[1], start[1] + height
    width = max(pen * rng.uniform(0.7, 1.2), 1.5)
    kind = rng.random()
    if kind < 0.12:
        for line in range(int(rng.integers(1, 3))):
            low = bottom + height * (rng.uniform(-0.08, 0.3) + 0.15 * line)
            ends = np.array([(left, low), ((left + end) / 2, low + rng.normal(0, 2)), (end, low)])
            draw_path(mask, scene.project(ends), width)
    elif kind < 0.22:
        turn = np.linspace(0, rng.uniform(1.9, 2.2) * np.pi, 40) + rng.uniform(0, 6)
        reach = np.array(
            [0.5 * (end - left) + rng.uniform(0.2, 0.7) * height, rng.uniform(0.7, 1.25) * height]
        )
        center = np.array([(left + end) / 2, (top + bottom) / 2]) + rng.normal(0, 0.06, 2) * height
        draw_path(mask, scene.project(center + reach * np.stack([np.cos(turn), np.sin(turn)], axis=1)), width)
    elif kind < 0.25:
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


def strike_out(
    mask: np.ndarray,
    scene: Scene,
    left: float,
    right: float,
    top: float,
    height: float,
    pen: float,
    rng: np.random.Generator,
) -> None:
    """Crosses digits out between `left` and `right`: with a line or two, a wave, a cross or a scribble."""
    width, kind = max(pen * rng.uniform(0.7, 1.3), 1.5), int(rng.choice(5, p=(0.45, 0.15, 0.15, 0.1, 0.15)))
    left, right = left - rng.uniform(0.0, 0.25) * height, right + rng.uniform(0.0, 0.25) * height
    middle, tilt = top + rng.normal(0.5, 0.07) * height, rng.normal(0, 0.08) * height
    along = np.linspace(left, right, 24)
    if kind == 3:
        lines = [[(left, top), (right, top + height)], [(left, top + height), (right, top)]]
        lines = lines[: int(rng.integers(1, 3))]
    elif kind >= 2:
        turns = rng.uniform(1.5, 4.0) * (right - left) / height * (2.0 if kind == 4 else 1.0)
        reach = (0.45 if kind == 4 else 0.3) * height
        wave = reach * np.sin(np.linspace(0, 2 * np.pi * turns, 24 * int(turns + 1)))
        lines = [np.stack([np.linspace(left, right, len(wave)), middle + wave], axis=1)]
    else:
        straight = np.stack([along, middle + tilt * np.linspace(-1, 1, 24)], axis=1)
        lines = [straight + np.array([0.0, line * 0.2 * height]) for line in range(kind + 1)]
    for line in lines:
        draw_path(mask, scene.project(np.array(line, np.float64)), width)
