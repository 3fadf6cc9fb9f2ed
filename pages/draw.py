"""Draw a digit, and the answer follows the pen."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digitcnn.errors import InputError
from digitcnn.ink.canvas import canvas_from_strokes, strokes_from_canvas
from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reader import Digit, Expect
from digitcnn.web import draw_panels
from digitcnn.web.frame import draw_frame
from digitcnn.web.models import Model, list_models, load_reader
from digitcnn.web.pictures import INK
from digitcnn.web.samples import sample_strokes

SIDE = 400
"""Of the square canvas, in pixels."""

BRUSH = 16
SAID = 140
"""Height of the answer, in pixels, whatever it says."""

EXPECT: Expect = "digit"


def start_from(objects: list[Any]) -> None:
    """Lets the canvas begin anew from a drawing; the number tells it that this is another beginning."""
    revision = st.session_state.get("draw.start", {}).get("revision", 0) + 1
    st.session_state["draw.start"] = {"objects": objects, "revision": revision}


def start_from_sample() -> None:
    """Puts the sample that was chosen from the menu onto the canvas."""
    digit = st.session_state["draw.sample"]
    brush = st.session_state.get("draw.brush", BRUSH)
    start_from(canvas_from_strokes(sample_strokes(digit, SIDE), colour=INK, width=brush)["objects"])


def draw_canvas() -> dict[str, Any]:
    """The canvas with its tools below it; what is drawn on it."""
    with st.container(key="draw-paper"):
        drawing = st_canvas(
            stroke_width=st.session_state.get("draw.brush", BRUSH),
            stroke_color=INK,
            width=SIDE,
            height=SIDE,
            initial_drawing=st.session_state.get("draw.start"),
            key="draw.canvas",
        ).json_data
    objects = (drawing or {}).get("objects") or []
    with st.container(horizontal=True, gap="xxsmall"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=start_from,
            args=(objects[:-1],),
            disabled=not objects,
            key="draw.undo",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            on_click=start_from,
            args=([],),
            disabled=not objects,
            key="draw.clear",
        )
        st.menu_button("Samples", list(range(10)), on_click=start_from_sample, key="draw.sample")
        with st.popover("Brush"):
            st.slider("Width in pixels", 5, 40, BRUSH, key="draw.brush")
            st.caption(
                "Changes what you see, never the answer: the model gets your strokes at its own pen width."
            )
    return drawing or {}


def read_strokes(model: Model, strokes: list[Stroke]) -> Digit | None:
    """What one model makes of the strokes; None for a blank canvas."""
    digits = load_reader(model).read_strokes(strokes, expect=EXPECT).digits
    return digits[0] if digits else None


def choose_model(names: list[str]) -> str:
    """The model whose answer stands large."""
    return st.segmented_control(
        "Model", names, default=names[0], required=True, label_visibility="collapsed", key="draw.model"
    )


@st.fragment
def draw_and_answer(models: list[Model]) -> None:
    """Canvas and answer: runs again after every stroke, alone."""
    halves = st.container(horizontal=True, gap="medium", key="draw-halves")
    with halves, st.container(width=SIDE):
        drawing = draw_canvas()
    with halves, st.container(key="draw-reading"):
        try:
            strokes = strokes_from_canvas(drawing)
        except InputError as error:
            st.error(str(error))
            strokes = []
        opinions = {model.name: read_strokes(model, strokes) for model in models}
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            said = st.container(
                key="draw-said", width=360, height=SAID, border=False, vertical_alignment="center"
            )
            answer = opinions[choose_model(list(opinions))]
            with said:
                draw_panels.show_answer(answer)
        draw_panels.show_probabilities(answer)
        draw_panels.show_steps(strokes, (SIDE, SIDE), answer)
        draw_panels.show_opinions(opinions)
    hint = "" if strokes else ".st-key-draw-paper::after { content: 'draw a digit here'; }"
    st.html(f"<style>{hint} </style>")


with draw_frame("Draw"):
    st.html(Path(draw_panels.__file__).with_name("draw.css"))
    st.title("Draw a digit", anchor=False)
    if shipped := list_models():
        draw_and_answer(shipped)
    else:
        st.info("There is no trained model here yet: train one with `python -m digitcnn train simple`.")
