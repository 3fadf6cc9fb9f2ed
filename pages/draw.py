"""Draw a digit or a number, and the answer follows the pen."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitcnn.classes import DIGITS
from digitcnn.errors import InputError
from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reading import Digit, Expect, Reading
from digitcnn.time_budget import time_budget
from digitcnn.web.draw import canvas, panels
from digitcnn.web.explain import show_explanation
from digitcnn.web.frame import draw_frame
from digitcnn.web.models import Model, choose_model, list_models, load_reader
from digitcnn.web.own_digits import ask_label, show_personal_set
from digitcnn.web.own_hand import with_own_hand

COMPARED = ("reader", "deeper", "simple")
"""Models that read every drawing, beside the chosen one."""

ANSWER_HEIGHT = 156
"""Pixels, whatever the answer, so that nothing below it moves."""


def read(models: list[Model], strokes: list[Stroke], expect: Expect) -> dict[str, Reading]:
    """Each model's reading of the drawing, computed again only when drawing or models have changed."""
    asked = canvas.objects(), expect, models
    known = st.session_state.get("draw.readings")
    if known is None or known[0][0] is not asked[0] or known[0][1:] != asked[1:]:
        try:
            with time_budget():
                readings = ask(models, strokes, expect)
        except InputError as error:
            st.error(str(error))
            readings = {model.name: Reading() for model in models}
        known = st.session_state["draw.readings"] = asked, readings
    return known[1]


def ask(models: list[Model], strokes: list[Stroke], expect: Expect) -> dict[str, Reading]:
    """Each model's reading; all models share the house digit of a single digit."""
    first, *others = models
    reading = load_reader(first).read_strokes(strokes, expect=expect)
    return {first.name: reading} | {
        other.name: load_reader(other).reread(reading)
        if expect == "digit"
        else load_reader(other).read_strokes(strokes, expect=expect)
        for other in others
    }


def show_digit(readings: dict[str, Reading], model: Model, strokes: list[Stroke]) -> Digit | None:
    """Everything below the answer of one digit; returns the digit."""
    opinions = {name: as_digit(reading) for name, reading in readings.items()}
    answer = opinions[model.name]
    panels.show_probabilities(answer, model.classes)
    panels.show_steps(strokes, canvas.SQUARE.size, answer)
    if model.reads_digits:
        panels.show_opinions(opinions)
        ask_label(answer and answer.pixels, key="draw.was")
    return answer


def show_number(readings: dict[str, Reading], model: str) -> Digit | None:
    """Everything below the answer of a number; returns the digit that is shown closer."""
    reading = readings[model]
    st.markdown("**As the model saw them**")
    panels.show_digits(reading)
    left, right = st.columns([3, 2], gap="large")
    with left:
        panels.show_readings(readings)
    with right:
        digit = panels.choose_digit(reading)
        panels.show_probabilities(digit)
        ask_label(digit and digit.pixels, key="draw.was")
    return digit


def as_digit(reading: Reading) -> Digit | None:
    """The one digit of a reading; None for a blank canvas."""
    return reading.digits[0] if reading.digits else None


def draw(expect: Expect) -> list[Stroke]:
    """The canvas with its tools; returns its strokes."""
    problem, strokes = None, []
    try:
        strokes = canvas.drawn_strokes()
    except InputError as error:
        problem = str(error)
    canvas.show_canvas(canvas.shape_for(expect))
    canvas.show_tools()
    if problem:
        st.error(problem)
    return strokes


@st.fragment
def draw_and_answer(models: list[Model], expect: Expect, title: DeltaGenerator) -> None:
    """Canvas and answer: this fragment alone runs again after every stroke, and sets the page's title."""
    if not canvas.is_chosen(expect):
        st.rerun()
    models = with_own_hand(models)
    side_by_side = expect == "digit"
    halves = st.container(horizontal=side_by_side, gap="medium", key=f"draw-{expect}")
    with halves, st.container(width=canvas.SQUARE.width if side_by_side else "stretch"):
        strokes = draw(expect)
    with halves, st.container(key="draw-reading" if side_by_side else "draw-reading-number"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            answer = st.container(
                key="draw-answer",
                width=360 if side_by_side else 720,
                height=ANSWER_HEIGHT if side_by_side else ANSWER_HEIGHT + 44,
                border=False,
                vertical_alignment="center",
            )
            able = models if side_by_side else [each for each in models if each.reads_digits]
            model = choose_model(able, page="draw")
        title.title(panels.format_title(model.classes), anchor=False)
        rivals = [other for other in models if other.name in COMPARED] if model.reads_digits else []
        asked = [model, *(other for other in rivals if other != model)]
        readings = read(asked, strokes, expect)
        with answer:
            if side_by_side:
                panels.show_answer(as_digit(readings[model.name]), model.classes)
            else:
                panels.show_number(readings[model.name])
        digit = show_digit(readings, model, strokes) if side_by_side else show_number(readings, model.name)
    canvas.follow_live(canvas.shape_for(expect), expect, strokes, model)
    show_explanation(model, digit, key="draw.look")
    show_personal_set()


with draw_frame("Draw", styles=("digits", "draw", "personal")):
    # An element that the page and its fragment both write is lost where one run follows another closely.
    shipped, title = list_models(), st.container()
    if shipped:
        canvas.resume()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            chosen = canvas.choose_expect()
            canvas.show_samples(chosen)
            canvas.choose_brush()
        canvas.show_zoom_rules()
        draw_and_answer(shipped, chosen, title)
    else:
        title.title(panels.format_title(DIGITS), anchor=False)
        st.info("There is no trained model here yet: train one with `python -m digitcnn train simple`.")
