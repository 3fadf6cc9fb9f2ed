"""What the Draw page shows of an answer; every panel keeps its place while there is none."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reader import Digit
from digitcnn.web.pictures import picture_of_fitting, picture_of_pixels, picture_of_strokes
from digitcnn.web.probability_chart import SPEC, tabulate_probabilities
from digitcnn.web.wording import say_agreement, say_confidence, say_percent


def show_answer(digit: Digit | None) -> None:
    """The answer, the largest thing on the page, and how sure the model is of it."""
    read = digit is not None and digit.label is not None
    with st.container(horizontal=read, vertical_alignment="center", gap="medium" if read else "xxsmall"):
        with st.container(key="answer", width="content"):
            st.html(_answer_html(digit), width="content")
        with st.container(width="content", gap=None):
            _show_confidence(digit)


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
            "fitted, centred",
            "The strokes at their final size and place",
        ),
        (picture_of_pixels(pixels), "what it sees", "The 28 by 28 pixels that the model sees"),
    )
    with st.container(key="draw-steps", width=560), st.grid(4, min_column_width=64, wrap=False, gap="small"):
        for picture, caption, alt in steps:
            with st.container():
                st.image(picture, width="stretch", alt=alt + blank)
                st.caption(caption)


def show_opinions(opinions: Mapping[str, Digit | None]) -> None:
    """What each model makes of the same drawing, and in words whether they agree."""
    with st.grid(max(len(opinions), 3), min_column_width=88, gap="small"):
        for model, digit in opinions.items():
            _show_opinion(model, digit)
    read = {model: digit.label for model, digit in opinions.items() if digit is not None}
    st.caption(say_agreement(read) or "Every model gets the same pixels.")


def _show_opinion(model: str, digit: Digit | None) -> None:
    if digit is None:
        answer = "–"
    elif digit.label is None:
        answer = "no digit"
    else:
        answer = str(digit.label)
    sure = "nothing yet" if digit is None else say_percent(digit.confidence)
    if answer == "no digit":
        sure += " sure it is none"
    st.metric(model, answer, sure, delta_color="off", delta_arrow="off")


def _answer_html(digit: Digit | None) -> str:
    if digit is None:
        return '<p class="words">Draw a digit and I will read it</p>'
    if digit.label is None:
        return '<p class="words">This doesn\'t look like a digit</p>'
    return f'<p class="read">{digit.label}</p>'


def _show_confidence(digit: Digit | None) -> None:
    if digit is None:
        st.caption("The answer follows every stroke of your pen.")
    elif digit.label is None:
        wide = digit.box.width > 1.2 * digit.box.height
        hint = " Several digits? Choose Number above." if wide else ""
        st.caption(
            f"{say_percent(digit.confidence)} sure of that; the nearest digit is {digit.nearest}.{hint}"
        )
    else:
        st.markdown(f"### {say_confidence(digit.confidence)}")
        st.caption(say_percent(digit.confidence))


def _describe_probabilities(digit: Digit | None) -> str:
    if digit is None:
        return "Probability of each digit, empty until something is drawn"
    order = np.argsort(digit.probabilities)[::-1][:2]
    first, second = (f"{index} with {say_percent(float(digit.probabilities[index]))}" for index in order)
    return f"Probability of each digit: {first}, then {second}"
