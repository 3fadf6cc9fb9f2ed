"""What the home page shows."""

from collections.abc import Sequence

import streamlit as st

from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reading import Digit
from digitcnn.web.frame import Page, link_to
from digitcnn.web.images import picture_of_pixels, picture_of_strokes
from digitcnn.web.text import format_percent


def show_what_happens(strokes: Sequence[Stroke], side: int, digit: Digit) -> None:
    """From a drawing over the pixels that the model sees to its answer."""
    with st.container(key="home-story"), st.grid(3, min_column_width=96, wrap=False, gap="medium"):
        with st.container():
            st.image(
                picture_of_strokes(strokes, (side, side)), width="stretch", alt="A digit as somebody drew it"
            )
            st.caption("you draw")
        with st.container():
            st.image(
                picture_of_pixels(digit.pixels), width="stretch", alt="The same digit as 28 by 28 pixels"
            )
            st.caption("the model sees 28 × 28 pixels")
        with st.container():
            answer = "–" if digit.label is None else digit.label
            st.html(f'<p class="said" aria-label="The answer: {answer}">{answer}</p>')
            st.caption(f"and answers, {format_percent(digit.confidence)} sure")


def show_door(page: Page) -> None:
    """The way to a page, and what waits behind it."""
    with st.container(border=True, gap="xsmall"):
        link_to(page, width="stretch")
        st.caption(page.promise)
