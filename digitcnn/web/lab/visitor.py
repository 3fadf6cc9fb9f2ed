"""The visitor's browser: a secret id that it keeps in a cookie, by which it owns the runs that it began."""

import re
import secrets

import streamlit as st

from digitcnn.lab.runs.about import About, may_end, owner_of, read_about
from digitcnn.lab.runs.catalog import Run

COOKIE = "digitcnn_browser"

_ID = "lab.browser"
_YEAR = 365 * 24 * 3600


def remember_browser() -> None:
    """Takes the id from the browser's cookie, or gives the browser one; the Lab calls it before its parts."""
    kept = str(st.context.cookies.get(COOKIE, ""))
    if _ID not in st.session_state:
        is_ours = re.fullmatch(r"[\w-]{22}", kept)
        st.session_state[_ID] = kept if is_ours else secrets.token_urlsafe(16)
    if kept != st.session_state[_ID]:
        cookie = f"{COOKIE}={st.session_state[_ID]}; Max-Age={_YEAR}; Path=/; SameSite=Lax"
        script = f"document.cookie = '{cookie}' + (location.protocol === 'https:' ? '; Secure' : '')"
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


def owner() -> str | None:
    """The owner of the runs that this visitor begins; None outside of the Lab."""
    browser = st.session_state.get(_ID)
    return owner_of(browser) if browser else None


def about(run: Run) -> About:
    """What is said about a run; a shipped one's folder says nothing."""
    return read_about(run.folder.path)


def is_mine(run: Run) -> bool:
    """Whether this visitor's browser began it."""
    return about(run).owner is not None and about(run).owner == owner()


def is_allowed(run: Run) -> bool:
    """Whether this visitor may stop, delete and describe it."""
    return not run.shipped and may_end(about(run), owner())
