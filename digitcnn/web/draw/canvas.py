"""The canvas of the Draw page: its sizes, the drawing on it, and its tools."""

import json
from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from digitcnn.errors import InputError
from digitcnn.ink.fabric import MAX_STROKES, canvas_from_strokes, strokes_from_canvas
from digitcnn.ink.strokes import MAX_POINTS, Stroke, box_of_strokes
from digitcnn.recognition.reading import Expect
from digitcnn.web.draw.browser import connect_browser, describe_drawing, is_narrow, parse_drawing, restored
from digitcnn.web.draw.history import History, Objects
from digitcnn.web.draw.revision import Revision, take_over
from digitcnn.web.frame import zoom_css
from digitcnn.web.images import INK
from digitcnn.web.models import Model
from digitcnn.web.samples import SAMPLE_NUMBERS, sample_number, sample_strokes

BRUSH = 16
_MARGIN = 20.0
_HISTORY, _REVISION, _START = "draw.history", "draw.revision", "draw.start"
_SHAPE, _EXPECT, _BRUSH, _SCALE = "draw.shape", "draw.expect", "draw.brush", "draw.scale"
_STROKES, _RESTORED = "draw.strokes", "draw.restored"


class CanvasShape(NamedTuple):
    """`width` by `height` CSS pixels, in a container with this key."""

    key: str
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


SQUARE = CanvasShape("draw-paper", 400, 400)
WIDE = CanvasShape("draw-sheet", 1120, 300)
PHONE = CanvasShape("draw-sheet-phone", 720, 480)


def choose_expect() -> Expect:
    """A switch between digit and number, which moves the drawing to the other canvas."""
    choice = st.segmented_control(
        "What you write",
        ["digit", "number"],
        default=st.session_state.get(_RESTORED, "digit"),
        required=True,
        format_func=str.capitalize,
        label_visibility="collapsed",
        on_change=_switch,
        persist_state="session",
        key=_switch_key(),
    )
    st.session_state[_EXPECT] = choice
    return cast(Expect, choice)


def is_chosen(expect: Expect) -> bool:
    """The switch still stands on `expect`: a drawing restored after a reload may have turned it."""
    return st.session_state.get(_EXPECT, "digit") == expect


def shape_for(expect: Expect) -> CanvasShape:
    """The canvas for a digit or a number on this visitor's screen."""
    if expect == "digit":
        return SQUARE
    return PHONE if is_narrow() else WIDE


def resume() -> None:
    """Puts the drawing back onto the canvas, which begins blank whenever the page is opened."""
    shape = st.session_state.get(_SHAPE)
    is_there = shape is not None and _key_of(shape) in st.session_state
    if not is_there and (objects() or st.session_state.get(_START)):
        _begin(_history())


def objects() -> Objects:
    """The objects on the canvas."""
    return _history().now


def drawn_strokes() -> list[Stroke]:
    """The strokes on the canvas; each object is parsed once.

    Raises:
        InputError: there are too many strokes or points.
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


def show_canvas(shape: CanvasShape) -> None:
    """The canvas with the drawing on it."""
    st.session_state[_SHAPE] = shape
    revision = _revision()
    is_new = _key_of(shape) not in st.session_state
    with st.container(key=shape.key, gap=None):
        st_canvas(
            stroke_width=st.session_state.get(_BRUSH, BRUSH),
            stroke_color=INK,
            background_color=revision.tag,
            # A drawing that takes the place of another would come back at once, and all of this run again:
            # the next stroke, which the browser's script sends, brings it along.
            update_streamlit=is_new or revision.heard or not revision.number,
            width=shape.width,
            height=shape.height,
            initial_drawing=st.session_state.get(_START),
            on_change=lambda: _follow_pen(shape),
            key=_key_of(shape),
        )


def follow_live(shape: CanvasShape, expect: Expect, strokes: list[Stroke], model: Model) -> None:
    """Lets the browser read while the pen moves; to be called behind everything that shows the answer."""
    connect_browser(
        shape.key,
        describe_drawing(expect, strokes) if _HISTORY in st.session_state else None,
        expect=expect,
        width=shape.width,
        model=model,
        revision=_revision().number,
        on_narrow=_refit,
        on_restored=_restore,
    )


def show_zoom_rules() -> None:
    """Style rules that let the wide canvases shrink with their page."""
    rules = [zoom_css(shape.width, container=shape.key) for shape in (WIDE, PHONE)]
    st.html(f"<style>{''.join(rules)}</style>")


def show_samples(expect: Expect) -> None:
    """A menu of drawings for visitors who can't draw here."""
    samples = list(range(10)) if expect == "digit" else list(SAMPLE_NUMBERS)
    st.menu_button("Samples", samples, on_click=_show_sample, args=(expect,), key="draw.sample")


def choose_brush() -> None:
    """A slider for the pen's width on the screen."""
    with st.popover("Brush"):
        st.slider("Width in pixels", 5, 40, BRUSH, persist_state="session", key=_BRUSH)
        st.caption("Changes the picture, never the answer: the model gets your strokes at its own pen width.")


