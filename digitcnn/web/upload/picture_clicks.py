"""The browser's share of Upload: a click on the picture chooses a digit, a button copies, a paste uploads."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from digitcnn.recognition.results import FileResult
from digitcnn.web.upload.panels import DIGIT, MAX_IN_STRIP

COPY = "upload.copy"
"""Key of the button that copies the number."""

_HOOK = "upload.clicks"
_hook = component(
    "digitcnn_picture_clicks", js=Path(__file__).with_name("picture_clicks.js").read_text("utf-8")
)
_paste = component("digitcnn_paste", js=Path(__file__).with_name("paste.js").read_text("utf-8"))


def take_pastes() -> None:
    """Gives pictures that are pasted anywhere on the page to its uploader; shows nothing."""
    _paste(key="upload.paste")


def follow_clicks(result: FileResult, size: tuple[int, int]) -> None:
    """Runs the script, which shows nothing, for a picture of this width and height.

    Call it after the choice of a digit: a click on the picture changes that.
    """
    boxes = [
        (x / size[0], y / size[1], (x + width) / size[0], (y + height) / size[1])
        for x, y, width, height in (digit.box for digit in result.reading.digits[:MAX_IN_STRIP])
    ]

    def choose() -> None:
        chosen = (st.session_state.get(_HOOK) or {}).get("chosen")
        if isinstance(chosen, int) and 0 <= chosen < len(boxes):
            st.session_state[DIGIT] = chosen

    _hook(data={"text": result.reading.text, "boxes": boxes}, on_chosen_change=choose, key=_HOOK)
