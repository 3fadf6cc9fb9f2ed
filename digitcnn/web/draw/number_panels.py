"""What the Draw page shows of a number; every panel keeps its place while there is none."""

from collections.abc import Mapping
from html import escape

import numpy as np
import streamlit as st

from digitcnn.recognition.reading import Digit, Reading
from digitcnn.recognition.results import FileResult, is_doubtful
from digitcnn.web.draw.panels import show_probabilities
from digitcnn.web.images import picture_of_pixels
from digitcnn.web.text import format_agreement, format_percent
from digitcnn.web.upload.words import format_digit, format_result, strip_html

MAX_IN_STRIP = 40
"""Pieces shown as the model saw them."""

_SIZES = ((5, 7.5), (8, 5.5), (12, 4.0), (18, 2.75))
"""Up to how many digits in the longest line a number is set in which size, in rem."""

_SMALLEST = 1.75
_ROOM = 7.5
"""Height of all lines together, in rem."""


def show_number(reading: Reading) -> None:
    """The number, the largest thing on the page, alone in its container; under it what it is worth."""
    with st.container(gap="xxsmall"):
        with st.container(key="answer", width="content"):
            st.html(number_html(reading), width="content")
        st.caption(format_number(reading))


def show_digits(reading: Reading) -> None:
    """The pieces of ink as the model saw them, each over its answer."""
    digits = reading.digits[:MAX_IN_STRIP]
    with st.container(key="draw-digits", height=136, border=False):
        if digits:
            st.html(strip_html(_as_result(reading), [picture_of_pixels(digit.pixels) for digit in digits]))
        else:
            st.html('<div class="strip"><figure><div class="blank"></div></figure></div>')


def choose_digit(reading: Reading) -> Digit | None:
    """The piece of ink to look at closer; None while there is none."""
    digits = reading.digits

    def say(index: int) -> str:
        return f"{index + 1}: {format_digit(digits[index], typed=False)}"

    # A choice of a piece that is gone, or of none while the canvas was blank, would stay.
    if digits and st.session_state.get("draw.digit") not in range(len(digits)):
        st.session_state["draw.digit"] = 0
    index = st.selectbox(
        "Look closer at digit",
        range(len(digits)),
        format_func=say,
        disabled=not digits,
        placeholder="nothing yet",
        key="draw.digit",
    )
    return None if index is None else digits[index]


def show_digit(digit: Digit | None) -> None:
    """The ten probabilities of one piece."""
    show_probabilities(digit)


def show_readings(readings: Mapping[str, Reading]) -> None:
    """What each model reads in the same drawing, and in words whether they agree."""
    with st.grid(max(len(readings), 3), min_column_width=150, gap="small"):
        for model, reading in readings.items():
            result = _as_result(reading)
            lowest = result.lowest_confidence
            sure = "refused" if reading.digits else "nothing yet"
            if lowest is not None:
                sure = f"least sure {format_percent(lowest)}"
            st.metric(
                model,
                _format_text(reading) or ("no digit" if reading.digits else "–"),
                sure,
                delta_color="off",
                delta_arrow="off",
            )
    read = {model: _format_text(reading) or None for model, reading in readings.items() if reading.digits}
    st.caption(format_agreement(read) or "Every model gets the same strokes.")


def number_html(reading: Reading) -> str:
    """The number with its doubtful digits underlined; words without digits where there is none."""
    if not reading.digits:
        return '<p class="words">Write a number and I will read it</p>'
    lines = [[digit for digit in line if digit.label is not None] for line in reading.lines]
    lines = [line for line in lines if line]
    if not lines:
        return '<p class="words">This doesn\'t look like a number</p>'
    longest = max(map(len, lines))
    size = next((size for most, size in _SIZES if longest <= most), _SMALLEST)
    size = max(min(size, _ROOM / len(lines)), _SMALLEST)
    said = "<br>".join("".join(map(_digit_html, line)) for line in lines)
    return f'<p class="number" style="font-size: {size:.3g}rem">{said}</p>'


def format_number(reading: Reading) -> str:
    """How sure the model is of the number, what is underlined, and what was left out."""
    if not reading.digits:
        return "The answer follows every stroke of your pen."
    if not reading.text:
        nearest = "".join(str(digit.nearest) for digit in reading.digits)
        surest = float(np.mean([digit.confidence for digit in reading.digits]))
        return f"{format_percent(surest)} sure of that; the nearest digits are {nearest}."
    return format_result(_as_result(reading))


def _as_result(reading: Reading) -> FileResult:
    return FileResult("your drawing", reading)


def _format_text(reading: Reading) -> str:
    return reading.text.replace("\n", " / ")


def _digit_html(digit: Digit) -> str:
    tag = "u" if is_doubtful(digit) else "span"
    return f'<{tag} title="{escape(format_percent(digit.confidence))}">{digit.label}</{tag}>'
