"""Made pages: one writer's digits in any ink on any paper, and everything beside them that is no digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from digitcnn.training.page_detector.hands import AMBIGUOUS, NOT_READ, Glyph, Hands
from digitcnn.training.page_detector.marks import add_marks, draw_cells, make_sign, strike_out
from digitcnn.training.page_detector.paper import Sheet, lay_sheet, rule_sheet
from digitcnn.training.page_detector.photo import light_scene, take_photo, threshold
from digitcnn.training.page_detector.print import PrintedStrip, print_strips
from digitcnn.training.page_detector.scene import Scene, draw_path, make_view, stamp_image
from digitcnn.training.page_detector.surfaces import TEXTURE_SIDE, make_textures, pick_color

SIDE = 160
_FINE = 2
"""Pages are drawn this many times as large as they are seen."""

_HEIGHTS = (11.0, 90.0)
"""Of digits, in pixels of the finished page: the network finds others at another scale."""

_MIN_VISIBLE = 0.9
_MIN_CONTRAST = 0.05
_MIN_DEVIATION = 3.0


@dataclass(frozen=True, eq=False)
class MadePage:
    """One page.

    Attributes:
        pixels: (side, side, 3) uint8, RGB.
        labels: (n,) int64, the digits on it.
        boxes: (n, 4) float32, left, top, right and bottom of each, in pixels.
        printed: (n,) bool.
        ignored: (m, 4) float32 boxes of what may be taken for a digit or not: cut, too small, too pale.
    """

    pixels: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    printed: np.ndarray
    ignored: np.ndarray


class PageMaker:
    """Makes pages; the same seed makes the same ones."""

    def __init__(
        self,
        hands: Hands,
        fonts: Sequence[Path],
        rng: np.random.Generator,
        *,
        held: bool = False,
        surfaces: int = 220,
    ) -> None:
        """Prepares surfaces and print.

        Args:
            hands: who writes.
            fonts: typefaces of printed words.
            rng: decides everything.
            held: takes the kinds of surface that training never sees.
            surfaces: how many textures to choose from.
        """
        self._hands, self._rng = hands, rng
        self._textures = make_textures(surfaces, rng, held=held)
        self._strips = print_strips(3 * surfaces, fonts, rng)

    def make(self, side: int = SIDE) -> MadePage:
        """One page of side x side pixels."""
        rng, size = self._rng, side * _FINE
        scene = Scene(self._take_texture(size), make_view(size, rng))
        plain = rng.random() < 0.14
        sheet = lay_sheet(scene, rng, plain=plain)
        height = _FINE * float(np.exp(rng.uniform(*np.log(_HEIGHTS))))
        if not plain and sheet is not None:
            rule_sheet(scene, sheet, height, rng)
        if not plain and rng.random() < 0.4:
            for _ in range(int(rng.integers(1, 6))):
                self._print(scene)
        if not plain and rng.random() < 0.2:
            self._put_thing(scene)
        if sheet is not None and rng.random() < 0.82:
            self._write(scene, sheet, height)
        if not plain and rng.random() < 0.97:
            light_scene(scene.canvas, rng)
        if rng.random() < 0.05:
            self._print(scene, glow=True)
        if plain:
            shrunk = cv2.resize(scene.canvas, (side, side), interpolation=cv2.INTER_AREA)
            pixels = np.clip(255 * shrunk, 0, 255).astype(np.uint8)
        else:
            pixels = take_photo(scene.canvas, side, rng)
        if rng.random() < 0.05 and scene.boxes:
            pixels = threshold(pixels, rng)
        return _finish(scene, pixels, side)

    def _take_texture(self, size: int) -> np.ndarray:
        rng = self._rng
        texture = self._textures[rng.integers(len(self._textures))]
        turn, zoom = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else 0.0, rng.uniform(0.5, 2.5)
        matrix = cv2.getRotationMatrix2D((TEXTURE_SIDE / 2,) * 2, np.degrees(turn), zoom)
        matrix[:, 2] += size / 2 - TEXTURE_SIDE / 2
        taken = cv2.warpAffine(texture, matrix, (size, size), borderMode=cv2.BORDER_REFLECT_101)
        return taken.astype(np.float32) / 255

    def _print(self, scene: Scene, *, glow: bool = False) -> None:
        """Sets a line of print anywhere, upright or turned."""
        rng, size = self._rng, scene.canvas.shape[0]
        strip: PrintedStrip = self._strips[rng.integers(len(self._strips))]
        scale = _FINE * np.exp(rng.uniform(np.log(5), np.log(70))) / strip.height
        turned = rng.random() < 0.15 and not glow
        turn = float(rng.choice([0.5, 1.0, 1.5])) * np.pi if turned else 0.0
        cos, sin = scale * np.cos(turn), scale * np.sin(turn)
        center = rng.uniform(0, size, 2)
        high, wide = strip.coverage.shape
        shift = center - np.array([[cos, -sin], [sin, cos]]) @ (wide * rng.uniform(0, 1), high / 2)
        matrix = np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]], [0, 0, 1]])
        placed = Scene(scene.canvas, scene.matrix @ matrix)
        mask = cv2.warpPerspective(strip.coverage, placed.matrix, (size, size), flags=cv2.INTER_AREA)
        color = np.array([1.1, rng.uniform(0.2, 0.7), 0.1]) if glow else pick_color(rng)
        before = scene.canvas.copy()
        scene.paint(mask, color, rng.uniform(0.6, 1.0))
        for label, box in zip(strip.labels, strip.boxes, strict=True):
            corners = np.array([box[[0, 1]], box[[2, 1]], box[[2, 3]], box[[0, 3]]])
            self._note(scene, before, mask, placed.project(corners), label, printed=True, ignored=turned)

    def _put_thing(self, scene: Scene) -> None:
        """A pen, a cable, a clip, or a ring: long or round, with a light rim."""
        rng, size = self._rng, scene.canvas.shape[0]
        color, rim = pick_color(rng).tolist(), pick_color(rng).tolist()
        thick = int(rng.integers(2, 30))
        path = np.cumsum(rng.normal(0, 0.3 * size, (4, 2)), axis=0) + rng.uniform(0, size, 2)
        if rng.random() < 0.5:
            path = path[[0, 3]]
        bow = cv2.resize(path.astype(np.float32), (2, 40), interpolation=cv2.INTER_LINEAR).astype(np.int32)
        mask = np.zeros(scene.canvas.shape[:2], np.uint8)
        cv2.polylines(mask, [bow], False, (255,), thick, cv2.LINE_AA)
        scene.paint(mask, np.array(color), 1.0)
        mask[:] = 0
        cv2.polylines(mask, [bow - thick // 4], False, (255,), max(thick // 5, 1), cv2.LINE_AA)
        scene.paint(mask, np.array(rim), 0.8)

    def _write(self, scene: Scene, sheet: Sheet, height: float) -> None:
        """Digits in lines, columns or anywhere, sometimes with words, in one ink or two."""
        rng = self._rng
        hand = self._hands.digits[rng.integers(len(self._hands.digits))]
        ink, pen = (
            _pick_ink(sheet.color, rng),
            height * float(np.exp(rng.uniform(np.log(0.035), np.log(0.2)))),
        )
        scattered, boxed, gap = rng.random() < 0.1, rng.random() < 0.12, _pick_gap(rng)
        step = height * rng.uniform(1.25, 2.4)
        lines = int(rng.integers(1, 9))
        top = rng.uniform(sheet.top, max(sheet.bottom - lines * step, sheet.top + 1))
        left = rng.uniform(sheet.left, sheet.left + 0.5 * (sheet.right - sheet.left))
        for line in range(lines):
            if rng.random() < 0.15:
                ink = _pick_ink(sheet.color, rng)
            start = np.array([left + rng.normal(0, 0.3) * height, top + line * step])
            if start[1] + height > sheet.bottom:
                break
            if self._hands.letters and rng.random() < 0.2:
                glyphs = self._pick_word()
                gap_here = 0.1
            else:
                glyphs, gap_here = self._pick_number(hand, rng), gap
            if scattered:
                for glyph in glyphs:
                    at = rng.uniform((sheet.left, sheet.top), (sheet.right, sheet.bottom))
                    self._write_line(scene, sheet, [glyph], at, height, pen, 0.1, ink)
            else:
                cells = (sheet.form, rng) if boxed else None
                self._write_line(scene, sheet, glyphs, start, height, pen, gap_here, ink, cells)

    def _pick_number(self, hand: Sequence[Glyph | np.ndarray], rng: np.random.Generator) -> list:
        count = int(rng.integers(1, 9))
        images = self._hands.images
        if images is not None and rng.random() < 0.25:
            chosen = rng.integers(len(images), size=count)
            return [(images.images[at], int(images.labels[at])) for at in chosen]
        glyphs = [hand[at] for at in rng.integers(len(hand), size=count)]
        if rng.random() < 0.45:
            for _ in range(int(rng.integers(1, 3))):
                glyphs.insert(int(rng.integers(0, len(glyphs) + 1)), make_sign(rng))
        if self._hands.doodles and rng.random() < 0.08:
            glyphs.append(self._hands.doodles[rng.integers(len(self._hands.doodles))])
        return glyphs

    def _pick_word(self) -> list[Glyph]:
        rng = self._rng
        hand = self._hands.letters[rng.integers(len(self._hands.letters))]
        return [hand[at] for at in rng.integers(len(hand), size=int(rng.integers(2, 9)))]

    def _write_line(
        self,
        scene: Scene,
        sheet: Sheet,
        glyphs: Sequence,
        start: np.ndarray,
        height: float,
        pen: float,
        gap: float,
        ink: tuple[np.ndarray, float],
        cells: tuple | None = None,
    ) -> None:
        rng, size = self._rng, scene.canvas.shape[0]
        x, slope, slant, pitch = float(start[0]), rng.normal(0, 0.04), rng.normal(0, 0.12), height * 1.25
        mask = np.zeros((size, size), np.uint8)
        placed: list[tuple[np.ndarray, int]] = []
        sides: list[tuple[float, float]] = []
        for at, glyph in enumerate(glyphs):
            tall = height * rng.uniform(0.85, 1.15)
            label = glyph.label if isinstance(glyph, Glyph) else glyph[1]
            wide = (glyph.width if isinstance(glyph, Glyph) else 0.75) * tall
            if cells is not None:
                x = start[0] + at * pitch + (pitch - wide) / 2
            corner = np.array([x, start[1] + slope * (x - start[0]) + rng.normal(0, 0.04) * height])
            if isinstance(glyph, Glyph):
                corner[1] += (1 - glyph.height) * tall * (1.0 if glyph.height < 0.99 else 0.0)
            if x + wide > sheet.right:
                break
            if isinstance(glyph, Glyph):
                lines = [
                    (stroke + np.stack([slant * (0.5 - stroke[:, 1]), 0 * stroke[:, 1]], axis=1)) * tall
                    + corner
                    for stroke in glyph.strokes
                ]
                paths = [scene.project(line) for line in lines]
                width = max(pen, 1.5)
                for path in paths:
                    draw_path(mask, path, width)
                points = np.concatenate(paths)
                outline = np.array([points.min(axis=0) - width / 2, points.max(axis=0) + width / 2])
            else:
                outline = stamp_image(mask, glyph[0], scene, corner, tall)
            placed.append((outline, label))
            sides.append((x, x + wide))
            x += wide + height * (gap + rng.normal(0, 0.05))
        if cells is not None:
            draw_cells(scene, start, len(placed), pitch, height, *cells)
        before = scene.canvas.copy()
        struck = range(0)
        if len(placed) > 1 and rng.random() < 0.2:  # A part of the line, often all of it.
            first, last = sorted(rng.integers(0, len(placed), 2).tolist())
            struck = range(first, last + 1) if rng.random() < 0.6 else range(len(placed))
            strike_out(mask, scene, sides[struck[0]][0], sides[struck[-1]][1], start[1], height, pen, rng)
        else:
            add_marks(mask, scene, start, x, height, pen, rng)
        if rng.random() < 0.15:  # Chalk, pencil and dry pens skip.
            holes = rng.uniform(0.4, 1.0, mask.shape).astype(np.float32)
            mask = (mask * holes).astype(np.uint8)
        scene.paint(mask, *ink)
        for at, (outline, label) in enumerate(placed):
            if label == AMBIGUOUS:
                scene.ignored.append(outline.ravel())
            elif label != NOT_READ and at not in struck:
                self._note(scene, before, mask, outline, label)

    def _note(
        self,
        scene: Scene,
        before: np.ndarray,
        mask: np.ndarray,
        points: np.ndarray,
        label: int,
        *,
        printed: bool = False,
        ignored: bool = False,
    ) -> None:
        """Records a digit, or its box alone where it is cut, pale, or of another size than is learned."""
        size = scene.canvas.shape[0]
        low, high = points.min(axis=0), points.max(axis=0)
        seen_low, seen_high = np.clip(low, 0, size), np.clip(high, 0, size)
        box = np.concatenate([low, high])
        visible = np.prod(seen_high - seen_low) / max(np.prod(high - low), 1e-6)
        if visible <= 0:
            return
        left, top, right, bottom = (int(v) for v in (*seen_low, *np.ceil(seen_high)))
        window = np.s_[top:bottom, left:right]
        inked = mask[window] > 100
        change = np.abs(scene.canvas[window] - before[window]).max(axis=2)
        contrast = float(change[inked].mean()) if inked.any() else 0.0
        tall = float(high[1] - low[1]) / _FINE
        if (
            ignored
            or visible < _MIN_VISIBLE
            or contrast < _MIN_CONTRAST
            or not 0.6 * _HEIGHTS[0] < tall < 1.3 * _HEIGHTS[1]
        ):
            scene.ignored.append(box)
            return
        scene.labels.append(label)
        scene.boxes.append(box)
        scene.printed.append(printed)


def _pick_ink(paper: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Color and opacity: dark on light and light on dark, of the pens that people have."""
    if paper.mean() < 0.4:
        return np.clip(rng.uniform(0.6, 1.0) + rng.normal(0, 0.15, 3), 0, 1.1), rng.uniform(0.6, 1.0)
    kind = rng.random()
    if kind < 0.35:
        color, opacity = np.full(3, rng.uniform(0, 0.2)), rng.uniform(0.7, 1.0)
    elif kind < 0.55:
        color, opacity = np.array([0.1, 0.15, rng.uniform(0.35, 0.75)]), rng.uniform(0.6, 1.0)
    elif kind < 0.75:  # Pencil, from faint to firm.
        color, opacity = np.full(3, rng.uniform(0.15, 0.35)), rng.uniform(0.2, 0.7)
    else:
        color, opacity = rng.uniform(0, 0.8, 3), rng.uniform(0.5, 1.0)
        color[rng.integers(3)] *= 0.2
    if rng.random() < 0.03:
        return np.clip(paper * 1.5 + 0.15, 0, 1.2), opacity
    return color, opacity


