"""The browser's share of the canvas: it reads while the pen moves, and keeps the drawing over a reload."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import streamlit as st
from streamlit.components.v2 import component

from digitcnn.browser.page import describe_reader, read_script
from digitcnn.errors import DigitcnnError, InputError
from digitcnn.file_cache import version_of
from digitcnn.ink.fabric import MAX_STROKES
from digitcnn.ink.strokes import MAX_POINTS, Stroke
from digitcnn.recognition.reading import Expect
from digitcnn.run_folder import RunFolder
from digitcnn.web.models import Model
from digitcnn.web.text import SURENESS

NARROW = 640
"""CSS pixels: a page up to this width gets a number canvas of a phone's shape."""

MAX_SAVED = 20_000
"""Points of a drawing that the tab keeps: it travels to the browser with every stroke."""

_MAX_COORDINATE = 1e5
"""Canvas pixels: no canvas is as large."""

_HOOK, _VISIT = "draw.hook", "draw.visit"


def join_scripts(*names: str) -> str:
    """The scripts beside this module as one, behind the browser's reader."""
    return "\n".join(
        [read_script(), *(Path(__file__).with_name(f"{name}.js").read_text("utf-8") for name in names)]
    )


_hook = component("digitcnn_canvas_hook", js=join_scripts("live", "keys", "browser"))


@dataclass(frozen=True, eq=False)
class SavedDrawing:
    """A drawing as the tab gives it back.

    Attributes:
        expect: whether it was drawn as a digit or as a number.
        strokes: each (n, 2), in pixels of the canvas it was drawn on.
    """

    expect: Expect
    strokes: list[Stroke]


def connect_browser(
    container: str,
    drawing: dict[str, Any] | None,
    *,
    expect: Expect,
    width: int,
    model: Model,
    revision: int,
    on_narrow: Callable[[], None],
    on_restored: Callable[[], None],
) -> None:
    """Runs the script beside the canvas; it shows nothing of its own.

    It is the last element of the page's fragment: when it hears of a drawing, the answers to it are there.

    Args:
        container: key of the canvas's container.
        drawing: for the tab to keep, from `describe_drawing`; None while nothing was drawn in this visit,
            which asks the tab for the drawing that it kept from the visit before.
        expect: whether a digit or a number is drawn.
        width: of the canvas, in its own pixels.
        model: that reads while the pen moves.
        revision: of the drawing; another one means that strokes were undone or replaced.
        on_narrow: called when the page has become narrow or wide.
        on_restored: called when the tab has sent a drawing, which `restored` returns.
    """
    is_long = drawing is not None and sum(map(len, drawing["strokes"])) > 2 * MAX_SAVED
    _hook(
        data={
            "narrow": NARROW,
            "known": is_narrow(),
            "paper": f".st-key-{container} *",
            "sureness": SURENESS,
            "expect": expect,
            "width": width,
            "revision": revision,
            **offer_model(model, _HOOK),
            "visit": st.session_state.setdefault(_VISIT, secrets.token_hex(8)),
            "ask": drawing is None,
            "drawing": None if is_long else drawing,
        },
        default={"narrow": is_narrow()},
        on_narrow_change=on_narrow,
        on_restored_change=on_restored,
        on_wanted_change=lambda: None,
        key=_HOOK,
    )


def offer_model(model: Model, hook: str) -> dict[str, Any]:
    """A model's name in the browser's store, and the model itself once the script behind `hook` wants it.

    "reader" is None where the script has not asked, and False where no browser can run the model.
    A model that has learned the visitor's digits is not to be stored: it goes with the tab, as the digits do.
    """
    folder, wanted = RunFolder(model.path), (st.session_state.get(hook) or {}).get("wanted")
    key = f"{folder.name} {version_of(folder.tflite_file)} {version_of(folder.run_json)}"
    try:
        reader = describe_reader(folder) if wanted == key else None
    except DigitcnnError:
        reader = False
    return {"model": key, "reader": reader, "store": not model.is_own}


def is_narrow() -> bool:
    """The page is as narrow as a phone's."""
    return bool((st.session_state.get(_HOOK) or {}).get("narrow"))


def restored() -> object:
    """The tab's latest message, unchecked."""
    return (st.session_state.get(_HOOK) or {}).get("restored")


def describe_drawing(expect: Expect, strokes: Sequence[Stroke]) -> dict[str, Any]:
    """A drawing as plain JSON, rounded to a tenth of a pixel; "strokes" are flat lists x, y, x, y, ..."""
    return {
        "expect": expect,
        "strokes": [np.round(stroke, 1).reshape(-1).tolist() for stroke in strokes],
    }


def parse_drawing(raw: object) -> SavedDrawing:
    """The drawing that `describe_drawing` described.

    Raises:
        InputError: `raw` is something else: anybody can write into their browser's storage.
    """
    if not isinstance(raw, Mapping) or raw.get("expect") not in get_args(Expect):
        raise _no_drawing()
    entries = raw.get("strokes")
    if not isinstance(entries, list) or len(entries) > MAX_STROKES:
        raise _no_drawing()
    strokes = [_parse_stroke(entry) for entry in entries]
    if sum(map(len, strokes)) > MAX_POINTS:
        raise InputError(f"The drawing has more than {MAX_POINTS:,} points: clear the canvas and draw less.")
    return SavedDrawing(cast(Expect, raw["expect"]), strokes)


def _parse_stroke(entry: object) -> Stroke:
    numbers = entry if isinstance(entry, list) and entry and len(entry) <= 2 * MAX_POINTS else [None]
    if len(numbers) % 2 or not all(
        isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < _MAX_COORDINATE
        for number in numbers
    ):
        raise _no_drawing()
    return np.array(numbers, dtype=np.float64).reshape(-1, 2)


def _no_drawing() -> InputError:
    return InputError("The browser's storage holds no drawing that can be read: draw again.")
