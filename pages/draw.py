"""Draw a digit or a number, and the answer follows the pen."""

import streamlit as st

from digitcnn.errors import InputError
from digitcnn.ink.strokes import Stroke
from digitcnn.recognition.reading import Digit, Expect, Reading
from digitcnn.time_budget import time_budget
from digitcnn.web.draw import canvas as draw_canvas
from digitcnn.web.draw import number_panels
from digitcnn.web.draw import panels as draw_panels
from digitcnn.web.explain import show_look_fold
from digitcnn.web.frame import draw_frame
from digitcnn.web.model_choice import choose_model
from digitcnn.web.models import Model, list_models, load_reader
from digitcnn.web.own_digits import ask_label, show_personal_set

COMPARED = ("reader", "deeper", "simple")
"""Asked about every drawing, next to the model that was chosen."""

SAID = 156
"""Height of the answer, in pixels, whatever it says."""


def read(models: list[Model], strokes: list[Stroke], expect: Expect) -> dict[str, Reading]:
    """What each model makes of the drawing; asked again only when drawing or models have changed."""
    asked = draw_canvas.objects(), expect, models
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
    """Each model's reading; a single digit is the same picture for all, and made once."""
    first, *others = models
    reading = load_reader(first).read_strokes(strokes, expect=expect)
    return {first.name: reading} | {
        other.name: load_reader(other).reread(reading)
        if expect == "digit"
        else load_reader(other).read_strokes(strokes, expect=expect)
        for other in others
    }


def show_digit(readings: dict[str, Reading], model: str, strokes: list[Stroke]) -> Digit | None:
    """Everything below the answer, for one digit; the digit."""
    opinions = {name: as_digit(reading) for name, reading in readings.items()}
    answer = opinions[model]
    draw_panels.show_probabilities(answer)
    draw_panels.show_steps(strokes, draw_canvas.SQUARE.size, answer)
    draw_panels.show_opinions(opinions)
    ask_label(answer and answer.pixels, key="draw.was")
    return answer


def show_number(readings: dict[str, Reading], model: str) -> Digit | None:
    """Everything below the answer, for a number; the digit that is looked at closer."""
    reading = readings[model]
    st.markdown("**As the model saw them**")
    number_panels.show_digits(reading)
    left, right = st.columns([3, 2], gap="large")
    with left:
        number_panels.show_readings(readings)
    with right:
        digit = number_panels.choose_digit(reading)
        number_panels.show_digit(digit)
        ask_label(digit and digit.pixels, key="draw.was")
    return digit


def as_digit(reading: Reading) -> Digit | None:
    """The one digit of a reading; None for a blank canvas."""
    return reading.digits[0] if reading.digits else None


def draw(expect: Expect) -> list[Stroke]:
    """The canvas with its tools; what is drawn on it."""
    problem, strokes = None, []
    try:
        strokes = draw_canvas.drawn_strokes()
    except InputError as error:
        problem = str(error)
    draw_canvas.show_canvas(draw_canvas.paper_of(expect), expect, strokes)
    draw_canvas.show_tools()
    if problem:
        st.error(problem)
    return strokes


@st.fragment
def draw_and_answer(models: list[Model], expect: Expect) -> None:
    """Canvas and answer: runs again after every stroke, alone."""
    if not draw_canvas.is_chosen(expect):
        st.rerun()
    side_by_side = expect == "digit"
    halves = st.container(horizontal=side_by_side, gap="medium", key=f"draw-{expect}")
    with halves, st.container(width=draw_canvas.SQUARE.width if side_by_side else "stretch"):
        strokes = draw(expect)
    with halves, st.container(key="draw-reading" if side_by_side else "draw-reading-number"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            said = st.container(
                key="draw-said",
                width=360 if side_by_side else 720,
                height=SAID if side_by_side else SAID + 44,
                border=False,
                vertical_alignment="center",
            )
            model = choose_model(models, page="draw")
        asked = [other for other in models if other == model or other.name in COMPARED]
        readings = read(asked, strokes, expect)
        with said:
            if side_by_side:
                draw_panels.show_answer(as_digit(readings[model.name]))
            else:
                number_panels.show_number(readings[model.name])
        if side_by_side:
            digit = show_digit(readings, model.name, strokes)
        else:
            digit = show_number(readings, model.name)
    show_look_fold(model, digit and digit.pixels, key="draw.look")
    show_personal_set()


with draw_frame("Draw", styles=("digits", "draw", "personal")):
    st.title("Draw a digit or a number", anchor=False)
    if shipped := list_models():
        draw_canvas.resume()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            chosen = draw_canvas.choose_expect()
            draw_canvas.show_samples(chosen)
            draw_canvas.choose_brush()
        draw_canvas.show_rules()
        draw_and_answer(shipped, chosen)
    else:
        st.info("There is no trained model here yet: train one with `python -m digitcnn train simple`.")
