"""Tables of a comparison: what is known of the runs, the classification reports, who got what right."""

from collections.abc import Sequence
from html import escape

import pyarrow as pa
import streamlit as st

from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.lab.metrics.comparison import Pairing, Row, format_p
from digitcnn.lab.metrics.test_set import ClassificationReport
from digitcnn.web.compare.sheets import Shown, show_images
from digitcnn.web.tables import make_table
from digitcnn.web.upload.words import as_text


@st.fragment
def show_facts(rows: Sequence[Row], labels: Sequence[str]) -> None:
    """Results, cost, recipe and machine of every run; by default only what differs."""
    only = len(labels) > 1 and st.toggle("Only what differs", value=True, key="compare.differing")
    shown = [row for row in rows if row.differs or not only]
    lines: list[tuple[str, ...]] = []
    group = ""
    for row in shown:
        if row.group != group:
            group = row.group
            lines.append((f"**{group}**", *[""] * len(labels)))
        lines.append((as_text(row.name), *map(as_text, row.values)))
    columns = list(zip(*lines, strict=True)) if lines else [()] * (len(labels) + 1)
    with st.container(key="compare-facts"):
        st.table(
            _table([" ", *labels], columns),
            border="horizontal",
            hide_index=True,
            alt=f"Results, cost and recipe of {', '.join(labels)}",
        )
    if only:
        same = len(rows) - len(shown)
        st.caption(f"{same} more settings and figures are the same in all.")


def show_reports(runs: Sequence[ComparedRun], reports: Sequence[ClassificationReport]) -> None:
    """Precision, recall, F1 and support per digit, as tables and as scikit-learn prints them."""
    with st.container(key="compare-reports"), st.grid(2, min_column_width=340, gap="medium"):
        for run, report in zip(runs, reports, strict=True):
            with st.container(gap="xsmall"):
                st.markdown(f"**{as_text(run.label)}**")
                lines = [*report.digits, report.macro, report.weighted]
                st.table(
                    make_table(
                        {
                            "digit": [line.name for line in lines],
                            "precision": [f"{line.precision:.4f}" for line in lines],
                            "recall": [f"{line.recall:.4f}" for line in lines],
                            "F1": [f"{line.f1:.4f}" for line in lines],
                            "support": [f"{line.support:,}" for line in lines],
                        }
                    ),
                    border="horizontal",
                    hide_index=True,
                    alt=f"Precision, recall, F1 and support of each digit, {run.label}",
                )
    with (
        st.expander("As scikit-learn prints it", icon=":material/terminal:"),
        st.container(key="compare-printed"),
        st.grid(2, min_column_width=420, gap="medium"),
    ):
        for run, report in zip(runs, reports, strict=True):
            with st.container(gap="xsmall"):
                st.markdown(f"**{as_text(run.label)}**")
                # Not st.code, whose highlighter would hold up all charts of the page.
                st.html(f"<pre>{escape(report.text)}</pre>")


def show_pairing(baseline: ComparedRun, challenger: ComparedRun, pairing: Pairing) -> None:
    """McNemar's counts and test, and the images that only one of two reads right."""
    one, other = baseline.label, challenger.label
    first, second = len(pairing.only_baseline), len(pairing.only_challenger)
    with st.grid(4, min_column_width=140, gap="small"):
        st.metric("Both right", f"{pairing.both:,}")
        st.metric(f"Only {one} right", f"{first:,}")
        st.metric(f"Only {other} right", f"{second:,}")
        st.metric("Neither", f"{pairing.neither:,}")
    st.markdown(
        f"McNemar's mid-p test looks at the {first + second:,} images that one alone reads right. If both "
        f"were equally good, chance alone would part them as unevenly as {first:,} to {second:,}, or more, "
        f"with **{format_p(pairing)}**."
    )
    sides = (
        (one, other, challenger, pairing.only_baseline, "baseline"),
        (other, one, baseline, pairing.only_challenger, "challenger"),
    )
    with st.grid(2, min_column_width=340, gap="medium"):
        for right, wrong, mistaken, indices, key in sides:
            with st.container(gap="xsmall"):
                st.markdown(f"**Only {as_text(right)} reads these right**")
                labels, answers = mistaken.predictions.labels, mistaken.predictions.answers
                words = [f"{labels[index]}, not {answers[index]}" for index in indices.tolist()]
                what = f"{len(indices):,} images that {right} reads right and {wrong} reads wrong"
                show_images(Shown(indices, words), labels, what=what, key=key)
    st.caption("Below each: the true digit, and what the other one reads.")


def _table(names: Sequence[str], columns: Sequence[Sequence[str]]) -> pa.Table:
    return make_table(dict(zip(names, columns, strict=True)))
