"""A visitor's own digits: one set for all pages, which the browser's tab keeps over a reload."""

import base64
import binascii
import secrets
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from digitcnn.errors import InputError
from digitcnn.lab.personal_digits import PersonalDigits

_SET, _VISIT, _TEXT, _WISH = "personal.digits", "personal.visit", "personal.text", "personal.wish"

_LEARNED = "learned "
"""Before the digits in the tab's storage: a model is to learn from them again after a reload."""

_memory = component(
    "digitcnn_own_digits", js=Path(__file__).with_name("browser_storage.js").read_text("utf-8")
)


def own_digits() -> PersonalDigits:
    """This visitor's set, the same on all pages."""
    return st.session_state.get(_SET, PersonalDigits())


def keep_digits(digits: PersonalDigits) -> None:
    """Replaces this visitor's set."""
    st.session_state[_SET] = digits


def wishes_own_hand() -> bool:
    """Whether a model is to learn from this visitor's set, as the tab remembers it."""
    return st.session_state.get(_WISH, False)


def keep_wish(wish: bool) -> None:
    """Sets whether a model is to learn from this visitor's set."""
    st.session_state[_WISH] = wish


def remember_digits(place: str) -> None:
    """Sends the set to the tab, or asks the tab for the one that it keeps; draws nothing.

    Call it wherever the set is shown or changed, after the change.

    Args:
        place: on the page; differs between calls.
    """
    key = f"personal.memory-{place}"
    _memory(
        data={
            "visit": st.session_state.setdefault(_VISIT, secrets.token_hex(8)),
            "ask": _SET not in st.session_state,
            "kept": _as_text(own_digits()),
        },
        on_restored_change=partial(_restore, key),
        key=key,
    )


def _as_text(own: PersonalDigits) -> str:
    """The set in base64, encoded again only when it has changed, and whether it was learned; "" if empty."""
    if not len(own):
        return ""
    known: tuple[PersonalDigits, str] | None = st.session_state.get(_TEXT)
    if known is None or known[0] is not own:
        known = st.session_state[_TEXT] = own, base64.b64encode(own.to_bytes()).decode("ascii")
    return (_LEARNED if wishes_own_hand() else "") + known[1]


def _restore(key: str) -> None:
    """Puts the set from before a reload in place, unless digits were added since."""
    if _SET in st.session_state:
        return
    kept = (st.session_state.get(key) or {}).get("restored")
    text = kept if isinstance(kept, str) else ""
    keep_wish(text.startswith(_LEARNED))
    try:
        digits = PersonalDigits.from_bytes(base64.b64decode(text.removeprefix(_LEARNED)))
    except (InputError, binascii.Error, ValueError):
        digits = PersonalDigits()  # Not ours: anybody can write into their browser's storage.
    keep_digits(digits)
