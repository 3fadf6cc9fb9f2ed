"""Printed text on made pages: strips of words, dates, stamps and brand names in real typefaces."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Where typefaces are looked for; `$DIGITCNN_DATA/fonts` comes first where there is one."""

_SIZE = 44
_HERSHEY = (0, 1, 2, 3, 4, 5, 6, 7)
_SYMBOL_FONTS = ("symbol", "dingbat", "d050000l", "standardsymbols", "math", "script")


@dataclass(frozen=True, eq=False)
class PrintedStrip:
    """A line of print.

    Attributes:
        coverage: (height, width) uint8, ink 255.
        labels: the digits in it.
        boxes: (n, 4) float32, left, top, right and bottom of each digit, in pixels of the strip.
        height: of a digit, in pixels.
    """

    coverage: np.ndarray
    labels: tuple[int, ...]
    boxes: np.ndarray
    height: float


def find_fonts(folders: Sequence[Path] = FONT_FOLDERS) -> list[Path]:
    """TrueType and OpenType files with Latin letters, by name."""
    files = [path for folder in folders for ending in ("ttf", "otf") for path in folder.rglob(f"*.{ending}")]
    return sorted(
        (path for path in files if not any(word in path.stem.lower() for word in _SYMBOL_FONTS)),
        key=lambda path: path.name,
    )


def print_strips(count: int, fonts: Sequence[Path], rng: np.random.Generator) -> list[PrintedStrip]:
    """Prints lines of text, about half of them with digits.

    Args:
        count: how many.
        fonts: typefaces to choose from; without any, OpenCV's stroke fonts alone.
        rng: decides.
    """
    loaded: dict[Path, ImageFont.FreeTypeFont] = {}
    strips: list[PrintedStrip] = []
    while len(strips) < count:
        text = _make_text(rng)
        if not fonts or rng.random() < 0.14:
            strips.append(_print_stroke_font(text, rng))
            continue
        path = fonts[int(rng.integers(len(fonts)))]
        font = loaded.setdefault(path, ImageFont.truetype(str(path), _SIZE))
        if "dseg" in path.name.lower():
            text = "".join(c for c in _make_number(rng) if c in "0123456789:.-")
        strip = _print(text, font, spaced=rng.random() < 0.1)
        if strip is not None:
            strips.append(strip)
    return strips


def _print(text: str, font: ImageFont.FreeTypeFont, *, spaced: bool) -> PrintedStrip | None:
    wide = int(font.getlength(text) * (1.4 if spaced else 1.0)) + 2 * _SIZE
    canvas = Image.new("L", (wide, 2 * _SIZE))
    drawing = ImageDraw.Draw(canvas)
    left, labels, boxes = float(_SIZE), [], []
    for char in text:
        drawing.text((left, 1.4 * _SIZE), char, fill=255, font=font, anchor="ls")
        if char in string.digits:
            box = font.getbbox(char, anchor="ls")
            labels.append(int(char))
            boxes.append((left + box[0], 1.4 * _SIZE + box[1], left + box[2], 1.4 * _SIZE + box[3]))
        left += font.getlength(char) * (1.35 if spaced else 1.0)
    coverage = np.asarray(canvas)
    if coverage.max() < 200:
        return None
    right = min(int(left) + _SIZE // 2, wide)
    found = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    high = float(np.median(found[:, 3] - found[:, 1])) if boxes else 0.72 * _SIZE
    if high < 4:
        return None
    return PrintedStrip(coverage[:, :right], tuple(labels), found, high)


def _print_stroke_font(text: str, rng: np.random.Generator) -> PrintedStrip:
    """As plotters and stencils write: in strokes of one width."""
    font, scale, thick = int(rng.choice(_HERSHEY)), 1.4, int(rng.integers(1, 5))
    (wide, high), _ = cv2.getTextSize(text, font, scale, thick)
    canvas = np.zeros((2 * _SIZE, wide + 2 * _SIZE), dtype=np.uint8)
    bottom = int(1.4 * _SIZE)
    cv2.putText(canvas, text, (_SIZE, bottom), font, scale, (255,), thick, cv2.LINE_AA)
    ends = [cv2.getTextSize(text[:at], font, scale, thick)[0][0] + _SIZE for at in range(len(text) + 1)]
    spots = [at for at, char in enumerate(text) if char in string.digits]
    boxes = np.array([(ends[at], bottom - high, ends[at + 1], bottom) for at in spots], np.float32)
    labels = tuple(int(text[at]) for at in spots)
    return PrintedStrip(canvas, labels, boxes.reshape(-1, 4), float(max(high, 10)))


def _make_text(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.5:
        return " ".join(make_word(rng) for _ in range(rng.integers(1, 6)))
    if kind < 0.62:
        return make_word(rng).upper() + "".join(rng.choice(["", "!", ".", ":", "?"]))
    if kind < 0.72:
        return f"{make_word(rng)} {_make_number(rng)}"
    if kind < 0.78:
        return f"{rng.integers(1, 40)}{rng.choice([')', '.', ':', '/'])} {make_word(rng)}"
    return _make_number(rng)


def make_word(rng: np.random.Generator) -> str:
    """A word that could be one, in some language or other."""
    consonants, vowels = list("bcdfghklmnprstvwz"), list("aeiouy")
    word = "".join(
        f"{rng.choice(consonants)}{rng.choice(vowels)}{rng.choice(consonants) if rng.random() < 0.4 else ''}"
        for _ in range(rng.integers(1, 4))
    )
    style = rng.random()
    return word.upper() if style < 0.25 else word.capitalize() if style < 0.55 else word


def _make_number(rng: np.random.Generator) -> str:
    def some(low: int, high: int) -> str:
        return "".join(str(d) for d in rng.integers(0, 10, size=rng.integers(low, high)))

    kind = int(rng.integers(8))
    if kind == 0:
        sign = rng.choice(["/", ".", "-"])
        return sign.join([some(1, 3), some(1, 3), some(2, 5)])
    if kind == 1:
        return f"{some(1, 3)}:{some(2, 3)}"
    if kind == 2:
        return f"{some(1, 5)}{rng.choice([',', '.'])}{some(1, 3)}"
    if kind == 3:
        return f"{rng.choice(['No', 'Nr', '#', 'ISBN', 'Tel', '$', '+'])} {some(3, 9)}"
    if kind == 4:
        return " ".join(some(1, 3) for _ in range(6))
    return some(1, 8)
