"""The Data page's data sets: summarized in a separate process, downloaded where they are missing."""

from pathlib import Path

import streamlit as st

from digitcnn.errors import DatasetError
from digitcnn.file_cache import cached_by_file
from digitcnn.lab.datasets.sources import fingerprint, is_at_hand, shown_sets, title_of
from digitcnn.lab.datasets.summary import VERSION, DataSummary, load_summary
from digitcnn.lab.jobs.background import BackgroundJob, forget, run_once
from digitcnn.run_folder import runs_root

_POLL = 0.8
"""Seconds between two polls of a job's progress."""


def sets_to_show() -> list[str]:
    """MNIST or its stand-in, the pen strokes, then all other sets, here or not."""
    first = "mnist" if is_at_hand("mnist") else "bundled"
    return [first, *(name for name in shown_sets() if name not in (first, "mnist"))]


def find_summary(name: str) -> DataSummary | None:
    """The summary of a set on this machine; None while a process, which this starts, computes it."""
    path = _path(name)
    try:
        if path.is_file():
            return _load(path)
    except DatasetError:
        path.unlink(missing_ok=True)
    _start(name)
    return None


def show_waiting(name: str) -> None:
    """The progress of a set's summary; runs the page again once it is there."""
    st.fragment(_show_waiting, run_every=_POLL)(name)


def offer_fetching(name: str, label: str) -> None:
    """A button that downloads a set in a separate process, and the progress of that."""
    key = f"fetch {name}"
    if st.button(label, icon=":material/download:", key=f"data.fetch-{name}"):
        st.session_state["data.fetching"] = name
        run_once(key, "digitcnn.training.fetch", [name], again=True)
    if st.session_state.get("data.fetching") == name:
        st.fragment(_show_fetching, run_every=_POLL)(name, key)


def _show_waiting(name: str) -> None:
    job = _start(name)
    if _has_ended_well(job, f": {title_of(name)}, the first time only"):
        forget(_key(name))
        if _path(name).is_file():
            st.rerun()
    elif job.error and st.button("Try again", key=f"data.again-{name}"):
        forget(_key(name))


def _show_fetching(name: str, key: str) -> None:
    if _has_ended_well(run_once(key, "digitcnn.training.fetch", [name])):
        del st.session_state["data.fetching"]
        st.rerun()


def _has_ended_well(job: BackgroundJob, of: str = "") -> bool:
    """Whether a job has ended without an error; shows its progress or its error where it has not."""
    if job.is_running:
        st.progress(job.progress.done, f"{job.progress.doing}{of} …")
    elif job.error:
        st.error(job.error, icon=":material/error:")
    return not job.is_running and not job.error


def _start(name: str) -> BackgroundJob:
    return run_once(_key(name), "digitcnn.lab.datasets.summary", [name, str(_path(name))])


def _key(name: str) -> str:
    return f"summarize {_path(name).name}"


def _path(name: str) -> Path:
    return runs_root() / ".data" / f"{name}-{fingerprint(name)}-{VERSION}.npz"


_load = cached_by_file(maxsize=3)(load_summary)
