"""Tables of a comparison: settings and results of the runs, and their classification reports."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from digitcnn.classes import DIGITS
from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.lab.metrics.comparison import Row
from digitcnn.lab.metrics.test_set import ClassificationReport
from digitcnn.lab.runs.run_table import COSTS_EXPLAINED, tabulate_costs
from digitcnn.web.text import escape_markdown


def show_costs(runs: Sequence[ComparedRun]) -> None:
    """The accuracy of every run, and what it costs in parameters and seconds."""
    labels = [run.label for run in runs]
    st.table(
        pd.DataFrame(
            [[row.name, *row.values] for row in tabulate_costs(list(runs))], columns=["Measure", *labels]
        ),
        border="horizontal",
        hide_index=True,
        alt=f"Accuracy, parameters and training time of {', '.join(labels)}, and their ratios",
    )
    st.caption(COSTS_EXPLAINED)


@st.fragment
def show_facts(rows: Sequence[Row], labels: Sequence[str]) -> None:
    """Results, cost, recipe and machine of every run; by default only what differs."""
    only_differing = len(labels) > 1 and st.toggle("Only what differs", value=True, key="compare.differing")
    shown = [row for row in rows if row.differs or not only_differing]
    lines: list[list[str]] = []
    group = ""
    for row in shown:
        if row.group != group:
            group = row.group
            lines.append([f"**{group}**", *[""] * len(labels)])
        lines.append([escape_markdown(text) for text in (row.name, *row.values)])
    st.table(
        pd.DataFrame(lines, columns=["Setting", *labels]),
        border="horizontal",
        hide_index=True,
        alt=f"Results, cost and recipe of {', '.join(labels)}",
    )
    if only_differing:
        st.caption(f"{len(rows) - len(shown)} more settings and figures are the same in all.")


def show_reports(runs: Sequence[ComparedRun], reports: Sequence[ClassificationReport]) -> None:
    """Precision, recall, F1 and support per class, as tables and as scikit-learn prints them."""
    with (
        st.expander("Precision, recall, F1 and support", icon=":material/table_rows:"),
        st.container(key="compare-reports"),
        st.grid(2, min_column_width=340, gap="medium"),
    ):
        for run, report in zip(runs, reports, strict=True):
            noun = "digit" if run.predictions.classes == DIGITS else "class"
            with st.container(gap="xsmall"):
                st.markdown(f"**{escape_markdown(run.label)}**")
                st.table(
                    [
                        {
                            noun: line.name,
                            "precision": f"{line.precision:.4f}",
                            "recall": f"{line.recall:.4f}",
                            "F1": f"{line.f1:.4f}",
                            "support": f"{line.support:,}",
                        }
                        for line in (*report.digits, report.macro, report.weighted)
                    ],
                    border="horizontal",
                    hide_index=True,
                    alt=f"Precision, recall, F1 and support of each {noun}, {run.label}",
                )
    with (
        st.expander("As scikit-learn prints it", icon=":material/terminal:"),
        st.container(key="compare-printed"),
        st.grid(2, min_column_width=420, gap="medium"),
    ):
        for run, report in zip(runs, reports, strict=True):
            with st.container(gap="xsmall"):
                st.markdown(f"**{escape_markdown(run.label)}**")
                # Not st.code, whose highlighter would hold up all charts of the page.
                st.html(f"<pre>{escape(report.text)}</pre>")
