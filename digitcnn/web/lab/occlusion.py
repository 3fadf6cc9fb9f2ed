"""Occlusion sensitivity: the parts of a digit on which a model's answer depends."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from jinja2 import Template
from PIL import Image, ImageDraw

from digitcnn.errors import DigitcnnError
from digitcnn.file_cache import Version, version_of
from digitcnn.ink.house_digit import SIDE
from digitcnn.lab.explain.activations import PATCH, Cover, Occlusion, measure_occlusion
from digitcnn.recognition.reading import Digit
from digitcnn.run_folder import RunFolder, find_run
from digitcnn.web.images import AGAINST, GUIDE, INK, as_png_url
from digitcnn.web.text import format_percent

COVERS: dict[str, Cover] = {"Take ink away": "paper", "Add ink": "ink"}

PICTURE_WIDTH = 240
"""Of a digit, in pixels."""

FAINTEST = 0.5
"""Factors of ten in the odds: a map that nowhere reaches this is shown pale instead of stretched."""

_SCALE = 10

_LEGEND = Template(
    """<div aria-hidden="true" style="height:0.6rem;border-radius:0.3rem;background:linear-gradient(
    90deg,{{ against }},{{ against }}22 45%,{{ ink }}22 55%,{{ ink }})"></div>
    <div style="display:flex;justify-content:space-between;font-size:0.8125rem;opacity:0.8">
    <span>speaks against {{ answer }}</span><span>speaks for {{ answer }}</span></div>""",
    autoescape=True,
)
"""The scale of the map, from evidence against the answer to evidence for it."""


@dataclass(frozen=True)
class OcclusionView:
    """A map of what an answer depends on, ready to be shown.

    Attributes:
        picture: a data URL.
        answer: the class in words.
        confidence: a fraction 0-1.
        words: the most sensitive patch, in a sentence.
    """

    picture: str
    answer: str
    confidence: float
    words: str


def show_occlusion(path: str, pixels: np.ndarray, *, digit: Digit | None = None, key: str) -> None:
    """Shows which ink speaks for a model's answer and which against it.

    Args:
        path: of the model's run folder.
        pixels: (28, 28) house digit in 0-1.
        digit: the reader's answer, which is followed; by default the model's own to these pixels.
        key: of the control.
    """
    with st.container(horizontal=True, gap="medium"):
        place = st.container(width=PICTURE_WIDTH)
        with st.container(width=360):
            words = st.container()
            cover = st.segmented_control(
                "Try what happens", list(COVERS), default=next(iter(COVERS)), required=True, key=key
            )
    if not pixels.any():
        words.caption("Nothing is drawn, so there is nothing to look at.")
        return
    try:
        folder = find_run(path)
        data = pixels.astype(np.float32).tobytes()
        answer = None if digit is None else len(digit.classes) if digit.refused else digit.nearest
        confidence = None if digit is None else digit.confidence
        version = version_of(folder.tflite_file)
        view = _view_occlusion(str(folder.path), version, data, COVERS[cover], answer, confidence)
    except DigitcnnError as error:
        words.warning(str(error))
        return
    place.image(
        view.picture, width="stretch", alt=f"What speaks for {view.answer} and what against it. {view.words}"
    )
    with words:
        st.markdown(f"**{folder.name}** says **{view.answer}**, {format_percent(view.confidence)} sure")
        st.html(_LEGEND.render(answer=view.answer, ink=INK, against=AGAINST))
        st.caption(view.words)


def picture_of_occlusion(pixels: np.ndarray, occlusion: Occlusion) -> str:
    """A PNG of a house digit in gray, and over it what speaks for the answer and what against it."""
    size = SIDE * _SCALE, SIDE * _SCALE
    ink = Image.fromarray(np.round(pixels * 150).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    picture = Image.new("RGBA", size, GUIDE)
    picture.putalpha(ink)
    reach = max(FAINTEST, float(np.abs(occlusion.change).max()))
    for color, share in ((INK, occlusion.change / reach), (AGAINST, -occlusion.change / reach)):
        alpha = Image.fromarray(np.round(np.clip(share, 0, 1) * 215).astype(np.uint8))
        layer = Image.new("RGBA", size, color)
        layer.putalpha(alpha.resize(size, Image.Resampling.BICUBIC))
        picture = Image.alpha_composite(picture, layer)
    row, column = occlusion.weakest
    left, top = (max(0, at - PATCH // 2) * _SCALE for at in (column, row))
    right, bottom = (min(SIDE, at + PATCH // 2 + 1) * _SCALE - 1 for at in (column, row))
    ImageDraw.Draw(picture).rectangle((left, top, right, bottom), outline=GUIDE, width=3)
    return as_png_url(picture)


@st.cache_data(max_entries=24, show_spinner="Covering the image patch by patch …")
def _view_occlusion(
    path: str, version: Version, pixels: bytes, cover: Cover, answer: int | None, confidence: float | None
) -> OcclusionView:
    del version  # Part of the cache key: a newly trained model is asked again.
    image, folder = np.frombuffer(pixels, np.float32).reshape(SIDE, SIDE), RunFolder(path)
    classes = folder.read_record().classes
    occlusion = measure_occlusion(folder, image, cover=cover, answer=answer, confidence=confidence)
    return OcclusionView(
        picture=picture_of_occlusion(image, occlusion),
        answer=_format_class(occlusion.answer, classes),
        confidence=occlusion.confidence,
        words=_format_weakest(occlusion, cover, classes),
    )


def _format_weakest(occlusion: Occlusion, cover: Cover, classes: tuple[str, ...]) -> str:
    """The effect of the patch that hurts the answer most, in a sentence."""
    answer, other = (_format_class(each, classes) for each in (occlusion.answer, occlusion.weakest_answer))
    case = (
        "Without the ink in the marked square" if cover == "paper" else "With the marked square full of ink"
    )
    before, after = format_percent(occlusion.confidence), format_percent(occlusion.weakest_confidence)
    if occlusion.weakest_answer != occlusion.answer:
        return f"{case}, the model would say {other} instead: {answer} would fall from {before} to {after}."
    if before == after:
        return f"{case}, it would still say {answer}, just as sure: no single spot decides here."
    return f"{case}, it would still say {answer}, {after} sure instead of {before}."


def _format_class(label: int, classes: tuple[str, ...]) -> str:
    return "“not a digit”" if label == len(classes) else classes[label]
