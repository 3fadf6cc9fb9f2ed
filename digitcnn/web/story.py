"""Home's story: from a drawing over the pixels that the model sees to its answer; the drawing is a canvas."""

import streamlit as st
from streamlit.components.v2 import component

from digitcnn.web.draw.browser import join_scripts, offer_model
from digitcnn.web.images import figure_html, picture_of_pixels, picture_of_strokes
from digitcnn.web.models import Model, load_reader
from digitcnn.web.samples import sample_strokes
from digitcnn.web.text import format_percent

SAMPLE, SIDE = 3, 400
_PAPER = (
    f'<canvas width="{SIDE}" height="{SIDE}" role="img" aria-label="A canvas to draw on"></canvas>'
    "<button>Clear</button><figcaption>"
)
_HOOK = "home.hook"
_hook = component("digitcnn_home_hook", js=join_scripts("live", "home"))


def show_story(model: Model) -> None:
    """A sample digit, which gives way to what the visitor draws over it."""
    strokes = sample_strokes(SAMPLE, SIDE)
    (digit,) = load_reader(model).read_strokes(strokes, expect="digit").digits
    drawing = figure_html(picture_of_strokes(strokes, (SIDE, SIDE)), "A drawn digit", "draw your own here")
    seen = figure_html(
        picture_of_pixels(digit.pixels), "The same as 28 by 28 pixels", "it sees 28 × 28 pixels"
    )
    st.html(
        f'<div class="story">{drawing.replace("<figcaption>", _PAPER)}{seen}<figure>'
        f'<p class="answer" aria-live="polite">{"–" if digit.name is None else digit.name}</p>'
        f"<figcaption>and answers, {format_percent(digit.confidence)} sure</figcaption></figure></div>"
    )


@st.fragment
def read_at_once(model: Model) -> None:
    """Lets the browser read what is drawn on the story's canvas, before a stroke ends."""
    _hook(
        data={"expect": "digit", "width": SIDE, "ask": True, **offer_model(model, _HOOK)},
        on_wanted_change=lambda: None,
        key=_HOOK,
    )
