"""Confusion matrices and agreement, with the test images behind the counts."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image, ImageColor, ImageDraw, ImageFont
from streamlit.delta_generator import DeltaGenerator

from digitcnn.classes import DIGITS
from digitcnn.ink.house_digit import SIDE
from digitcnn.lab.datasets.sources import title_of
from digitcnn.lab.metrics.compared_runs import ComparedRun, data_of
from digitcnn.lab.metrics.comparison import Pairing, format_p
from digitcnn.web.charts.matrices import draw_matrix, tabulate_matrix
from digitcnn.web.charts.show import show_chart
from digitcnn.web.compare.figures import explain_missing_images, load_images
from digitcnn.web.images import GUIDE, INK, as_png_url
from digitcnn.web.text import escape_markdown

MAX_IMAGES = 48
_COLUMNS = 8
_SCALE, _GAP, _LINE = 2, 8, 16
"""Pixels on a sheet: of each of an image's, between images, and of a line of words."""

_TRUE, _READ, _WHOSE = "compare.true", "compare.read", "compare.whose"


def _lay_out(classes: int) -> DeltaGenerator:
    """Matrices of many classes below one another, else beside one another."""
    return st.container() if classes > 20 else st.grid(3, min_column_width=300, gap="small")


@st.fragment
def show_matrices(runs: tuple[ComparedRun, ...], matrices: list[np.ndarray]) -> None:
    """The matrices of a run, or of a baseline and a challenger with, on the same images, their difference."""
    comparable = len(runs) == 2 and runs[0].predictions.have_images_of(runs[1].predictions)
    _choose_commonest_error(runs, matrices)
    with st.container(key="compare-matrices"), _lay_out(len(matrices[0])):
        for place, (run, matrix) in enumerate(zip(runs, matrices, strict=True)):
            classes = run.predictions.classes
            true, read, count = _find_commonest_error(matrix)
            error = f"its commonest error is a {classes[true]} read as {classes[read]}, {count} times"
            alt = f"Confusion matrix of {run.label}: {error}"
            _show_matrix(f"compare.matrix.{place}", run.label, matrix, classes, alt, whose=run.label)
        if comparable:
            _show_difference(runs, matrices[1] - matrices[0])
    caption = "Off the diagonal are the errors; choose a cell to see the images behind it."
    if comparable:
        caption += " In the difference, orange is where the challenger errs more often, blue where less."
    st.caption(caption)
    _show_cell(runs)


def show_agreement(baseline: ComparedRun, challenger: ComparedRun, pairing: Pairing) -> None:
    """McNemar's counts and test, and the images that only one of two reads right."""
    one, other = baseline.label, challenger.label
    first, second = len(pairing.only_baseline), len(pairing.only_challenger)
    with st.grid(4, min_column_width=140, gap="small"):
        st.metric("Both right", f"{pairing.both:,}")
        st.metric(f"Only {one} right", f"{first:,}")
        st.metric(f"Only {other} right", f"{second:,}")
        st.metric("Neither", f"{pairing.neither:,}")
    st.markdown(
        f"McNemar's mid-p test counts the {first + second:,} images that one alone reads right. If both were "
        f"equally good, chance alone would split them as unevenly as {first:,} to {second:,}, or more, with "
        f"**{format_p(pairing)}**."
    )
    sides = (
        (one, other, challenger, pairing.only_baseline, "baseline"),
        (other, one, baseline, pairing.only_challenger, "challenger"),
    )
    with st.grid(2, min_column_width=340, gap="medium"):
        for right, wrong, mistaken, indices, key in sides:
            with st.container(gap="xsmall"):
                st.markdown(f"**Only {escape_markdown(right)} reads these right**")
                predictions = mistaken.predictions
                labels, answers, classes = predictions.labels, predictions.answers, predictions.classes
                words = [
                    f"{classes[labels[index]]}, not {classes[answers[index]]}" for index in indices.tolist()
                ]
                title = f"{len(indices):,} images that {right} reads right and {wrong} reads wrong"
                show_images(indices, words, mistaken, title=title, key=key)
    noun = "digit" if baseline.predictions.classes == DIGITS else "class"
    st.caption(f"Below each: the true {noun}, and the answer of the other model.")


def show_images(indices: np.ndarray, words: Sequence[str], run: ComparedRun, *, title: str, key: str) -> None:
    """Shows test images as one sheet, or says why it can't.

    Args:
        indices: (n,) places in the test set.
        words: below each image, one for each index.
        run: whose test set they are from.
        title: names the images: "12 images of a 9 that simple reads as 4".
        key: of the place on the page.
    """
    data = data_of(run.record)
    test = load_images(data) if len(indices) else None
    if not len(indices):
        st.caption(f"{title}.")
    elif test is None:
        st.caption(f"{title}. They can't be shown: {escape_markdown(explain_missing_images(data))}.")
    elif not np.array_equal(test.labels, run.predictions.labels):
        st.caption(f"{title}. They are not from {title_of(data)}'s test set, so they can't be shown here.")
    else:
        with st.container(key=f"compare-sheet-{key}"):
            st.image(_draw_sheet(test.images[indices[:MAX_IMAGES]], words[:MAX_IMAGES]), alt=title)
        if len(indices) > MAX_IMAGES:
            st.caption(f"The first {MAX_IMAGES} of {len(indices):,}.")


