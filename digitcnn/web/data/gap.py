"""MNIST beside pen strokes: the difference that test accuracy does not show."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from digitcnn.lab.datasets.summary import DataSummary, nearest_mean
from digitcnn.lab.datasets.views import Shapes, measure_shapes, share_read, squeeze_canvas
from digitcnn.lab.runs.scores import MNIST_TEST, ModelScore, read_scores
from digitcnn.recognition.reader import DEFAULT_MODEL
from digitcnn.run_folder import SHIPPED, RunFolder
from digitcnn.web.data.panels import show_sheet
from digitcnn.web.images import sheet_of_differences, sheet_of_digits
from digitcnn.web.models import list_models
from digitcnn.web.text import format_percent

BASELINE = "simple"

_SHOWN = 12
_ROWS: dict[str, Callable[[Shapes], str]] = {
    "Ink, of the whole field": lambda shapes: format_percent(shapes.ink),
    "Width, of the height": lambda shapes: format_percent(shapes.width),
    "Lean to the right": lambda shapes: f"{shapes.slant:.1f}°",
    "Width of the strokes": lambda shapes: f"{shapes.thickness:.2f} pixels",
}


def show_gap(first: DataSummary, first_title: str, pens: DataSummary) -> None:
    """Both sets side by side, and how well a model trained on only the one reads the other.

    Args:
        first: MNIST or its stand-in.
        first_title: its name.
        pens: the pen strokes.
    """
    left, right = st.columns(2, gap="medium")
    for place, summary, title in ((left, first, first_title), (right, pens, "Pen strokes")):
        with place:
            sheet = sheet_of_digits(summary.test_samples[:, :_SHOWN])
            show_sheet(sheet, f"{_SHOWN} test digits of each kind from {title}", title)
    show_sheet(
        sheet_of_differences(pens.means / pens.means.max() - first.means / first.means.max()),
        f"The average pen-drawn digit less the average of {first_title}, for 0 to 9",
        f"The averages compared: blue where pen strokes have more ink, orange where {first_title} has more.",
    )
    _show_shapes(first, first_title, pens)
    st.markdown(_explain(first, first_title, pens))
    _show_asked(first, first_title, pens)
    scores = [score for score in read_scores(SHIPPED) if score.model in (BASELINE, DEFAULT_MODEL)]
    if measured := [score for score in scores if len(score.accuracies) > 1]:
        st.markdown("**On all the real handwriting that they were measured on**")
        _show_recorded(measured)


def _show_shapes(first: DataSummary, first_title: str, pens: DataSummary) -> None:
    sets = {first_title: measure_shapes(first.samples), "Pen strokes": measure_shapes(pens.samples)}
    columns = {title: {row: form(shapes) for row, form in _ROWS.items()} for title, shapes in sets.items()}
    st.dataframe(
        pd.DataFrame(columns).rename_axis("Median of the training digits"),
        width=560,
        alt=f"How digits of {first_title} and pen-drawn digits are shaped",
    )


def _explain(first: DataSummary, first_title: str, pens: DataSummary) -> str:
    """Why the sets differ, with figures of both."""
    flat = pens.test_samples.reshape(-1, 28, 28)
    labels = [digit for digit in range(10) for _ in range(pens.test_samples.shape[1])]
    crossed = float((nearest_mean(flat, first.means) == labels).mean())
    return (
        "Both are the same ten digits, in the same 28 × 28 pixels. They differ in hands, schools and tools: "
        "a 1 with or without its flag, a crossed 7, a 4 of two strokes, an open 8. "
        f"The ten averages of {first_title} read {format_percent(first.near_own)} of its own test digits and "
        f"{format_percent(crossed)} of the pen strokes.\n\n"
        "They also differ in how a canvas becomes pixels. Many apps squeeze the whole canvas into 28 × 28, "
        "which leaves each digit at the size and place it was drawn, as no digit in MNIST is. This app "
        "draws the strokes again in the way MNIST was made: fitted into 20 pixels, centered by mass. **A "
        "model's test accuracy shows neither difference**: it is measured on the habits of the set that the "
        "model learned from."
    )


def _show_recorded(scores: list[ModelScore]) -> None:
    """The accuracies on MNIST and real handwriting from the models' run folders."""
    _show_table({score.model: score.accuracies for score in scores})
    known = next((score.accuracies for score in scores if score.model == BASELINE), {})
    if MNIST_TEST in known and len(known) > 1:
        worst, title = min((value, title) for title, value in known.items() if title != MNIST_TEST)
        st.caption(
            f"`{BASELINE}` misreads {format_percent(1 - known[MNIST_TEST])} of MNIST's test images and "
            f"{format_percent(1 - worst)} of “{title}”. Every figure is read from the model's own run folder."
        )


def _show_asked(first: DataSummary, first_title: str, pens: DataSummary) -> None:
    """How many of the test digits shown here the models read, measured now."""
    titles = [f"{first_title}, test", "Pen strokes, test", "The same, canvas squeezed"]
    squeezed = squeeze_canvas(pens.test_samples.reshape(-1, 28, 28), seed=0).reshape(pens.test_samples.shape)
    samples = dict(zip(titles, (first.test_samples, pens.test_samples, squeezed), strict=True))
    shares = {
        model.name: {title: _ask(model.name, model.changed, each) for title, each in samples.items()}
        for model in list_models()
        if model.name in (BASELINE, DEFAULT_MODEL)
    }
    if not shares:
        return
    _show_table(shares)
    count = pens.test_samples.shape[0] * pens.test_samples.shape[1]
    show_sheet(
        sheet_of_digits(squeezed[np.newaxis, :, 0]),
        "A pen-drawn digit of each kind, as large and where it was drawn",
        f"Measured just now, {count} test digits of each set. In the last column, the same pen strokes fill "
        "half to all of a canvas that is squeezed into 28 × 28, anywhere on it; some are shown here. "
        f"`{DEFAULT_MODEL}` has learned from pen strokes, too, but of other writers.",
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _ask(model: str, changed: int, samples: np.ndarray) -> float:
    del changed  # Part of the cache key: a newly trained model is measured again.
    return share_read(RunFolder(SHIPPED / model), samples)


def _show_table(shares: dict[str, dict[str, float]]) -> None:
    """The shares of digits that each model reads right, 0-1 by what was read, as bars."""
    frame = 100 * pd.DataFrame(shares).T.rename_axis("Model")
    bar = st.column_config.ProgressColumn(format="%.1f %%", min_value=0.0, max_value=100.0)
    st.dataframe(
        frame,
        column_config=dict.fromkeys(frame.columns, bar),
        alt="Share of digits read right, by model and by what was read",
    )
