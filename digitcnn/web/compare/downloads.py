"""What can be taken away of a comparison: histories and matrices as CSV, reports as HTML."""

from functools import partial

import streamlit as st

from digitcnn.lab.metrics.compared_runs import Candidate
from digitcnn.lab.report.csv_files import confusions_as_csv, history_as_csv
from digitcnn.lab.report.html import write_report
from digitcnn.web.compare.figures import analyse_runs, format_milliseconds, load, pair_runs
from digitcnn.web.compare.runs import Choice
from digitcnn.web.upload.words import as_text


def show_downloads(choice: Choice) -> None:
    """Buttons for the files; each is made when it is asked for."""
    if len(choice.candidates) > 1:
        st.download_button(
            "Report of this comparison (HTML)",
            partial(make_report, choice.candidates),
            _name("-against-".join(choice.labels), "report.html"),
            "text/html",
            key="compare.report",
            icon=":material/summarize:",
            on_click="ignore",
        )
    for candidate, run in zip(choice.candidates, choice.runs, strict=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(as_text(run.label), width=140)
            _offer(candidate, "History (CSV)", "history.csv", disabled=not run.history)
            _offer(candidate, "Confusion matrix (CSV)", "confusion-matrix.csv")
            _offer(candidate, "Report (HTML)", "report.html")
    st.caption(
        "A report is one file that needs nothing beside it: charts, matrices and tables as they stand here."
    )


def make_confusions(candidates: tuple[Candidate, ...]) -> str:
    """The first run's confusion matrix as CSV."""
    return confusions_as_csv(analyse_runs(candidates[:1])[0].confusions)


def make_report(candidates: tuple[Candidate, ...]) -> str:
    """The report of a run, or of a baseline and its challengers, as one HTML file."""
    baseline, *challengers = candidates
    return write_report(
        [load(each) for each in candidates],
        analyse_runs(candidates),
        [pair_runs(baseline, each) for each in challengers],
        milliseconds=[format_milliseconds(each) for each in candidates],
    )


def _offer(candidate: Candidate, title: str, file: str, *, disabled: bool = False) -> None:
    st.download_button(
        title,
        partial(_make, candidate, file),
        _name(candidate.label, file),
        "text/html" if file.endswith("html") else "text/csv",
        key=f"compare.take.{candidate.label}.{file}",
        disabled=disabled,
        on_click="ignore",
    )


def _make(candidate: Candidate, file: str) -> str:
    if file == "history.csv":
        return history_as_csv(load(candidate).history)
    if file == "confusion-matrix.csv":
        return make_confusions((candidate,))
    return make_report((candidate,))


def _name(label: str, file: str) -> str:
    """A file name of a run's label, whatever is in it."""
    safe = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in label)
    return f"{safe[:80]}-{file}"