def show_tools() -> None:
    """Undo, redo and clear."""
    history = _history()
    with st.container(horizontal=True, gap="xxsmall", key="draw-tools"):
        st.button("Undo", icon=":material/undo:", on_click=undo, disabled=not history.past, key="draw.undo")
        st.button("Redo", icon=":material/redo:", on_click=redo, disabled=not history.future, key="draw.redo")
        st.button(
            "Clear", icon=":material/delete:", on_click=clear, disabled=not history.now, key="draw.clear"
        )
    st.html('<p class="draw-where"></p>')


def undo() -> None:
    """Takes back the last stroke, sample or clearing."""
    _catch_up()
    _begin(_history().undo())


def redo() -> None:
    """Takes back the last undo."""
    _catch_up()
    _begin(_history().redo())


def clear() -> None:
    """Empties the canvas; undo brings the drawing back."""
    _catch_up()
    if objects():
        _begin(_history().change([]))


def fit_strokes(
    strokes: list[Stroke], shape: CanvasShape, *, scale: float = 1.0
) -> tuple[list[Stroke], float]:
    """Moves strokes onto a canvas: they stay where they are, slide into sight, or shrink to its middle.

    Args:
        strokes: as they lie on the canvas before.
        shape: of the canvas they move to.
        scale: their size now, in sizes as they were drawn.

    Returns:
        The strokes, as large as they were drawn where there is room, and their scale.
    """
    if not strokes:
        return [], 1.0
    box = box_of_strokes(strokes)
    room = np.array(shape.size) - 2 * _MARGIN
    size = np.array([box.width, box.height]) / scale
    new_scale = min(1.0, float((room / np.maximum(size, 1e-9)).min()))
    corner = np.array([box.x, box.y])
    free = np.maximum(room - size * new_scale, 0.0)
    stays = scale == new_scale == 1.0
    place = np.clip(corner, _MARGIN, _MARGIN + free) if stays else _MARGIN + free / 2
    return [(stroke - corner) * (new_scale / scale) + place for stroke in strokes], new_scale


def _history() -> History:
    return st.session_state.get(_HISTORY, History())


def _revision() -> Revision:
    return st.session_state.get(_REVISION, Revision())


def _key_of(shape: CanvasShape) -> str:
    return f"draw.canvas-{shape.key}"


def _begin(history: History) -> None:
    """Tells the canvas to begin anew from a drawing."""
    _save(history, _revision().next(len(objects())))


def _save(history: History, revision: Revision) -> None:
    if revision.number != _revision().number:
        st.session_state[_START] = history.as_canvas()
    st.session_state[_HISTORY], st.session_state[_REVISION] = history, revision
    if not history.now:
        st.session_state.pop(_SCALE, None)


def _follow_pen(shape: CanvasShape) -> None:
    """Applies the canvas's latest message: a stroke, or the drawing that it began from."""
    if shape != st.session_state.get(_SHAPE):
        return
    raw = ((st.session_state.get(_key_of(shape)) or {}).get("drawing") or {}).get("raw")
    if raw:
        _save(*take_over(_history(), _revision(), raw))


def _catch_up() -> None:
    """Applies a stroke that came together with a click: Streamlit calls the button's callback first."""
    if shape := st.session_state.get(_SHAPE):
        _follow_pen(shape)


def _switch_key() -> str:
    # After a reload the browser may still say "digit" when the drawing has turned the switch: a switch of
    # another key never hears it.
    return "draw.switch-restored" if _RESTORED in st.session_state else "draw.switch"


def _switch() -> None:
    st.session_state[_EXPECT] = st.session_state[_switch_key()]
    _refit()


def _refit() -> None:
    """Moves the drawing to the other canvas, where its strokes can still be undone one by one."""
    _catch_up()
    shape = shape_for(st.session_state.get(_EXPECT, "digit"))
    if not objects() or shape == st.session_state.get(_SHAPE):
        return
    try:
        strokes, scale = fit_strokes(drawn_strokes(), shape, scale=st.session_state.get(_SCALE, 1.0))
    except InputError:
        return
    st.session_state[_SCALE] = scale
    _begin(History.begin(_as_objects(strokes)))


def _restore() -> None:
    """Puts the drawing from before a reload onto the canvas, unless the visitor has drawn since."""
    if _HISTORY in st.session_state:
        return
    try:
        saved = parse_drawing(restored())
    except InputError:
        st.session_state[_HISTORY] = History()
        return
    st.session_state[_EXPECT] = st.session_state[_RESTORED] = saved.expect
    strokes, st.session_state[_SCALE] = fit_strokes(saved.strokes, shape_for(saved.expect))
    _begin(History.begin(_as_objects(strokes)))


def _show_sample(expect: Expect) -> None:
    _catch_up()
    sample = st.session_state["draw.sample"]
    shape = shape_for(expect)
    strokes = sample_strokes(sample, shape.width) if expect == "digit" else sample_number(sample, shape.size)
    st.session_state.pop(_SCALE, None)
    _begin(_history().change(_as_objects(strokes)))


def _as_objects(strokes: list[Stroke]) -> list[dict[str, Any]]:
    return canvas_from_strokes(strokes, color=INK, width=st.session_state.get(_BRUSH, BRUSH))["objects"]
