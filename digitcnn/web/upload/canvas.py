"""The picture as a canvas on which boxes are moved, drawn, deleted and labeled."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import streamlit as st
import streamlit_drawable_canvas as drawable

from digitcnn.ink.strokes import Box
from digitcnn.recognition.annotate import TYPED
from digitcnn.recognition.corrections import EditedBox
from digitcnn.web.images import INK

ROOM = 640, 560
"""Width and height that a canvas has at most, in CSS pixels."""

_START = "upload.start"
_REVISION = "upload.revision"
_LINE = 2
_MARGIN = 3.0
"""Canvas pixels between ink and box."""

_MIN_BOX_SIDE = 8.0
"""Canvas pixels: smaller boxes are slips of the mouse."""


class PictureCanvas(NamedTuple):
    """The size of a picture's canvas, and its pixels per pixel of the picture."""

    width: int
    height: int
    scale: float


class _Start(NamedTuple):
    """The boxes that a canvas begins with; another `revision` makes it begin anew from the same boxes."""

    of: str
    boxes: tuple[EditedBox, ...]
    revision: int


def fit_canvas(size: tuple[int, int]) -> PictureCanvas:
    """The largest canvas for a picture of this width and height."""
    scale = min(ROOM[0] / size[0], ROOM[1] / size[1])
    return PictureCanvas(max(round(size[0] * scale), 1), max(round(size[1] * scale), 1), scale)


def begin(of: str, boxes: Sequence[EditedBox]) -> None:
    """Sets the boxes that a canvas begins with; from then on they are the visitor's, until `end`."""
    start: _Start | None = st.session_state.get(_START)
    if start is None or start.of != of:
        st.session_state[_START] = _Start(of, tuple(boxes), st.session_state.get(_REVISION, 0))


def end() -> None:
    """Forgets those boxes: the next canvas begins with the boxes of its own time."""
    if st.session_state.pop(_START, None):
        st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1


def show_canvas(
    of: str,
    background: str,
    canvas: PictureCanvas,
    *,
    drawing: bool,
    on_change: Callable[[list[EditedBox]], None],
) -> None:
    """Shows the canvas that `begin` has prepared.

    Args:
        of: the same as for `begin`.
        background: address of the picture, of the canvas's size.
        canvas: from `fit_canvas`.
        drawing: whether the mouse draws new boxes instead of moving those that are there.
        on_change: called with all boxes, in pixels of the picture, when the visitor has changed one.
    """
    key = f"upload.canvas.{of}"

    def take_over() -> None:
        state = st.session_state.get(key) or {}
        raw = (state.get("drawing") or {}).get("raw")
        if raw is not None:
            on_change(_boxes_of(raw, canvas))

    start: _Start = st.session_state[_START]
    objects = [_object_of(entry, canvas) for entry in start.boxes]
    drawing_now = {"objects": objects, "background": "", "revision": start.revision}
    # st_canvas has no argument for its frontend's mode "edit", only a toggle in a toolbar that hides, where
    # no visitor would find how to move a box: so this calls the frontend itself.
    drawable.out(
        data={
            "fillColor": "rgba(0, 0, 0, 0)",
            "strokeWidth": _LINE,
            "strokeColor": INK,
            "backgroundColor": "",
            "backgroundImageURL": background,
            "realtimeUpdateStreamlit": True,
            "canvasWidth": canvas.width,
            "canvasHeight": canvas.height,
            "drawingMode": "labeled_rect" if drawing else "edit",
            "initialDrawing": drawing_now,
            "displayRadius": 3,
            "returnImageData": False,
            "disabled": False,
            "backgroundImageFit": "stretch",
            "maxDisplayHeight": None,
            "fontSize": 16,
            "label": "",
        },
        key=key,
        default={"drawing": {"raw": drawing_now, "data": None}, "backgroundFit": None},
        on_drawing_change=take_over,
        on_backgroundFit_change=lambda: None,
        width="content",
        height="content",
    )


def _object_of(entry: EditedBox, canvas: PictureCanvas) -> dict[str, Any]:
    left, top, width, height = _on_canvas(entry.box, canvas)
    box = {"left": left, "top": top, "width": width, "height": height}
    label = {"label": "" if entry.label is None else str(entry.label)}
    color = INK if entry.label is None else TYPED
    return drawable.boxes_to_drawing([box | label], stroke_color=color, stroke_width=_LINE)["objects"][0]


def _on_canvas(box: Box, canvas: PictureCanvas) -> tuple[float, float, float, float]:
    return (
        round(box.x * canvas.scale - _MARGIN, 2),
        round(box.y * canvas.scale - _MARGIN, 2),
        round(box.width * canvas.scale + 2 * _MARGIN, 2),
        round(box.height * canvas.scale + 2 * _MARGIN, 2),
    )


def _boxes_of(raw: dict[str, Any], canvas: PictureCanvas) -> list[EditedBox]:
    """The boxes on the canvas; those that were not moved keep their exact coordinates."""
    start: _Start | None = st.session_state.get(_START)
    known = {_on_canvas(entry.box, canvas): entry.box for entry in (start.boxes if start else ())}
    edited = []
    for found in drawable.CanvasResult(raw, None, False).boxes:
        if max(found["width"], found["height"]) < _MIN_BOX_SIDE:
            continue
        sides = tuple(round(float(found[side]), 2) for side in ("left", "top", "width", "height"))
        nearest = min(known, key=lambda other: _distance(other, sides), default=None)
        if nearest is not None and _distance(nearest, sides) < 0.1:
            box = known[nearest]
        else:
            box = _in_picture(sides, canvas)
        label = str(found["label"]).strip()
        edited.append(EditedBox(box, int(label) if label in set("0123456789") else None))
    return edited


def _in_picture(sides: Sequence[float], canvas: PictureCanvas) -> Box:
    left, top, width, height = sides
    return Box(
        round((left + _MARGIN) / canvas.scale, 2),
        round((top + _MARGIN) / canvas.scale, 2),
        round(max(width - 2 * _MARGIN, 1.0) / canvas.scale, 2),
        round(max(height - 2 * _MARGIN, 1.0) / canvas.scale, 2),
    )


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
