"""The Data page's form for a data set of one's own: a file, or the digits that were corrected here."""

import secrets
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from digitcnn.lab.datasets.sources import list_datasets
from digitcnn.lab.jobs.background import run_once
from digitcnn.lab.jobs.queue import training_is_on
from digitcnn.run_folder import runs_root
from digitcnn.web.browser_storage import own_digits, remember_digits
from digitcnn.web.own_digits import FILE
from digitcnn.web.text import escape_markdown

MAX_SETS = 30
"""That were added here: whoever needs room removes some with `digitcnn data remove`."""

MAX_MEGABYTES = 200
"""Of a file: Kaggle's 42,000 digits are a CSV of 77 MB."""

_POLL = 0.5
_ADDING, _ADDED, _TROUBLE = "data.adding", "data.added", "data.trouble"
NEXT = "data.next"
"""In the session: the set to show next."""


class Adding(NamedTuple):
    """A data set on its way: its name, the job that adds it, and the file that goes afterwards."""

    name: str
    job: str
    path: str
    arguments: tuple[str, ...]


def offer_adding() -> None:
    """The form behind a fold, the progress of the set on its way, and the news when it is there."""
    if added := st.session_state.pop(_ADDED, None):
        st.success(
            f"{added} is here: choose it as the data set in the Model Lab's Train part.",
            icon=":material/check:",
        )
    remember_digits("data")
    fold = st.expander("Add your own data set", icon=":material/add:", on_change="rerun", key="data.add-open")
    if fold.open or _ADDING in st.session_state:
        with fold:
            _show_form()


def _show_form() -> None:
    if not training_is_on():
        st.caption("Training is turned off on this server, so no data sets can be added to it either.")
        return
    if sum(dataset.own for dataset in list_datasets()) >= MAX_SETS:
        st.caption(f"There are {MAX_SETS} added sets: remove one with `digitcnn data remove NAME` first.")
        return
    if trouble := st.session_state.pop(_TROUBLE, None):
        st.error(escape_markdown(trouble), icon=":material/error:")
    st.markdown(
        "A **ZIP** with a folder of pictures for each class, 28 × 28 pixels each; a **CSV** in the form of "
        "Kaggle's digit recognizer (`label,pixel0,…,pixel783`); or an **.npz** with `x_train` and `y_train`. "
        "A sixth of each class is held out for testing, unless the file holds test images. All visitors of "
        "this server can use what was added."
    )
    file = st.file_uploader(
        "File", type=["zip", "csv", "npz"], max_upload_size=MAX_MEGABYTES, key="data.add-file"
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.text_input(
            "Name", placeholder="letters-of-mine", max_chars=40, key="data.add-name", width=240
        )
        ink = st.toggle(
            "Handwriting",
            value=True,
            help="Inverted where it is dark on light, and its models can read on Draw and Upload",
            key="data.add-ink",
        )
        fit = st.toggle(
            "Fit pictures of other sizes",
            help="Makes them 28 × 28 instead of refusing them",
            key="data.add-fit",
        )
    options = (*([] if ink else ["--pictures"]), *(["--fit"] if fit else []))
    busy = _ADDING in st.session_state
    with st.container(horizontal=True):
        if st.button(
            "Add it",
            icon=":material/add:",
            disabled=busy or file is None or not name,
            key="data.add",
        ):
            assert file is not None  # The button waits for it.
            _begin(name, file.name, file.getvalue(), options)
        own = own_digits()
        if len(own) and st.button(
            f"Add the {len(own)} digits that you corrected",
            icon=":material/inbox:",
            disabled=busy or not name,
            help="Those that you labeled on Draw and Upload",
            key="data.add-mine",
        ):
            _begin(name, FILE, own.to_bytes(), ())
    if _ADDING in st.session_state:
        st.fragment(_follow, run_every=_POLL)()


def _begin(name: str, origin: str, data: bytes, options: tuple[str, ...]) -> None:
    """Keeps the file for the job and starts it; the web server parses nothing."""
    path = runs_root() / ".data" / f"upload-{secrets.token_hex(8)}{Path(origin).suffix.lower()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    # Behind "--", no name is taken for an option.
    arguments = (*options, f"--origin={Path(origin).name[:80]}", "--", name, str(path))
    st.session_state[_ADDING] = Adding(name, f"add {path.name}", str(path), arguments)


def _follow() -> None:
    adding: Adding | None = st.session_state.get(_ADDING)
    if adding is None:
        return
    job = run_once(adding.job, "digitcnn.training.collection.add", adding.arguments)
    if job.is_running:
        st.progress(job.progress.done, f"{job.progress.doing} …")
        return
    Path(adding.path).unlink(missing_ok=True)
    del st.session_state[_ADDING]
    if job.error:
        st.session_state[_TROUBLE] = job.error
    else:
        st.session_state[_ADDED] = st.session_state[NEXT] = adding.name
    st.rerun()
