"""The tools that change a picture's boxes and labels, with and without a mouse."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from digitcnn.ink.strokes import Box
from digitcnn.recognition.corrections import EditedBox
from digitcnn.recognition.reading import Expect
from digitcnn.web.frame import zoom_css
from digitcnn.web.models import Model
from digitcnn.web.own_digits import ask_label
from digitcnn.web.upload.canvas import begin, end, fit_canvas, show_canvas
from digitcnn.web.upload.files import Preview, ShownFile, edits_of, keep_edits
from digitcnn.web.upload.panels import draw_background, pixels_of

_MOVE, _DRAW = "Move boxes", "Draw new ones"


def edit_boxes(file: ShownFile, preview: Preview, model: Model, expect: Expect) -> None:
    """The picture as a canvas; the visitor's changes are kept, and the reading follows."""
    of = f"{file.upload.fingerprint}.{model.name}.{expect}"
    begin(of, _boxes_of(file))
    canvas = fit_canvas(preview.size)
    mode = st.segmented_control(
        "The mouse",
        [_MOVE, _DRAW],
        default=_MOVE,
        required=True,
        label_visibility="collapsed",
        key="upload.mode",
    )
    with st.container(key="upload-paper"):
        show_canvas(
            of,
            draw_background(file.result, preview, canvas),
            canvas,
            drawing=mode == _DRAW,
            on_change=partial(keep_edits, file.upload, expect),
        )
    st.html(f"<style>{zoom_css(canvas.width, container='upload-paper')}</style>")


def correct_digit(file: ShownFile, expect: Expect, index: int) -> None:
    """The choice of the right label for a digit, which changes the reading, the table and the downloads.

    Args:
        file: with the visitor's changes so far.
        expect: as for the reading.
        index: of the digit.
    """
    boxes = _boxes_of(file)

    def put(*replacement: EditedBox) -> None:
        keep_edits(file.upload, expect, [*boxes[:index], *replacement, *boxes[index + 1 :]])
        end()

    def relabel(label: int | None) -> None:
        put(EditedBox(boxes[index].box, label))

    typed = boxes[index].label
    ask_label(pixels_of(file.result, index), key="upload.was", typed=typed, correct=relabel)
    st.button("It is no digit: remove it", icon=":material/delete:", on_click=put, key="upload.remove")


def show_tools(file: ShownFile, preview: Preview, expect: Expect) -> None:
    """How to change boxes on the canvas, and buttons that do it without a mouse.

    Args:
        file: with the visitor's changes so far.
        preview: of the file.
        expect: as for the reading.
    """
    st.caption(
        "Drag a box to move it, its corners to change its size. Click a chosen box to type its digit: "
        "your answer counts more than the model's."
    )
    boxes = _boxes_of(file)

    def change(now: Sequence[EditedBox] | None) -> None:
        keep_edits(file.upload, expect, now)
        end()

    def add() -> None:
        width, height = preview.size
        change([*boxes, EditedBox(Box(width * 0.45, height * 0.4, width * 0.1, height * 0.2))])

    with st.container(horizontal=True, gap="xsmall"):
        st.button("Add a box", icon=":material/add:", on_click=add, key="upload.add")
        st.button(
            "Start again",
            icon=":material/undo:",
            on_click=change,
            args=(None,),
            disabled=edits_of(file.upload, expect) is None,
            key="upload.restart",
        )


def _boxes_of(file: ShownFile) -> list[EditedBox]:
    """The boxes of a reading, with the labels that the visitor typed."""
    result = file.result
    return [
        EditedBox(digit.box, digit.label if index in result.typed else None)
        for index, digit in enumerate(result.reading.digits)
    ]
