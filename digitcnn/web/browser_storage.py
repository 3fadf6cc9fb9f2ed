"""A visitor's own digits: one set on all pages, which the browser's tab keeps over a reload."""

import base64
import binascii
import secrets
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from digitcnn.errors import InputError
from digitcnn.lab.personal_digits import PersonalDigits

_SET, _VISIT, _WRITTEN = "personal.digits", "personal.visit", "personal.written"

_memory = component(
    "digitcnn_own_digits", js=Path(__file__).with_name("browser_storage.js").read_text("utf-8")
)


def own_digits() -> PersonalDigits:
    """The set of this visitor, on all pages the same."""
    return st.session_state.get(_SET, PersonalDigits())


def keep_digits(digits: PersonalDigits) -> None:
    """Puts another set into the place of the visitor's."""
    st.session_state[_SET] = digits


def remember_digits(place: str) -> None:
    """Lets the tab keep the set, or asks it for the one that it has kept; draws nothing.

    Whatever shows or changes the set calls it, after it has been changed.

    Args:
        place: on the page, by which its call is told from others.
    """
    key = f"personal.memory-{place}"
    _memory(
        data={
            "visit": st.session_state.setdefault(_VISIT, secrets.token_hex(8)),
            "ask": _SET not in st.session_state,
            "kept": _written(own_digits()),
        },
        on_restored_change=partial(_restore, key),
        key=key,
    )


def _written(own: PersonalDigits) -> str:
    """The set as text, written anew only when it has changed; "" for an empty one."""
    if not len(own):
        return ""
    known: tuple[PersonalDigits, str] | None = st.session_state.get(_WRITTEN)
    if known is None or known[0] is not own:
        known = st.session_state[_WRITTEN] = own, base64.b64encode(own.to_bytes()).decode("ascii")
    return known[1]


def _restore(key: str) -> None:
    """Takes over what the tab has kept, unless digits were added since."""
    if _SET in st.session_state:
        return
    kept = (st.session_state.get(key) or {}).get("restored")
    try:
        digits = PersonalDigits.from_bytes(base64.b64decode(kept if isinstance(kept, str) else ""))
    except (InputError, binascii.Error, ValueError):
        digits = PersonalDigits()  # Not ours: anybody can write into their browser's storage.
    keep_digits(digits)
