"""Test images as one picture: a sheet of digits, each with a line of words below it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image, ImageColor, ImageDraw, ImageFont

from digitcnn.ink.house_digit import SIDE
from digitcnn.web.compare.figures import load_images
from digitcnn.web.images import GUIDE, INK

MAX_SHOWN = 48
COLUMNS = 8

_SCALE, _GAP, _LINE = 2, 8, 16
_CELL = SIDE * _SCALE + _GAP


@dataclass(frozen=True, eq=False)
class Shown:
    """Images to show.

    Attributes:
        indices: (n,) places in the test set.
        words: below each image, one for each index.
    """

    indices: np.ndarray
    words: Sequence[str]


def show_images(shown: Shown, labels: np.ndarray, *, what: str, key: str) -> None:
    """Shows test images as one sheet, or says why it can't.

    Args:
        shown: which, and what is written below each.
        labels: (n,) of the run, by which its test set is told from another.
        what: they are, for those who don't see them: "12 images of a 9 that simple reads as 4".
        key: of the place on the page.
    """
    if not len(shown.indices):
        st.caption(f"{what}.")
        return
    test = load_images()
    if test is None:
        st.caption(
            f"{what}. MNIST's images are not on this machine, so they can't be shown: train a model, or set "
            "DIGITCNN_DATA to a folder with mnist.npz."
        )
        return
    if not test.belong_to(labels):
        st.caption(f"{what}. They are not from MNIST's test set, so they can't be shown here.")
        return
    indices = shown.indices[:MAX_SHOWN]
    sheet = _draw(test.images[indices], list(shown.words)[:MAX_SHOWN])
    with st.container(key=f"compare-sheet-{key}"):
        st.image(sheet, alt=what)
    if len(indices) < len(shown.indices):
        st.caption(f"The first {len(indices)} of {len(shown.indices):,}.")


def _draw(images: np.ndarray, words: Sequence[str]) -> str:
    """A PNG with a transparent ground as a data URL, ink legible in both themes."""
    columns = min(COLUMNS, len(images))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGBA", (columns * _CELL, rows * (_CELL + _LINE)), (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for place, (image, line) in enumerate(zip(images, words, strict=True)):
        left, top = place % columns * _CELL, place // columns * (_CELL + _LINE)
        tile = Image.new("RGBA", (SIDE * _SCALE, SIDE * _SCALE), (*ImageColor.getrgb(INK), 0))
        tile.putalpha(Image.fromarray(np.kron(image, np.ones((_SCALE, _SCALE), np.uint8))))
        sheet.paste(tile, (left, top))
        pen.text((left + SIDE * _SCALE / 2, top + _CELL - 2), line, GUIDE, font=font, anchor="ma")
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
