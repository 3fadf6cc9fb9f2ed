"""The canvas of the Draw page: its sizes, what is on it, and its tools."""

import json
from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digitcnn.errors import InputError
from digitcnn.ink.fabric import MAX_STROKES, canvas_from_strokes, strokes_from_canvas
from digitcnn.ink.strokes import MAX_POINTS, Stroke, box_of_strokes
from digitcnn.recognition.reading import Expect
from digitcnn.web.draw import hook as draw_hook
from digitcnn.web.draw.history import History, Objects
from digitcnn.web.draw.keeping import describe_drawing, read_drawing
from digitcnn.web.draw.revision import Sheet, take_over
from digitcnn.web.images import INK
from digitcnn.web.samples import SAMPLE_NUMBERS, sample_number, sample_strokes
from digitcnn.web.upload.canvas import Paper as Zoomed
from digitcnn.web.upload.canvas import zoom_css

BRUSH = 16
_MARGIN = 20.0
_HISTORY, _SHEET, _START = "draw.history", "draw.sheet", "draw.start"
_PAPER, _EXPECT, _BRUSH = "draw.paper", "draw.expect", "draw.brush"
_STROKES = "draw.strokes"


class Paper(NamedTuple):
    """A canvas of `width` by `height` CSS pixels, in a container of this key."""

    key: str
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


SQUARE = Paper("draw-paper", 400, 400)
WIDE = Paper("draw-sheet", 1120, 300)
PHONE = Paper("draw-sheet-phone", 720, 480)


def choose_expect() -> Expect:
    """One digit, or a number; what was drawn moves along."""
    choice = st.segmented_control(
        "What you write",
        ["digit", "number"],
        default="digit",
        required=True,
        format_func=str.capitalize,
        label_visibility="collapsed",
        on_change=_refit,
        persist_state="session",
        key=_EXPECT,
    )
    return cast(Expect, choice)


def is_chosen(expect: Expect) -> bool:
    """Still what the visitor writes: what the tab remembers from before a reload may be of the other kind."""
    return st.session_state.get(_EXPECT, "digit") == expect


def paper_of(expect: Expect) -> Paper:
    """The canvas for a digit or a number on this visitor's screen."""
    if expect == "digit":
        return SQUARE
    return PHONE if draw_hook.is_narrow() else WIDE


def resume() -> None:
    """Puts what was drawn back onto the canvas, which is a new one whenever the page is opened."""
    paper = st.session_state.get(_PAPER)
    there = paper is not None and _key_of(paper) in st.session_state
    if not there and (objects() or st.session_state.get(_START)):
        _begin(_history())


def objects() -> Objects:
    """What is on the canvas."""
    return _history().now


def drawn_strokes() -> list[Stroke]:
    """The strokes on the canvas; those that were there before are not looked at again.

    Raises:
        InputError: there are too many.
    """
    drawn = objects()
    known: dict[str, list[Stroke]] = st.session_state.get(_STROKES, {})
    parsed = {
        entry: known[entry] if entry in known else strokes_from_canvas({"objects": [json.loads(entry)]})
        for entry in drawn
    }
    st.session_state[_STROKES] = parsed
    found = [stroke for entry in drawn for stroke in parsed[entry]]
    if len(drawn) > MAX_STROKES or sum(map(len, found)) > MAX_POINTS:
        return strokes_from_canvas(_history().as_canvas())
    return found


def show_canvas(paper: Paper, expect: Expect, strokes: list[Stroke]) -> None:
    """The canvas, on which these strokes lie."""
    st.session_state[_PAPER] = paper
    with st.container(key=paper.key, gap=None):
        st_canvas(
            stroke_width=st.session_state.get(_BRUSH, BRUSH),
            stroke_color=INK,
            background_color=_sheet().ground,
            width=paper.width,
            height=paper.height,
            initial_drawing=st.session_state.get(_START),
            on_change=lambda: _follow_pen(paper),
            key=_key_of(paper),
        )
        draw_hook.show_hook(
            paper.key,
            None if _HISTORY not in st.session_state else describe_drawing(expect, strokes),
            on_narrow=_refit,
            on_cleared=clear,
            on_restored=_restore,
        )


def show_rules() -> None:
    """The rules that let the wide canvases shrink with their page."""
    rules = [zoom_css(Zoomed(paper.width, paper.height, 1.0), container=paper.key) for paper in (WIDE, PHONE)]
    st.html(f"<style>{''.join(rules)}</style>")


def show_samples(expect: Expect) -> None:
    """Drawings for those who can't draw here."""
    samples = list(range(10)) if expect == "digit" else list(SAMPLE_NUMBERS)
    st.menu_button("Samples", samples, on_click=_show_sample, args=(expect,), key="draw.sample")


