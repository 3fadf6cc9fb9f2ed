"""What only the browser can do for the canvas: say how wide the page is, and remember the drawing."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

NARROW = 640
"""CSS pixels: a page up to this width gets a number canvas of a phone's shape."""

MAX_KEPT = 20_000
"""Points of a drawing that is remembered: it travels to the browser with every stroke."""

_HOOK, _VISIT = "draw.hook", "draw.visit"

_hook = component("digitcnn_canvas_hook", js=Path(__file__).with_name("canvas.js").read_text("utf-8"))


def show_hook(
    paper: str,
    drawing: dict[str, Any] | None,
    *,
    on_narrow: Callable[[], None],
    on_cleared: Callable[[], None],
    on_restored: Callable[[], None],
) -> None:
    """The browser's part, which is not to be seen.

    Args:
        paper: key of the canvas's container.
        drawing: what the tab is to remember; None while nothing was drawn in this visit, and the tab
            is asked what it remembers of the one before.
        on_narrow: called when the page has become narrow or wide.
        on_cleared: called when the canvas's own bin was clicked.
        on_restored: called when the tab remembers a drawing, which `restored` returns.
    """
    long = drawing is not None and sum(map(len, drawing["strokes"])) > 2 * MAX_KEPT
    _hook(
        data={
            "narrow": NARROW,
            "known": is_narrow(),
            "paper": f".st-key-{paper} *",
            "visit": st.session_state.setdefault(_VISIT, secrets.token_hex(8)),
            "ask": drawing is None,
            "drawing": None if long else drawing,
        },
        default={"narrow": is_narrow()},
        on_narrow_change=on_narrow,
        on_cleared_change=on_cleared,
        on_restored_change=on_restored,
        key=_HOOK,
    )


def is_narrow() -> bool:
    """The page is as narrow as a phone's."""
    return bool((st.session_state.get(_HOOK) or {}).get("narrow"))


def restored() -> object:
    """What the tab has just given back; anything may stand in it."""
    return (st.session_state.get(_HOOK) or {}).get("restored")
