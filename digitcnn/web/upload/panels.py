"""The Upload page's panels for one picture."""

import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from digitcnn.recognition.annotate import draw_answers
from digitcnn.recognition.reading import Expect
from digitcnn.recognition.results import FileResult, is_doubtful
from digitcnn.recognition.steps import draw_steps
from digitcnn.web.bars import show_bars
from digitcnn.web.images import as_data_url, picture_of_pixels
from digitcnn.web.models import Model, load_reader
from digitcnn.web.readings import format_digit, format_result, number_html
from digitcnn.web.text import escape_markdown
from digitcnn.web.upload.canvas import PictureCanvas
from digitcnn.web.upload.files import Preview, ShownFile, encode_picture

DIGIT = "upload.digit"
"""Key of the choice of a digit."""

ROW = "upload.chosen"
"""The index of the file that is shown."""

_STEP_SIDE = 480
MAX_IN_STRIP = 120
"""Digits shown as the model saw them."""

_SIZES = ((3, 8.0), (5, 6.0), (7, 4.5), (10, 3.25), (16, 2.25))
"""Digits in the longest line at most -> font size of the number, in rem."""

_SMALLEST = 1.5
_SIZE_OF_MANY_LINES = 2.25


def show_picture(file: ShownFile, preview: Preview, chosen: int | None) -> None:
    """The picture with boxes and answers on it, and the chosen digit's box in a thicker line."""
    url = as_data_url(encode_picture(draw_picture(file.result, preview, chosen)), "jpeg")
    with st.container(key="upload-picture"):
        st.image(url, width="stretch", alt=_describe_picture(file.result))


def draw_picture(result: FileResult, preview: Preview, chosen: int | None = None) -> Image.Image:
    """A picture with boxes and answers on it, in the size of its view."""
    with Image.open(io.BytesIO(preview.view)) as view:
        reading = result.reading
        return draw_answers(
            view, preview.size, reading.digits, printed=reading.printed, typed=result.typed, chosen=chosen
        )


def draw_background(result: FileResult, preview: Preview, canvas: PictureCanvas) -> str:
    """The address of the canvas's background: the picture with the labels on it, without boxes."""
    with Image.open(io.BytesIO(preview.view)) as view:
        background = view.resize((canvas.width, canvas.height), Image.Resampling.LANCZOS)
    digits = result.reading.digits
    picture = draw_answers(background, preview.size, digits, typed=result.typed, outlines=False)
    return as_data_url(encode_picture(picture), "jpeg")


def show_reading(result: FileResult) -> None:
    """The number, the largest element of the page, and the line under it."""
    with st.container(key="reading"):
        st.html(answer_html(result))
    if explanation := format_result(result):
        st.caption(explanation)
    if result.note:
        st.caption(f":material/info: {escape_markdown(result.note)}")


def choose_digit(result: FileResult) -> int:
    """The digits as the model saw them, to choose from; returns the chosen one's index in the reading."""
    digits = result.reading.digits[:MAX_IN_STRIP]
    # Kept for a digit of another picture or of other boxes, it may be out of range.
    st.session_state[DIGIT] = min(st.session_state.get(DIGIT) or 0, len(digits) - 1)
    if len(digits) < len(result.reading.digits):
        st.caption(f"The first {len(digits)} of {len(result.reading.digits)} pieces of ink.")
    labels = [_describe_digit(result, index) for index in range(len(digits))]
    chosen = st.pills(
        "As the model saw them: choose one to look closer or correct it",
        range(len(labels)),
        format_func=labels.__getitem__,
        required=True,
        wrap=True,
        key=DIGIT,
    )
    return chosen or 0


def show_next_doubt(files: Sequence[ShownFile], row: int, chosen: int | None) -> None:
    """A button and a key that go on to the next doubtful digit of any file, after the last to the first.

    Args:
        files: all of them, with the visitor's changes so far.
        row: index of the file that is shown.
        chosen: index of the digit that is chosen in it.
    """
    doubts = [
        (at, index)
        for at, file in enumerate(files)
        for index, digit in enumerate(file.result.reading.digits[:MAX_IN_STRIP])
        if is_doubtful(digit) and index not in file.result.typed
    ]
    ahead = [doubt for doubt in doubts if doubt > (row, -1 if chosen is None else chosen)]

    def go() -> None:
        st.session_state[ROW], st.session_state[DIGIT] = (ahead or doubts)[0]

    st.button(
        f"Next of {len(doubts)} doubts" if len(doubts) > 1 else "To the doubt" if doubts else "No doubt",
        shortcut="N",
        disabled=not doubts,
        on_click=go,
        key="upload.doubt",
    )


def show_probabilities(result: FileResult, index: int) -> None:
    """The probabilities of all answers to one digit as bars."""
    digit = result.reading.digits[index]
    likeliest = f"{digit.nearest_name} is the most probable digit"
    show_bars(digit, digit.classes, alt=f"The model's answer to digit {index + 1}: {likeliest}")


def pixels_of(result: FileResult, index: int) -> np.ndarray | None:
    """The house digit of a piece, (28, 28); None where its box holds no ink."""
    pixels = result.reading.digits[index].pixels
    return pixels if pixels.any() else None


def show_steps(file: ShownFile, model: Model, expect: Expect) -> None:
    """The steps from the picture to the digits; reads the picture again, so call it only where it is seen."""
    key = (file.upload.fingerprint, model, expect)
    known = st.session_state.get("upload.steps")
    if known is None or known[0] != key:
        read = load_reader(model).examine_image(file.upload.data, expect=expect, name=file.upload.name)
        steps = [
            (step.name, as_data_url(encode_picture(step.picture), "jpeg"), step.alt)
            for step in draw_steps(read, expect, longest=_STEP_SIDE)
        ]
        known = st.session_state["upload.steps"] = key, steps
    with st.container(key="upload-steps"), st.grid(4, min_column_width=150, gap="small"):
        for name, picture, alt in known[1]:
            with st.container():
                st.image(picture, width="stretch", alt=alt)
                st.caption(name)


def answer_html(result: FileResult) -> str:
    """The number with its doubtful digits underlined, or words without digits where there is none."""
    if number := number_html(result, _font_size):
        return number
    inked = bool(result.reading.digits)
    words = "The ink here doesn't look like digits" if inked else "I find no digit in this picture"
    return f'<p class="words">{words}</p>'


def _font_size(digits: int, lines: int) -> float:
    size = next((size for most, size in _SIZES if digits <= most), _SMALLEST)
    return min(size, _SIZE_OF_MANY_LINES) if lines > 3 else size


def _describe_digit(result: FileResult, index: int) -> str:
    """A digit's picture, label and confidence in Markdown."""
    digit, is_typed = result.reading.digits[index], index in result.typed
    label, _, confidence = format_digit(digit, is_typed=is_typed).partition(", ")
    doubt = "?" if is_doubtful(digit) and not is_typed else ""
    return f"![Digit {index + 1}:]({picture_of_pixels(digit.pixels)}) **{label}{doubt}** {confidence}"


def _describe_picture(result: FileResult) -> str:
    text = result.reading.text.replace("\n", ", ")
    count = len(result.reading.digits)
    boxes = f"{count} {'box' if count == 1 else 'boxes'}"
    return f"{result.path} with {boxes} drawn around its ink, read as {text or 'nothing'}"
