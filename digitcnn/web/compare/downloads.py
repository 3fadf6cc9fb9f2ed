"""Downloads of a comparison: histories and confusion matrices as CSV, reports as HTML."""

from functools import partial

import pandas as pd
import streamlit as st

from digitcnn.lab.metrics.compared_runs import RunRef
from digitcnn.lab.report.html import write_report
from digitcnn.web.compare.figures import analyse_runs, load, measure_latency, pair_runs
from digitcnn.web.compare.runs import Choice
from digitcnn.web.text import escape_markdown


def show_downloads(choice: Choice) -> None:
    """Buttons for the files; each file is made once somebody asks for it."""
    if len(choice.run_refs) > 1:
        st.download_button(
            "Report of this comparison (HTML)",
            partial(make_report, choice.run_refs),
            _name_file("-against-".join(choice.labels), "report.html"),
            "text/html",
            key="compare.report",
            icon=":material/summarize:",
            on_click="ignore",
        )
    for run_ref, run in zip(choice.run_refs, choice.runs, strict=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(escape_markdown(run.label), width=140)
            _offer(run_ref, "History (CSV)", "history.csv", disabled=not run.history)
            _offer(run_ref, "Confusion matrix (CSV)", "confusion-matrix.csv")
            _offer(run_ref, "Report (HTML)", "report.html")
    st.caption(
        "A report is one file that needs nothing beside it: charts, matrices and tables as they stand here."
    )


def make_confusions(run_refs: tuple[RunRef, ...]) -> str:
    """The first run's confusion matrix as CSV: a row per true digit, a column per answer."""
    matrix = analyse_runs(run_refs[:1])[0].confusions
    return pd.DataFrame(matrix).add_prefix("read as ").rename_axis("true").to_csv()


def make_report(run_refs: tuple[RunRef, ...]) -> str:
    """The report of a run, or of a baseline and its challengers, as one HTML file."""
    baseline, *challengers = run_refs
    return write_report(
        [load(each) for each in run_refs],
        analyse_runs(run_refs),
        [pair_runs(baseline, each) for each in challengers],
        milliseconds=[measure_latency(each) for each in run_refs],
    )


def make_file(run_ref: RunRef, file: str) -> str:
    """A file of one run: its "history.csv", its "confusion-matrix.csv" or its "report.html"."""
    if file == "history.csv":
        return run_ref.folder.history_csv.read_text(encoding="utf-8")
    if file == "confusion-matrix.csv":
        return make_confusions((run_ref,))
    return make_report((run_ref,))


def _offer(run_ref: RunRef, title: str, file: str, *, disabled: bool = False) -> None:
    st.download_button(
        title,
        partial(make_file, run_ref, file),
        _name_file(run_ref.label, file),
        "text/html" if file.endswith("html") else "text/csv",
        key=f"compare.take.{run_ref.label}.{file}",
        disabled=disabled,
        on_click="ignore",
    )


def _name_file(label: str, file: str) -> str:
    """A file name that holds a run's label, whatever characters that has."""
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in label)
    return f"{safe[:80]}-{file}"
