"""What can be taken away of a comparison: histories and matrices as CSV, reports as HTML."""

from functools import partial

import streamlit as st

from digitcnn.lab.metrics.compared_runs import RunRef
from digitcnn.lab.report.csv_files import confusions_as_csv, history_as_csv
from digitcnn.lab.report.html import write_report
from digitcnn.web.compare.figures import analyse_runs, format_milliseconds, load, pair_runs
from digitcnn.web.compare.runs import Choice
from digitcnn.web.upload.words import as_text


def show_downloads(choice: Choice) -> None:
    """Buttons for the files; each is made when it is asked for."""
    if len(choice.run_refs) > 1:
        st.download_button(
            "Report of this comparison (HTML)",
            partial(make_report, choice.run_refs),
            _name("-against-".join(choice.labels), "report.html"),
            "text/html",
            key="compare.report",
            icon=":material/summarize:",
            on_click="ignore",
        )
    for run_ref, run in zip(choice.run_refs, choice.runs, strict=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(as_text(run.label), width=140)
            _offer(run_ref, "History (CSV)", "history.csv", disabled=not run.history)
            _offer(run_ref, "Confusion matrix (CSV)", "confusion-matrix.csv")
            _offer(run_ref, "Report (HTML)", "report.html")
    st.caption(
        "A report is one file that needs nothing beside it: charts, matrices and tables as they stand here."
    )


def make_confusions(run_refs: tuple[RunRef, ...]) -> str:
    """The first run's confusion matrix as CSV."""
    return confusions_as_csv(analyse_runs(run_refs[:1])[0].confusions)


def make_report(run_refs: tuple[RunRef, ...]) -> str:
    """The report of a run, or of a baseline and its challengers, as one HTML file."""
    baseline, *challengers = run_refs
    return write_report(
        [load(each) for each in run_refs],
        analyse_runs(run_refs),
        [pair_runs(baseline, each) for each in challengers],
        milliseconds=[format_milliseconds(each) for each in run_refs],
    )


def _offer(run_ref: RunRef, title: str, file: str, *, disabled: bool = False) -> None:
    st.download_button(
        title,
        partial(_make, run_ref, file),
        _name(run_ref.label, file),
        "text/html" if file.endswith("html") else "text/csv",
        key=f"compare.take.{run_ref.label}.{file}",
        disabled=disabled,
        on_click="ignore",
    )


def _make(run_ref: RunRef, file: str) -> str:
    if file == "history.csv":
        return history_as_csv(load(run_ref).history)
    if file == "confusion-matrix.csv":
        return make_confusions((run_ref,))
    return make_report((run_ref,))


def _name(label: str, file: str) -> str:
    """A file name of a run's label, whatever is in it."""
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in label)
    return f"{safe[:80]}-{file}"
