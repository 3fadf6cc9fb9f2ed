"""The Draw page's panels for an answer; every panel keeps its place while the canvas is blank.

Each panel is one element where it can be: all of them travel to the browser with every stroke, and on a busy
server each costs as much as reading a digit.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from digitcnn.classes import DIGITS, noun_of
from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reading import Digit, Reading
from digitcnn.recognition.results import FileResult
from digitcnn.web.bars import show_bars
from digitcnn.web.images import figure_html, picture_of_fitting, picture_of_pixels, picture_of_strokes
from digitcnn.web.readings import format_digit, format_result, number_html, strip_html
from digitcnn.web.text import format_agreement, format_confidence, format_percent

MAX_IN_STRIP = 40
"""Pieces of ink shown as the model saw them."""

_SIZES = ((5, 7.5), (8, 5.5), (12, 4.0), (18, 2.75))
"""Digits in the longest line at most -> font size of a number, in rem."""

_SMALLEST = 1.75
_ROOM = 7.5
"""Height of all lines of a number together, in rem."""


def format_title(classes: tuple[str, ...]) -> str:
    """The page's title: what a model of these classes reads."""
    return "Draw a digit or a number" if classes == DIGITS else f"Draw a {noun_of(classes)}"


def show_answer(digit: Digit | None, classes: tuple[str, ...] = DIGITS) -> None:
    """The answer, the largest element of the page, and how sure the model is of it."""
    with st.container(key="answer", width="content"):
        st.html(_answer_html(digit, noun_of(classes)), width="content")
    with st.container(key="draw-note", width="content"):
        st.html(_confidence_html(digit), width="content")


def show_probabilities(digit: Digit | None, classes: tuple[str, ...] = DIGITS) -> None:
    """The probabilities of all answers as bars."""
    show_bars(digit, classes, alt=_describe_probabilities(digit, noun_of(classes)))


def show_steps(strokes: Sequence[Stroke], size: tuple[int, int], digit: Digit | None) -> None:
    """The steps from the drawing to the 28 x 28 pixels that the model saw."""
    box = digit.box if digit is not None else None
    pixels = digit.pixels if digit is not None else np.zeros((SIDE, SIDE), np.float32)
    blank = "" if digit is not None else ", still blank"
    steps = (
        (picture_of_strokes(strokes, size), "The drawing's strokes", "your ink"),
        (picture_of_strokes(strokes, size, box), "The strokes with the box around them", "its box"),
        (
            picture_of_fitting(strokes, pixels, box),
            "The strokes at their final size and place",
            "fitted, centered",
        ),
        (picture_of_pixels(pixels), "The 28 by 28 pixels that the model sees", "what it sees"),
    )
    figures = "".join(figure_html(picture, alt + blank, caption) for picture, alt, caption in steps)
    st.html(f'<div class="draw-steps">{figures}</div>', width=560)


def show_opinions(opinions: Mapping[str, Digit | None]) -> None:
    """Each model's answer to the same drawing, and a sentence on whether they agree."""
    labels = {model: digit.name for model, digit in opinions.items() if digit is not None}
    sentence = format_agreement(labels) or "Every model gets the same pixels."
    rows = "".join(_opinion_html(model, digit) for model, digit in opinions.items())
    st.html(f'<div class="opinions">{rows}</div><p class="note">{escape(sentence)}</p>')


def show_number(reading: Reading) -> None:
    """The number, the largest element of the page, and how sure the model is of it."""
    with st.container(gap="xxsmall"):
        with st.container(key="answer", width="content"):
            st.html(answer_html(reading), width="content")
        with st.container(key="draw-note"):
            st.html(f'<p class="note">{escape(format_number(reading))}</p>')


def show_digits(reading: Reading) -> None:
    """The pieces of ink as the model saw them, each over its label."""
    pictures = [picture_of_pixels(digit.pixels) for digit in reading.digits[:MAX_IN_STRIP]]
    with st.container(key="draw-digits", height=136, border=False):
        if pictures:
            st.html(strip_html(_as_result(reading), pictures))
        else:
            st.html('<div class="strip"><figure><div class="blank"></div></figure></div>')


