"""A sweep's charts: its settings side by side, and what varies as parallel axes."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from digitcnn.lab.sweeps.summary import Group, SweepView, TrialView
from digitcnn.web.images import AGAINST, GUIDE, INK

MAX_GROUPS = 20
"""In the chart; the table has them all."""

RESULT = "validation"
"""The last of the parallel axes."""


def tabulate_groups(groups: Sequence[Group], trials: Sequence[TrialView]) -> pd.DataFrame:
    """A row per measured trial of these groups, with the mean and interval of its group."""
    measured = {group.label: group for group in groups if group.mean is not None}
    return pd.DataFrame(
        {
            "setting": group.label,
            "trial": trial.name,
            "seed": trial.record.seed,
            "accuracy": trial.test,
            "mean": group.mean,
            "low": group.mean if group.low is None else group.low,
            "high": group.mean if group.high is None else group.high,
        }
        for trial in trials
        if trial.state == "finished" and trial.test is not None and (group := measured.get(trial.label))
    )


def draw_groups(groups: Sequence[Group], trials: Sequence[TrialView]) -> alt.LayerChart:
    """Every seed as a small dot, their mean as a large one with its interval, the best setting on top."""
    labels = [group.label for group in groups if group.mean is not None]

    def place(field: str) -> alt.X:
        axis = alt.Axis(title="right on the test images", format=".2%", tickCount=5)
        return alt.X(f"{field}:Q", scale=alt.Scale(zero=False, nice=True), axis=axis)

    base = alt.Chart().encode(y=alt.Y("setting:O").sort(labels).axis(None))
    layers = [
        # Above its dots a setting takes no width from them, which a phone has little of.
        base.transform_aggregate(n="count()", groupby=["setting"])
        .mark_text(align="left", dy=-14, fontSize=12, color=GUIDE)
        .encode(x=alt.value(2), text="setting:N"),
        base.mark_rule(strokeWidth=2, opacity=0.55, color=INK).encode(x=place("low"), x2="high"),
        base.mark_point(size=36, opacity=0.8, color=AGAINST).encode(
            x=place("accuracy"),
            tooltip=[
                alt.Tooltip("trial:N", title="Trial"),
                alt.Tooltip("accuracy:Q", title="Test", format=".2%"),
            ],
        ),
        base.mark_circle(size=90, opacity=1, color=INK).encode(
            x=place("mean"),
            tooltip=[
                alt.Tooltip("setting:N", title="Setting"),
                alt.Tooltip("mean:Q", title="Mean", format=".2%"),
                alt.Tooltip("low:Q", title="Interval from", format=".2%"),
                alt.Tooltip("high:Q", title="to", format=".2%"),
            ],
        ),
    ]
    return alt.LayerChart(data=tabulate_groups(groups, trials), layer=layers, height=60 + 46 * len(groups))


def tabulate_axes(view: SweepView) -> pd.DataFrame:
    """A row per trial with a result and axis: "place" is where it crosses the axis, 0 at the bottom to 1.

    Numbers keep their order and distances; everything else stands at equal distances.
    """
    trials = [trial for trial in view.trials if trial.best is not None]
    rows = []
    for axis in axes_of(view):
        values = [_value(trial, axis) for trial in trials]
        for trial, value, place in zip(trials, values, _places(values), strict=True):
            shown = f"{value:.2%}" if axis == RESULT else str(value)
            rows.append((trial.name, axis.replace("_", " "), place, shown, trial.best))
    return pd.DataFrame(rows, columns=["trial", "axis", "place", "value", "accuracy"])


def axes_of(view: SweepView) -> list[str]:
    """The axes: the preset where there are several, what varies, and the result."""
    presets = {trial.record.preset for trial in view.trials}
    varied = dict.fromkeys(name for trial in view.trials for name in trial.record.varied)
    return [*(["preset"] if len(presets) > 1 else []), *varied, RESULT]


def draw_axes(view: SweepView) -> alt.LayerChart:
    """A line per trial across the axes, the better ones darker."""
    base = alt.Chart().encode(
        x=alt.X("axis:N")
        .sort([axis.replace("_", " ") for axis in axes_of(view)])
        .scale(type="point", padding=0.2)
        .axis(title=None, orient="top", labelAngle=0, labelFontWeight=600, grid=True),
        y=alt.Y("place:Q").scale(domain=[-0.12, 1.14], nice=False).axis(None),
    )
    colored = base.encode(color=alt.Color("accuracy:Q").scale(zero=False).legend(None))
    lines = colored.mark_line(strokeWidth=1.5, opacity=0.7).encode(detail="trial:N")
    dots = colored.mark_circle(size=30, opacity=0.8).encode(
        tooltip=[
            alt.Tooltip("trial:N", title="Trial"),
            alt.Tooltip("axis:N", title="Setting"),
            alt.Tooltip("value:N", title="Value"),
            alt.Tooltip("accuracy:Q", title="Best validation", format=".2%"),
        ]
    )
    # The value at each end of an axis: below its lower end, above its upper one.
    ends = [
        base.transform_aggregate(n="count()", groupby=["axis", "place", "value"])
        .transform_filter(f"datum.place == {place}")
        .mark_text(dy=down, fontSize=12, color=GUIDE)
        .encode(text="value:N")
        for place, down in ((0, 14), (1, -12))
    ]
    chart = alt.LayerChart(data=tabulate_axes(view), layer=[lines, dots, *ends], height=300)
    return chart.configure_view(stroke=None)


def _value(trial: TrialView, axis: str) -> Any:
    if axis == RESULT:
        return trial.best
    return trial.record.preset if axis == "preset" else trial.record.varied.get(axis, "–")


def _places(values: Sequence[Any]) -> list[float]:
    if all(type(value) in (int, float) for value in values):
        low, high = min(values), max(values)
        return [0.5 if high == low else (value - low) / (high - low) for value in values]
    words = sorted({str(value) for value in values})
    return [0.5 if len(words) == 1 else words.index(str(value)) / (len(words) - 1) for value in values]
