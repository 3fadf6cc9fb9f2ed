"""What accuracy costs: every run by its weights, its accuracy and the seconds of its training."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from digitcnn.lab.runs.catalog import Run, read_test_accuracy
from digitcnn.web.images import AGAINST, INK

CHOSEN = "chosen"
"""The name of the chart's selection, of a run by its name."""

_MNIST = ("mnist", "handwriting")
"""Data sets that are tested with MNIST's test images: only these runs can be compared with each other."""


def tabulate_costs(runs: Sequence[Run]) -> pd.DataFrame:
    """A row per run that was measured on MNIST's test images."""
    return pd.DataFrame(
        [
            {
                "run": run.name,
                "weights": run.record.parameters,
                "accuracy": accuracy,
                "seconds": run.record.seconds,
                "per_weights": 1000 * accuracy / run.record.parameters,
                "per_second": accuracy / run.record.seconds,
                "from": "ships" if run.shipped else "made here",
            }
            for run in runs
            if run.record
            and run.record.settings.get("data", "mnist") in _MNIST
            and run.record.parameters
            and run.record.seconds
            and (accuracy := read_test_accuracy(run)) is not None
        ],
        columns=["run", "weights", "accuracy", "seconds", "per_weights", "per_second", "from"],
    )


def draw_costs(frame: pd.DataFrame) -> alt.Chart:
    """A dot per run: weights to the right, accuracy upward, its area the time of its training."""
    dots = alt.Chart(frame, height=280).mark_circle(opacity=0.75)
    return dots.encode(
        x=alt.X("weights:Q").scale(type="log", nice=True).axis(title="weights", format="~s", tickCount=5),
        y=alt.Y("accuracy:Q").scale(zero=False, nice=True).axis(title="test accuracy", format=".1%"),
        size=alt.Size("seconds:Q").scale(range=[60, 900]).legend(None),
        color=alt.Color("from:N")
        .scale(domain=["ships", "made here"], range=[INK, AGAINST])
        .legend(title=None, orient="top"),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("accuracy:Q", title="Test accuracy", format=".2%"),
            alt.Tooltip("weights:Q", title="Weights", format=","),
            alt.Tooltip("seconds:Q", title="Seconds of training", format=",.0f"),
            alt.Tooltip("per_weights:Q", title="Accuracy per 1,000 weights", format=".2%"),
            alt.Tooltip("per_second:Q", title="Accuracy per second of training", format=".2%"),
        ],
    ).add_params(alt.selection_point(name=CHOSEN, fields=["run"], on="click"))
