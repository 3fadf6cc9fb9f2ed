"""Surfaces under and beside made pages: wood, cloth, tiles, shelves, screens and others."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

TEXTURE_SIDE = 320


def make_textures(count: int, rng: np.random.Generator, *, held: bool = False) -> list[np.ndarray]:
    """Surfaces of wood, cloth, stone, tiles, keys, shelves and others.

    Args:
        count: how many.
        rng: decides.
        held: makes the kinds that training never sees instead of those that it learns from.

    Returns:
        (320, 320, 3) uint8 arrays of reflectance.
    """
    makers = _HELD_MAKERS if held else _MAKERS
    made = (_tint(makers[at % len(makers)](rng), rng) for at in range(count))
    return [np.clip(255 * texture, 0, 255).astype(np.uint8) for texture in made]


def _tint(texture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A gray texture in two colors; a colored one as it is."""
    if texture.ndim == 3:
        return texture
    first, second = pick_color(rng), pick_color(rng)
    if rng.random() < 0.6:  # Most surfaces are of one color, lighter and darker.
        second = np.clip(first * rng.uniform(0.4, 0.85), 0, 1)
    if rng.random() < 0.5:
        first, second = second, first
    low, high = np.percentile(texture[::8, ::8], (2, 98))
    share = np.clip((texture - low) / max(high - low, 1e-6), 0, 1)[..., None] * rng.uniform(0.3, 1.0)
    return (first + (second - first) * share).astype(np.float32)


def pick_color(rng: np.random.Generator) -> np.ndarray:
    """Any color, grays and browns the most often, as reflectance."""
    kind = rng.random()
    if kind < 0.35:
        return np.full(3, rng.uniform(0.03, 0.97)) + rng.normal(0, 0.015, 3)
    if kind < 0.6:
        return rng.uniform(0.15, 0.95) * np.array([1.0, rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.75)])
    return rng.uniform(0.02, 0.95, 3)


def smooth_noise(rng: np.random.Generator, cells: tuple[int, int], size: tuple[int, int]) -> np.ndarray:
    """Smooth noise from a grid of (rows, columns) cells: (height, width) float32, about -1 to 1."""
    coarse = rng.uniform(-1, 1, (max(cells[0], 2), max(cells[1], 2))).astype(np.float32)
    return cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)


_SQUARE = (TEXTURE_SIDE, TEXTURE_SIDE)


def _grid() -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:TEXTURE_SIDE, :TEXTURE_SIDE].astype(np.float32)
    return x, y


def _noise(rng: np.random.Generator) -> np.ndarray:
    total = np.zeros(_SQUARE, np.float32)
    fall, cells = rng.uniform(0.4, 0.9), 3
    for octave in range(6):
        total += fall**octave * smooth_noise(rng, (cells, cells), _SQUARE)
        cells *= 2
    return total


