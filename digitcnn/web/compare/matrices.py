"""Confusion matrices side by side, their difference, and the images behind a cell."""

import math
from typing import Any

import numpy as np
import streamlit as st

from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.web.charts.curves_and_matrices import spec_of_matrix, tabulate_matrix
from digitcnn.web.compare.sheets import Shown, show_images

_TRUE, _READ, _WHOSE = "compare.true", "compare.read", "compare.whose"


@st.fragment
def show_matrices(runs: tuple[ComparedRun, ...], matrices: list[np.ndarray]) -> None:
    """The matrices of a run, or of a baseline and a challenger with, on the same images, their difference."""
    labels = [run.label for run in runs]
    comparable = len(runs) == 2 and np.array_equal(runs[0].predictions.labels, runs[1].predictions.labels)
    _start_from_the_commonest_error(runs, matrices)
    with st.container(key="compare-matrices"), st.grid(3, min_column_width=300, gap="small"):
        for place, (run, matrix) in enumerate(zip(runs, matrices, strict=True)):
            _show_matrix(place, run.label, matrix)
        if comparable:
            _show_difference(labels, matrices[1] - matrices[0])
    st.caption(
        "Off the diagonal is what went wrong; choose a cell to see the images behind it."
        + (
            " In the difference, orange is where the challenger errs more often, blue where less."
            if comparable
            else ""
        )
    )
    _show_cell(runs)


def _show_matrix(place: int, label: str, matrix: np.ndarray) -> None:
    true, read, count = _commonest_error(matrix)
    key = f"compare.matrix.{place}"
    st.vega_lite_chart(
        tabulate_matrix(matrix, _chosen()),
        spec_of_matrix(label),
        key=key,
        on_select=lambda: _follow_click(key, label),
        alt=f"Confusion matrix of {label}: its commonest error is a {true} read as {read}, {count} times",
    )


def _show_difference(labels: list[str], difference: np.ndarray) -> None:
    key = "compare.matrix.difference"
    errors = difference.copy()
    np.fill_diagonal(errors, 0)
    true, read = np.unravel_index(np.abs(errors).argmax(), errors.shape)
    st.vega_lite_chart(
        tabulate_matrix(difference, _chosen(), difference=True),
        spec_of_matrix(f"{labels[1]} − {labels[0]}", difference=True),
        key=key,
        on_select=lambda: _follow_click(key, None),
        alt=(
            f"{labels[1]} minus {labels[0]}: most apart at a {true} read as {read}, "
            f"{errors[true, read]:+d} images"
        ),
    )


def _follow_click(key: str, label: str | None) -> None:
    """A cell that was clicked becomes the chosen one; a click beside the cells changes nothing."""
    state: Any = st.session_state.get(key)
    chosen = state["selection"].get("cell") if state else None
    if chosen:
        st.session_state[_TRUE], st.session_state[_READ] = int(chosen[0]["true"]), int(chosen[0]["read"])
        if label is not None:
            st.session_state[_WHOSE] = label


def _chosen() -> tuple[int, int]:
    return st.session_state[_TRUE], st.session_state[_READ]


def _start_from_the_commonest_error(runs: tuple[ComparedRun, ...], matrices: list[np.ndarray]) -> None:
    labels = [run.label for run in runs]
    if st.session_state.get(_WHOSE) not in labels or _TRUE not in st.session_state:
        true, read, _ = _commonest_error(matrices[0])
        st.session_state[_TRUE], st.session_state[_READ] = true, read
        st.session_state[_WHOSE] = labels[0]


def _show_cell(runs: tuple[ComparedRun, ...]) -> None:
    """The images of the chosen cell; the controls say the same as a click on a matrix."""
    digits = list(range(10))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true = st.selectbox("Images of a", digits, key=_TRUE, width=110)
        read = st.selectbox("read as", digits, key=_READ, width=110)
        whose = st.segmented_control("by", [run.label for run in runs], key=_WHOSE, required=True)
    run = next(run for run in runs if run.label == whose)
    predictions = run.predictions
    found = np.flatnonzero((predictions.labels == true) & (predictions.answers == read))
    words = [_format_sureness(predictions.confidence[index]) for index in found.tolist()]
    count = "1 image" if len(found) == 1 else f"{len(found):,} images"
    what = f"{count} of a {true} that {run.label} reads as {read}"
    show_images(Shown(found, words), predictions.labels, what=what, key="cell")
    if len(found):
        st.caption(f"{what}; below each, how sure it is.")


def _format_sureness(confidence: float) -> str:
    """A percentage that is short, and never says 100."""
    return f"{min(math.floor(confidence * 1000) / 10, 99.9):.1f} %"


def _commonest_error(matrix: np.ndarray) -> tuple[int, int, int]:
    """True digit, what it was read as, and how often."""
    errors = matrix.copy()
    np.fill_diagonal(errors, 0)
    true, read = np.unravel_index(errors.argmax(), errors.shape)
    return int(true), int(read), int(errors[true, read])