def _show_matrix(
    key: str,
    title: str,
    matrix: np.ndarray,
    classes: tuple[str, ...],
    alt: str,
    *,
    whose: str | None,
    difference: bool = False,
) -> None:
    chosen = st.session_state[_TRUE], st.session_state[_READ]
    show_chart(
        draw_matrix(
            tabulate_matrix(matrix, chosen, classes, difference=difference),
            title,
            classes,
            difference=difference,
        ),
        key=key,
        on_select=lambda: _follow_click(key, whose, classes),
        alt=alt,
    )


def _show_difference(runs: tuple[ComparedRun, ...], difference: np.ndarray) -> None:
    one, other = (run.label for run in runs)
    errors = difference.copy()
    np.fill_diagonal(errors, 0)
    true, read = np.unravel_index(np.abs(errors).argmax(), errors.shape)
    classes = runs[0].predictions.classes
    apart = f"a {classes[true]} read as {classes[read]}, {errors[true, read]:+d} images"
    alt = f"{other} minus {one}: most apart at {apart}"
    key = "compare.matrix.difference"
    _show_matrix(key, f"{other} − {one}", difference, classes, alt, whose=None, difference=True)


def _follow_click(key: str, whose: str | None, classes: tuple[str, ...]) -> None:
    """Chooses the cell that was clicked; a click beside the cells changes nothing."""
    state: Any = st.session_state.get(key)
    cell = state["selection"].get("cell") if state else None
    if cell:
        st.session_state[_TRUE] = classes.index(cell[0]["true"])
        st.session_state[_READ] = classes.index(cell[0]["read"])
        if whose is not None:
            st.session_state[_WHOSE] = whose


def _choose_commonest_error(runs: tuple[ComparedRun, ...], matrices: list[np.ndarray]) -> None:
    """Chooses the baseline's commonest error until the visitor has chosen a cell of these runs."""
    known = [st.session_state.get(key, len(matrices[0])) for key in (_TRUE, _READ)]
    if st.session_state.get(_WHOSE) not in [run.label for run in runs] or max(known) >= len(matrices[0]):
        st.session_state[_TRUE], st.session_state[_READ], _ = _find_commonest_error(matrices[0])
        st.session_state[_WHOSE] = runs[0].label


def _show_cell(runs: tuple[ComparedRun, ...]) -> None:
    """The images of the chosen cell; the select boxes choose it as a click on a matrix does."""
    classes = runs[0].predictions.classes
    options: dict[str, Any] = {"format_func": lambda at: classes[at]}
    options["width"] = 110 if max(map(len, classes)) <= 3 else 180
    with st.container(horizontal=True, vertical_alignment="bottom"):
        true = st.selectbox("Images of a", range(len(classes)), key=_TRUE, **options)
        read = st.selectbox("read as", range(len(classes)), key=_READ, **options)
        whose = st.segmented_control("by", [run.label for run in runs], key=_WHOSE, required=True)
    run = next(run for run in runs if run.label == whose)
    predictions = run.predictions
    found = np.flatnonzero((predictions.labels == true) & (predictions.answers == read))
    # Cut, not rounded: no confidence reads as 100 %.
    words = [f"{min(math.floor(each * 1000) / 10, 99.9):.1f} %" for each in predictions.confidence[found]]
    count = "1 image" if len(found) == 1 else f"{len(found):,} images"
    title = f"{count} of a {classes[true]} that {run.label} reads as {classes[read]}"
    show_images(found, words, run, title=title, key="cell")
    if len(found):
        st.caption(f"{title}; below each, the confidence.")


def _find_commonest_error(matrix: np.ndarray) -> tuple[int, int, int]:
    """True digit, the answer, and how often."""
    errors = matrix.copy()
    np.fill_diagonal(errors, 0)
    true, read = np.unravel_index(errors.argmax(), errors.shape)
    return int(true), int(read), int(errors[true, read])


def _draw_sheet(images: np.ndarray, words: Sequence[str]) -> str:
    """A PNG on a transparent background as a data URL, ink legible in both themes."""
    cell = SIDE * _SCALE + _GAP
    columns = min(_COLUMNS, len(images))
    rows = -(-len(images) // columns)
    sheet = Image.new("RGBA", (columns * cell, rows * (cell + _LINE)), (0, 0, 0, 0))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for place, (image, line) in enumerate(zip(images, words, strict=True)):
        left, top = place % columns * cell, place // columns * (cell + _LINE)
        tile = Image.new("RGBA", (SIDE * _SCALE, SIDE * _SCALE), (*ImageColor.getrgb(INK), 0))
        tile.putalpha(Image.fromarray(np.kron(image, np.ones((_SCALE, _SCALE), np.uint8))))
        sheet.paste(tile, (left, top))
        pen.text((left + SIDE * _SCALE / 2, top + cell - 2), line, GUIDE, font=font, anchor="ma")
    return as_png_url(sheet)