def _pick_gap(rng: np.random.Generator) -> float:
    """Between boxes, in heights of a digit: overlapping, close, apart or wide."""
    low, high = ((-0.25, -0.05), (-0.05, 0.1), (0.1, 0.5), (0.5, 2.0))[rng.choice(4, p=(0.3, 0.3, 0.3, 0.1))]
    return float(rng.uniform(low, high))


def _finish(scene: Scene, pixels: np.ndarray, side: int) -> MadePage:
    boxes = np.array(scene.boxes, np.float32).reshape(-1, 4) / _FINE
    clear = np.array([_is_clear(pixels, box) for box in boxes], bool)
    ignored = np.concatenate([np.array(scene.ignored, np.float32).reshape(-1, 4) / _FINE, boxes[~clear]])
    clipped = np.clip(ignored, 0, side)
    inside = (clipped[:, 2] > clipped[:, 0]) & (clipped[:, 3] > clipped[:, 1])
    labels, printed = np.array(scene.labels, np.int64), np.array(scene.printed, bool)
    return MadePage(pixels, labels[clear], boxes[clear], printed[clear], clipped[inside])


def _is_clear(pixels: np.ndarray, box: np.ndarray) -> bool:
    """Whether light, blur or a threshold have left something to see in the box."""
    left, top, right, bottom = (int(max(side, 0)) for side in box)
    window = pixels[top : bottom + 1, left : right + 1]
    return window.size > 0 and float(window.mean(axis=2).std()) > _MIN_DEVIATION
