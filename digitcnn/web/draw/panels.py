"""What the Draw page shows of an answer; every panel keeps its place while there is none.

Each panel is one element, as far as it goes: with every stroke all of them travel to the browser, and on a
server with many visitors each costs as much as reading a digit.
"""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st

from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reading import Digit
from digitcnn.web.charts.probabilities import SPEC, tabulate_probabilities
from digitcnn.web.images import picture_of_fitting, picture_of_pixels, picture_of_strokes
from digitcnn.web.text import format_agreement, format_confidence, format_percent


def show_answer(digit: Digit | None) -> None:
    """The answer, the largest thing on the page, and how sure the model is of it."""
    with st.container(key="answer", width="content"):
        st.html(_answer_html(digit), width="content")
    st.html(_confidence_html(digit), width="content")


def show_probabilities(digit: Digit | None) -> None:
    """The ten probabilities as bars."""
    st.vega_lite_chart(
        tabulate_probabilities(
            np.zeros(10) if digit is None else digit.probabilities, None if digit is None else digit.label
        ),
        SPEC,
        key="draw.probabilities",
        alt=_describe_probabilities(digit),
    )


def show_steps(strokes: Sequence[Stroke], size: tuple[int, int], digit: Digit | None) -> None:
    """How the drawing became the 28 x 28 pixels that the model saw."""
    box = digit.box if digit is not None else None
    pixels = digit.pixels if digit is not None else np.zeros((SIDE, SIDE), np.float32)
    blank = "" if digit is not None else ", still blank"
    steps = (
        (picture_of_strokes(strokes, size), "your ink", "The drawing's strokes"),
        (picture_of_strokes(strokes, size, box), "its box", "The strokes with the box around them"),
        (
            picture_of_fitting(strokes, pixels, box),
            "fitted, centered",
            "The strokes at their final size and place",
        ),
        (picture_of_pixels(pixels), "what it sees", "The 28 by 28 pixels that the model sees"),
    )
    figures = "".join(
        f'<figure><img src="{picture}" alt="{alt}{blank}"><figcaption>{caption}</figcaption></figure>'
        for picture, caption, alt in steps
    )
    st.html(f'<div class="draw-steps">{figures}</div>', width=560)


def show_opinions(opinions: Mapping[str, Digit | None]) -> None:
    """What each model makes of the same drawing, and in words whether they agree."""
    read = {model: digit.label for model, digit in opinions.items() if digit is not None}
    said = format_agreement(read) or "Every model gets the same pixels."
    rows = "".join(_opinion_html(model, digit) for model, digit in opinions.items())
    st.html(f'<div class="opinions">{rows}</div><p class="said">{escape(said)}</p>')


def _opinion_html(model: str, digit: Digit | None) -> str:
    if digit is None:
        answer, sure = "–", "nothing yet"
    elif digit.label is None:
        answer, sure = "no digit", f"{format_percent(digit.confidence)} sure it is none"
    else:
        answer, sure = str(digit.label), format_percent(digit.confidence)
    return f"<p><b>{escape(model)}</b><span>{answer}</span><small>{sure}</small></p>"


def _answer_html(digit: Digit | None) -> str:
    if digit is None:
        return '<p class="words">Draw a digit and I will read it</p>'
    if digit.label is None:
        return '<p class="words">This doesn\'t look like a digit</p>'
    return f'<p class="read">{digit.label}</p>'


def _confidence_html(digit: Digit | None) -> str:
    if digit is None:
        return '<p class="said">The answer follows every stroke of your pen.</p>'
    if digit.label is None:
        wide = digit.box.width > 1.2 * digit.box.height
        hint = " Several digits? Choose Number above." if wide else ""
        sure = f"{format_percent(digit.confidence)} sure of that; the nearest digit is {digit.nearest}.{hint}"
        return f'<p class="said">{sure}</p>'
    return (
        f'<p class="sure">{format_confidence(digit.confidence)}</p>'
        f'<p class="said">{format_percent(digit.confidence)}</p>'
    )


def _describe_probabilities(digit: Digit | None) -> str:
    if digit is None:
        return "Probability of each digit, empty until something is drawn"
    order = np.argsort(digit.probabilities)[::-1][:2]
    first, second = (f"{index} with {format_percent(float(digit.probabilities[index]))}" for index in order)
    return f"Probability of each digit: {first}, then {second}"
