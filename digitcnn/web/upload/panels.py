"""What the Upload page shows of one picture."""

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from digitcnn.recognition.annotate import draw_answers
from digitcnn.recognition.reading import Expect
from digitcnn.recognition.results import FileResult
from digitcnn.recognition.steps import draw_steps
from digitcnn.web.charts.probabilities import SPEC, tabulate_probabilities
from digitcnn.web.images import picture_of_pixels
from digitcnn.web.models import Model, load_reader
from digitcnn.web.upload.canvas import Paper
from digitcnn.web.upload.files import Preview, ReadFile, as_data_url, encode_picture
from digitcnn.web.upload.words import (
    as_text,
    describe_picture,
    format_digit,
    format_result,
    reading_html,
    strip_html,
)

_STEP_SIDE = 480
MAX_IN_STRIP = 120
"""Digits shown as the model saw them; a page of more is a table."""


def show_picture(file: ReadFile, preview: Preview) -> None:
    """The picture with boxes and answers on it."""
    result = file.result
    with Image.open(io.BytesIO(preview.view)) as view:
        picture = draw_answers(view, preview.size, result.reading.digits, typed=result.typed)
    with st.container(key="upload-picture"):
        st.image(as_data_url(encode_picture(picture)), width="stretch", alt=describe_picture(result))


def draw_background(result: FileResult, preview: Preview, paper: Paper) -> str:
    """The picture as the ground of the canvas: the model's answers on it, without boxes."""
    with Image.open(io.BytesIO(preview.view)) as view:
        ground = view.resize((paper.width, paper.height), Image.Resampling.LANCZOS)
    digits = result.reading.digits
    return as_data_url(
        encode_picture(draw_answers(ground, preview.size, digits, typed=result.typed, outlines=False))
    )


def show_reading(result: FileResult) -> None:
    """The number, the largest thing on the page, alone in its container; under it what it is worth."""
    with st.container(key="reading"):
        st.html(reading_html(result))
    if said := format_result(result):
        st.caption(said)
    if result.note:
        st.caption(f":material/info: {as_text(result.note)}")


def show_strip(result: FileResult) -> None:
    """The digits as the model saw them."""
    digits = result.reading.digits[:MAX_IN_STRIP]
    st.html(strip_html(result, [picture_of_pixels(digit.pixels) for digit in digits]))
    if len(digits) < len(result.reading.digits):
        st.caption(f"The first {len(digits)} of {len(result.reading.digits)} pieces of ink.")


def choose_digit(result: FileResult) -> int:
    """Which digit to look at closer; an index into the reading's digits."""
    digits = result.reading.digits

    def say(index: int) -> str:
        return f"{index + 1}: {format_digit(digits[index], typed=index in result.typed)}"

    return st.selectbox("Look closer at digit", range(len(digits)), format_func=say, key="upload.digit")


def show_probabilities(result: FileResult, index: int) -> None:
    """The ten probabilities of one digit as bars."""
    digit = result.reading.digits[index]
    answer = digit.nearest if index in result.typed else digit.label
    st.vega_lite_chart(
        tabulate_probabilities(digit.probabilities, answer),
        SPEC,
        key="upload.probabilities",
        alt=f"What the model makes of digit {index + 1}: {digit.nearest} is the likeliest",
    )


def pixels_of(result: FileResult, index: int) -> np.ndarray | None:
    """The house digit of a piece, (28, 28); None where its box holds no ink."""
    pixels = result.reading.digits[index].pixels
    return pixels if pixels.any() else None


def show_steps(file: ReadFile, model: Model, expect: Expect) -> None:
    """How the picture became digits: the picture is read again, and only while this is open."""
    key = (file.upload.fingerprint, model, expect)
    kept = st.session_state.get("upload.steps")
    if kept is None or kept[0] != key:
        read = load_reader(model).examine_image(file.upload.data, expect=expect, name=file.upload.name)
        steps = [
            (step.name, as_data_url(encode_picture(step.picture)), step.alt)
            for step in draw_steps(read, expect, longest=_STEP_SIDE)
        ]
        kept = st.session_state["upload.steps"] = key, steps
    _show_steps(kept[1])


def _show_steps(steps: Sequence[tuple[str, str, str]]) -> None:
    with st.container(key="upload-steps"), st.grid(4, min_column_width=150, gap="small"):
        for name, picture, alt in steps:
            with st.container():
                st.image(picture, width="stretch", alt=alt)
                st.caption(name)