def _plain(rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(0, 0.2, _SQUARE).astype(np.float32)
    return smooth_noise(rng, (2, 2), _SQUARE) + noise * rng.uniform(0, 1)


def _wood(rng: np.random.Generator) -> np.ndarray:
    _, y = _grid()
    warp = smooth_noise(rng, (3, 12), _SQUARE) * rng.uniform(5, 30)
    rings = np.sin((y + warp) * rng.uniform(0.06, 0.5)) * rng.uniform(0.1, 1)
    grain = smooth_noise(rng, (TEXTURE_SIDE // 2, int(rng.integers(3, 20))), _SQUARE)
    total = rings + grain * rng.uniform(0.3, 1.2)
    if rng.random() < 0.4:  # Planks.
        wide = rng.integers(40, 160)
        total -= 1.5 * (y % wide < rng.uniform(1, 4))
    return total if rng.random() < 0.5 else total.T


def _weave(rng: np.random.Generator) -> np.ndarray:
    x, y = _grid()
    step, other = rng.uniform(0.4, 1.8, 2)
    total = np.sin(x * step) * np.sin(y * other) + 0.5 * rng.normal(0, 1, _SQUARE).astype(np.float32)
    total += np.sin((x + y) * step) * rng.uniform(0, 1) + _noise(rng) * rng.uniform(0, 1.5)
    return total


def _plaid(rng: np.random.Generator) -> np.ndarray:
    x, y = _grid()
    total = np.zeros(_SQUARE, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        step, phase, wide = rng.uniform(12, 90), rng.uniform(0, 90), rng.uniform(0.1, 0.5)
        total += ((x + phase) % step < wide * step) * 1.0 + ((y + phase) % step < wide * step) * 1.0
    return total + 0.1 * rng.normal(0, 1, _SQUARE).astype(np.float32)


def _tiles(rng: np.random.Generator) -> np.ndarray:
    x, y = _grid()
    wide, high, joint = rng.uniform(25, 120), rng.uniform(20, 90), rng.uniform(1, 5)
    shift = (np.floor(y / high) % 2) * wide * rng.choice([0.0, 0.5])
    across = np.floor((x + shift) / wide)
    each = np.sin(across * 12.9 + np.floor(y / high) * 78.2) * rng.uniform(0, 0.5)
    joints = ((x + shift) % wide < joint) | (y % high < joint)
    return each.astype(np.float32) - joints * rng.uniform(0.5, 2) + 0.2 * _noise(rng)


def _speckle(rng: np.random.Generator) -> np.ndarray:
    fine = cv2.GaussianBlur(rng.normal(0, 1, _SQUARE).astype(np.float32), (0, 0), rng.uniform(0.6, 4))
    fine /= fine.std()
    return np.where(np.abs(fine) > rng.uniform(0.8, 2.5), np.sign(fine), 0.2 * fine).astype(np.float32)


def _grass(rng: np.random.Generator) -> np.ndarray:
    canvas = np.full(_SQUARE, 0.3, np.float32)
    lean, spread = rng.uniform(0, np.pi), rng.uniform(0.1, 1.5)
    long = rng.uniform(8, 50)
    for _ in range(int(rng.integers(100, 700))):
        start = rng.uniform(0, TEXTURE_SIDE, 2)
        turn = lean + rng.normal(0, spread)
        end = start + long * rng.uniform(0.5, 1.2) * np.array([np.cos(turn), np.sin(turn)])
        shade = (float(rng.uniform(0, 1)),)
        ends = (int(start[0]), int(start[1])), (int(end[0]), int(end[1]))
        cv2.line(canvas, *ends, shade, int(rng.integers(1, 4)), cv2.LINE_AA)
    return canvas


def _brushed(rng: np.random.Generator) -> np.ndarray:
    return smooth_noise(rng, (TEXTURE_SIDE, 4), _SQUARE) + smooth_noise(rng, (2, 3), _SQUARE)


def _keys(rng: np.random.Generator) -> np.ndarray:
    """A keyboard: light or dark keys with a sign on each."""
    back, key, sign = rng.integers(0, 256, 3).tolist()
    canvas = np.full(_SQUARE, back, np.uint8)  # OpenCV writes on bytes only.
    side, gap = int(rng.integers(26, 60)), int(rng.integers(2, 8))
    for row, top in enumerate(range(0, TEXTURE_SIDE, side)):
        for left in range(-(row * side // 3) % side - side, TEXTURE_SIDE, side):
            cv2.rectangle(canvas, (left + gap, top + gap), (left + side - gap, top + side - gap), (key,), -1)
            letter = chr(int(rng.integers(65, 91)))
            place = (left + side // 3, top + 2 * side // 3)
            cv2.putText(canvas, letter, place, 0, side / 60, (sign,), 1, cv2.LINE_AA)
    return canvas.astype(np.float32) / 255


def _shelf(rng: np.random.Generator) -> np.ndarray:
    """Backs of books or folders side by side, or the leaves of one seen from the side."""
    canvas, left, thin = np.zeros((*_SQUARE, 3), np.float32), 0, rng.random() < 0.35
    shade = pick_color(rng)
    while left < TEXTURE_SIDE:
        wide = int(rng.integers(2, 5)) if thin else int(rng.integers(8, 60))
        color = shade * rng.uniform(0.6, 1.1) if thin else pick_color(rng)
        canvas[:, left : left + wide] = color
        if not thin:
            canvas[:, left : left + 2] *= 0.4
            for _ in range(int(rng.integers(0, 4))):
                top, high = int(rng.integers(0, TEXTURE_SIDE)), int(rng.integers(2, 40))
                canvas[top : top + high, left + 2 : left + wide] = pick_color(rng)
        left += wide
    return canvas if rng.random() < 0.6 else np.ascontiguousarray(canvas.swapaxes(0, 1))


def _stripes(rng: np.random.Generator) -> np.ndarray:
    x, y = _grid()
    turn, step = rng.uniform(0, np.pi), rng.uniform(5, 60)
    along = x * np.cos(turn) + y * np.sin(turn) + smooth_noise(rng, (3, 3), _SQUARE) * rng.uniform(0, 15)
    return (along % step < step * rng.uniform(0.1, 0.7)).astype(np.float32)


def _blobs(rng: np.random.Generator) -> np.ndarray:
    """Things on a desk: ellipses, rectangles, sticks and cables, each with a bright or dark rim."""
    canvas = np.empty((*_SQUARE, 3), np.float32)
    canvas[:] = pick_color(rng)
    for _ in range(int(rng.integers(4, 22))):
        center = tuple(int(v) for v in rng.integers(0, TEXTURE_SIDE, 2))
        axes = tuple(int(v) for v in rng.integers(3, 70, 2))
        color, rim = pick_color(rng).tolist(), pick_color(rng).tolist()
        kind, turn = rng.random(), float(rng.uniform(0, 180))
        if kind < 0.4:
            cv2.ellipse(canvas, center, axes, turn, 0, 360, color, -1, cv2.LINE_AA)
            cv2.ellipse(canvas, center, axes, turn, 0, 360, rim, int(rng.integers(1, 5)), cv2.LINE_AA)
        elif kind < 0.7:
            corners = cv2.boxPoints((center, axes, turn)).astype(np.int32)
            cv2.fillConvexPoly(canvas, corners, color, cv2.LINE_AA)
            cv2.polylines(canvas, [corners], True, rim, int(rng.integers(1, 5)), cv2.LINE_AA)
        else:
            path = np.cumsum(rng.normal(0, 35, (6, 2)), axis=0) + center
            bow = cv2.resize(path.astype(np.float32), (2, 60), interpolation=cv2.INTER_CUBIC).astype(np.int32)
            thick = int(rng.integers(2, 16))
            cv2.polylines(canvas, [bow], False, color, thick, cv2.LINE_AA)
            cv2.polylines(canvas, [bow - thick // 4], False, rim, max(thick // 4, 1), cv2.LINE_AA)
    return canvas


def _screen(rng: np.random.Generator) -> np.ndarray:
    """Windows, lines of tiny text and icons, as a lit screen shows them."""
    dark = rng.random() < 0.5
    canvas = np.empty((*_SQUARE, 3), np.float32)
    canvas[:] = rng.uniform(0.02, 0.2, 3) if dark else rng.uniform(0.85, 1.1, 3)
    for _ in range(int(rng.integers(1, 6))):
        left, top = (int(v) for v in rng.integers(0, TEXTURE_SIDE - 40, 2))
        wide, high = (int(v) for v in rng.integers(20, 200, 2))
        cv2.rectangle(canvas, (left, top), (left + wide, top + high), pick_color(rng).tolist(), -1)
        ink = (pick_color(rng) * (1.0 if dark else 0.4)).tolist()
        step = int(rng.integers(6, 16))
        for line in range(top + step, min(top + high, TEXTURE_SIDE), step):
            at = left + int(rng.integers(2, 30))
            while at < left + wide - 4:
                word = int(rng.integers(3, 22))
                for part in range(at, at + word, 3):
                    rise = int(rng.integers(1, max(step // 2, 2)))
                    cv2.line(canvas, (part, line), (part + int(rng.integers(0, 3)), line - rise), ink, 1)
                at += word + 4
    return canvas


def _print_pattern(rng: np.random.Generator) -> np.ndarray:
    """One motif all over, as on wrapping paper or a table cloth."""
    canvas = np.zeros(_SQUARE, np.float32)
    step, size, kind = int(rng.integers(14, 70)), float(rng.uniform(0.15, 0.45)), int(rng.integers(4))
    for row, top in enumerate(range(0, TEXTURE_SIDE + step, step)):
        for left in range((row % 2) * step // 2, TEXTURE_SIDE + step, step):
            reach = max(int(size * step), 2)
            if kind == 0:
                cv2.circle(canvas, (left, top), reach, (1.0,), -1, cv2.LINE_AA)
            elif kind == 1:
                cv2.circle(canvas, (left, top), reach, (1.0,), max(reach // 4, 1), cv2.LINE_AA)
            elif kind == 2:
                cv2.drawMarker(canvas, (left, top), (1.0,), int(rng.integers(0, 7)), 2 * reach, 2)
            else:
                cv2.ellipse(canvas, (left, top), (reach, reach // 2), 30 * row, 0, 270, (1.0,), 2)
    return canvas


_MAKERS: tuple[Callable[[np.random.Generator], np.ndarray], ...] = (
    _noise, _wood, _wood, _weave, _tiles, _speckle, _brushed, _shelf, _shelf, _stripes,
    _blobs, _blobs, _screen, _screen, _print_pattern, _plain,
)  # fmt: skip

_HELD_MAKERS = (_plaid, _grass, _keys)