def choose_brush() -> None:
    """How wide the pen draws."""
    with st.popover("Brush"):
        st.slider("Width in pixels", 5, 40, BRUSH, persist_state="session", key=_BRUSH)
        st.caption(
            "Changes what you see, never the answer: the model gets your strokes at its own pen width."
        )


def show_tools() -> None:
    """What can be done with the drawing."""
    history = _history()
    with st.container(horizontal=True, gap="xxsmall", key="draw-tools"):
        st.button("Undo", icon=":material/undo:", on_click=undo, disabled=not history.past, key="draw.undo")
        st.button("Redo", icon=":material/redo:", on_click=redo, disabled=not history.future, key="draw.redo")
        st.button(
            "Clear", icon=":material/delete:", on_click=clear, disabled=not history.now, key="draw.clear"
        )


def undo() -> None:
    """A step back: a stroke, or whatever the last tool did."""
    _catch_up()
    _begin(_history().undo())


def redo() -> None:
    """A step forward again."""
    _catch_up()
    _begin(_history().redo())


def clear() -> None:
    """Takes everything off the canvas; undo brings it back."""
    _catch_up()
    if objects():
        _begin(_history().change([]))


def fit_strokes(strokes: list[Stroke], paper: Paper) -> list[Stroke]:
    """Strokes where a paper has room: where they were, moved into sight, or smaller in its middle."""
    if not strokes:
        return []
    box = box_of_strokes(strokes)
    room = np.array(paper.size) - 2 * _MARGIN
    size = np.array([box.width, box.height])
    scale = min(1.0, float((room / np.maximum(size, 1e-9)).min()))
    corner = np.array([box.x, box.y])
    free = np.maximum(room - size * scale, 0.0)
    place = np.clip(corner, _MARGIN, _MARGIN + free) if scale == 1.0 else _MARGIN + free / 2
    return [(stroke - corner) * scale + place for stroke in strokes]


def _history() -> History:
    return st.session_state.get(_HISTORY, History())


def _sheet() -> Sheet:
    return st.session_state.get(_SHEET, Sheet())


def _key_of(paper: Paper) -> str:
    return f"draw.canvas-{paper.key}"


def _begin(history: History) -> None:
    """Lets the canvas begin anew from a drawing."""
    sheet = _sheet().turn(len(objects()))
    _keep(history, sheet)


def _keep(history: History, sheet: Sheet) -> None:
    if sheet.number != _sheet().number:
        st.session_state[_START] = history.as_canvas()
    st.session_state[_HISTORY], st.session_state[_SHEET] = history, sheet


def _follow_pen(paper: Paper) -> None:
    """Takes over what the canvas sends: a new drawing, or the one that it was given."""
    if paper != st.session_state.get(_PAPER):
        return
    raw = ((st.session_state.get(_key_of(paper)) or {}).get("drawing") or {}).get("raw")
    if raw:
        _keep(*take_over(_history(), _sheet(), raw))


def _catch_up() -> None:
    """Takes over a stroke that came together with a click: Streamlit calls the button first."""
    if paper := st.session_state.get(_PAPER):
        _follow_pen(paper)


def _refit() -> None:
    """Moves the drawing to another paper, where its strokes can still be undone one by one."""
    _catch_up()
    paper = paper_of(st.session_state.get(_EXPECT, "digit"))
    if not objects() or paper == st.session_state.get(_PAPER):
        return
    try:
        strokes = fit_strokes(drawn_strokes(), paper)
    except InputError:
        return
    _begin(History.begin(_as_objects(strokes)))


def _restore() -> None:
    """Puts back what was on the canvas before the page was loaded anew, unless it was drawn on since."""
    if _HISTORY in st.session_state:
        return
    try:
        kept = read_drawing(draw_hook.restored())
    except InputError:
        st.session_state[_HISTORY] = History()
        return
    st.session_state[_EXPECT] = kept.expect
    strokes = fit_strokes([stroke for stroke in kept.strokes if len(stroke)], paper_of(kept.expect))
    _begin(History.begin(_as_objects(strokes)))


def _show_sample(expect: Expect) -> None:
    _catch_up()
    sample = st.session_state["draw.sample"]
    paper = paper_of(expect)
    strokes = sample_strokes(sample, paper.width) if expect == "digit" else sample_number(sample, paper.size)
    _begin(_history().change(_as_objects(strokes)))


def _as_objects(strokes: list[Stroke]) -> list[dict[str, Any]]:
    return canvas_from_strokes(strokes, color=INK, width=st.session_state.get(_BRUSH, BRUSH))["objects"]
