"""Downloads of a run: its model in four formats and as a page, its code, its figures, and its report."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from digitcnn.browser.page import write_page
from digitcnn.errors import DigitcnnError
from digitcnn.lab.designs.notebook import NotebookSource
from digitcnn.lab.runs.catalog import Run
from digitcnn.lab.runs.exports import Format, can_export, find_export, start_export
from digitcnn.web.lab.keras_code import show_keras_code

_REFRESH_SECONDS = 1.5
"""Between two checks of a file that is being made."""

_BINARY = "application/octet-stream"
_FORMATS: dict[Format, tuple[str, str]] = {
    "h5": ("Legacy .h5", "Keras has to write it, which takes it some seconds to start"),
    "onnx": ("ONNX", "For ONNX Runtime, in most languages; to write it takes some seconds"),
}
"""Formats made on request -> label, and why that takes a moment."""


def show_downloads(run: Run) -> None:
    """Buttons for every file that a run has."""
    folder = run.folder
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lab-downloads"):
        _download("model.keras", folder.keras_file, f"{run.name}.keras", _BINARY)
        _download(".tflite", folder.tflite_file, f"{run.name}.tflite", _BINARY)
        if folder.keras_file.is_file() and not run.busy:
            for form in _FORMATS:
                if can_export(form):
                    waits = find_export(folder, form).state == "working"
                    with st.container(width="content"):
                        st.fragment(_offer_made, run_every=_REFRESH_SECONDS if waits else None)(
                            run, form, waits
                        )
        if folder.tflite_file.is_file() and run.record and run.record.ink:
            _button("Page to draw on", lambda: write_page(folder), f"{run.name}.html", "text/html")
        _download("History", folder.history_csv, f"{run.name}-history.csv", "text/csv")
        if folder.predictions_npz.is_file() and run.record and not run.busy:
            _offer_figures(run)
    if run.record:
        _offer_code(run)


def _offer_made(run: Run, form: Format, waited: bool) -> None:
    """The button of a file made on request: first to make it, then to wait, then to download it."""
    label, why = _FORMATS[form]
    export = find_export(run.folder, form)
    if (export.state == "working") != waited:
        st.rerun()
    if export.state == "ready":
        _download(label, export.path, f"{run.name}.{form}", _BINARY)
    elif export.state == "working":
        st.button(
            f"Making {label}", icon=":material/hourglass_top:", disabled=True, key=f"lab.runs.{form}-wait"
        )
    elif st.button(
        label if export.state == "missing" else f"{label}: try again",
        icon=":material/build:",
        help=why,
        key=f"lab.runs.{form}",
    ):
        try:
            start_export(run.folder, form)
        except DigitcnnError as error:
            st.session_state["lab.problem"] = str(error)
        st.rerun()


def _offer_figures(run: Run) -> None:
    """Figures of the run's predictions, computed on request."""
    # Only a visitor who opens a run loads the libraries of the comparison.
    from digitcnn.lab.metrics.compared_runs import run_ref_of
    from digitcnn.web.compare.downloads import make_confusions, make_report

    run_ref = run_ref_of(run.folder)
    files = (
        ("Confusion matrix", make_confusions, "confusion-matrix.csv", "text/csv"),
        ("Report", make_report, "report.html", "text/html"),
    )
    for label, make, name, kind in files:
        _button(label, lambda make=make: make((run_ref,)), f"{run.name}-{name}", kind)


def _offer_code(run: Run) -> None:
    try:
        source = NotebookSource.of_run(run.folder)
    except DigitcnnError:
        return  # Of a preset that is no longer there.
    show_keras_code(source, key="lab.runs")


def _download(label: str, path: Path, name: str, kind: str) -> None:
    if path.is_file():
        _button(label, path.read_bytes, name, kind)


def _button(label: str, read: Callable[[], bytes | str], name: str, kind: str) -> None:
    st.download_button(
        label,
        read,
        name,
        kind,
        on_click="ignore",
        icon=":material/download:",
        key=f"lab.runs.download.{label}",
    )
