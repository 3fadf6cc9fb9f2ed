"""A page of handwriting for visitors without a picture, made on demand."""

import io

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFilter

from digitcnn.web.samples import sample_strokes

LINES = ("902 10", "4758", "36")
"""The lines of the page: every digit once, a gap at every space."""

NAME = "sample.jpg"

_SIZE = (1200, 900)
_DIGIT = 190
_INK = (38, 52, 110)
_RULE = (176, 196, 214)


@st.cache_resource(max_entries=1, show_spinner=False)
def sample_picture() -> bytes:
    """A JPEG like a phone's: ruled paper, a pen, a shadow across one corner, some noise."""
    rng = np.random.default_rng(7)
    page = Image.new("RGB", _SIZE, (249, 246, 236))
    pen = ImageDraw.Draw(page)
    for y in range(150, _SIZE[1], 120):
        pen.line((0, y, _SIZE[0], y + 6), fill=_RULE, width=2)
    for row, line in enumerate(LINES):
        left = 130.0 + 60 * row
        for character in line:
            if character != " ":
                _write(pen, int(character), left, 60 + 270 * row + rng.uniform(-8, 8), rng)
            left += _DIGIT * rng.uniform(0.82, 0.9) * (0.5 if character == " " else 1.0)
    soft = page.filter(ImageFilter.GaussianBlur(1.2))
    light = np.asarray(soft, dtype=np.float32) * _light()[..., np.newaxis]
    light += rng.normal(0.0, 3.0, light.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(light, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def _write(pen: ImageDraw.ImageDraw, digit: int, left: float, top: float, rng: np.random.Generator) -> None:
    tilt, size = rng.uniform(-0.12, 0.12), _DIGIT * rng.uniform(0.92, 1.08)
    for stroke in sample_strokes(digit, size):
        x = stroke[:, 0] + tilt * (size / 2 - stroke[:, 1]) + left
        points = list(zip(x.tolist(), (stroke[:, 1] + top).tolist(), strict=True))
        pen.line(points, fill=_INK, width=9, joint="curve")
        for px, py in points:
            pen.ellipse((px - 4, py - 4, px + 4, py + 4), fill=_INK)


def _light() -> np.ndarray:
    """Brightness of each pixel, (height, width): light from the left, the hand's shadow in a corner."""
    width, height = _SIZE
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    shadow = 1.0 / (1.0 + np.exp(-14.0 * (x + 0.9 * y - 1.45)))
    return (1.0 - 0.14 * x - 0.24 * shadow).astype(np.float32)