def choose_digit(reading: Reading) -> Digit | None:
    """A select box for the piece of ink to show closer; None while there is none."""
    digits = reading.digits
    # Without this a choice would outlive its piece of ink, and "none" the blank canvas.
    if digits and st.session_state.get("draw.digit") not in range(len(digits)):
        st.session_state["draw.digit"] = 0
    index = st.selectbox(
        "Look closer at digit",
        range(len(digits)),
        format_func=lambda index: f"{index + 1}: {format_digit(digits[index])}",
        disabled=not digits,
        placeholder="nothing yet",
        key="draw.digit",
    )
    return None if index is None else digits[index]


def show_readings(readings: Mapping[str, Reading]) -> None:
    """Each model's number for the same drawing, and a sentence on whether they agree."""
    with st.grid(max(len(readings), 3), min_column_width=150, gap="small"):
        for model, reading in readings.items():
            lowest = _as_result(reading).lowest_confidence
            if lowest is not None:
                confidence = f"least sure {format_percent(lowest)}"
            else:
                confidence = "refused" if reading.digits else "nothing yet"
            st.metric(
                model,
                _on_one_line(reading) or ("no digit" if reading.digits else "–"),
                confidence,
                delta_color="off",
                delta_arrow="off",
            )
    numbers = {model: _on_one_line(reading) or None for model, reading in readings.items() if reading.digits}
    st.caption(format_agreement(numbers) or "Every model gets the same strokes.")


def answer_html(reading: Reading) -> str:
    """The number with its doubtful digits underlined, or words without digits where there is none."""
    if not reading.digits:
        return '<p class="words">Write a number and I will read it</p>'
    number = number_html(_as_result(reading), _font_size)
    return number or '<p class="words">This doesn\'t look like a number</p>'


def format_number(reading: Reading) -> str:
    """The line under the number: its confidence, what the underlines mean, and what was left out."""
    if not reading.digits:
        return "The answer follows every stroke of your pen."
    if not reading.text:
        nearest = "".join(digit.nearest_name for digit in reading.digits)
        surest = float(np.mean([digit.confidence for digit in reading.digits]))
        return f"{format_percent(surest)} sure of that; the nearest digits are {nearest}."
    return format_result(_as_result(reading))


def _font_size(digits: int, lines: int) -> float:
    size = next((size for most, size in _SIZES if digits <= most), _SMALLEST)
    return max(min(size, _ROOM / lines), _SMALLEST)


def _as_result(reading: Reading) -> FileResult:
    return FileResult("your drawing", reading)


def _on_one_line(reading: Reading) -> str:
    return reading.text.replace("\n", " / ")


def _opinion_html(model: str, digit: Digit | None) -> str:
    if digit is None:
        answer, confidence = "–", "nothing yet"
    elif digit.name is None:
        answer, confidence = "no digit", f"{format_percent(digit.confidence)} sure it is none"
    else:
        answer, confidence = digit.name, format_percent(digit.confidence)
    return f"<p><b>{escape(model)}</b><span>{answer}</span><small>{confidence}</small></p>"


def _answer_html(digit: Digit | None, noun: str) -> str:
    if digit is None:
        return f'<p class="words">Draw a {noun} and I will read it</p>'
    if digit.name is None:
        return f'<p class="words">This doesn\'t look like a {noun}</p>'
    kind = "read" if len(digit.name) <= 2 else "words"
    return f'<p class="{kind}">{escape(digit.name)}</p>'


def _confidence_html(digit: Digit | None) -> str:
    if digit is None:
        return '<p class="note">The answer follows every stroke of your pen.</p>'
    percent = format_percent(digit.confidence)
    if digit.label is None:
        is_wide = digit.box.width > 1.2 * digit.box.height
        hint = ' <span class="hint">Several digits? Choose Number above.</span>' if is_wide else ""
        return f'<p class="note">{percent} sure of that; the nearest digit is {digit.nearest_name}.{hint}</p>'
    return f'<p class="sure">{format_confidence(digit.confidence)}</p><p class="note">{percent}</p>'


def _describe_probabilities(digit: Digit | None, noun: str) -> str:
    if digit is None:
        return f"Probability of each {noun}, empty until something is drawn"
    order = np.argsort(digit.probabilities)[::-1][:2]
    first, second = (
        f"{digit.classes[index]} with {format_percent(float(digit.probabilities[index]))}" for index in order
    )
    return f"Probability of each {noun}: {first}, then {second}"
