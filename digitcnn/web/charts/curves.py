"""Learning curves: of a training as it grows, and of several runs in one chart."""

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from digitcnn.lab.runs.curves import Curve, Metric
from digitcnn.lab.runs.live import Curves
from digitcnn.lab.runs.run_table import format_change
from digitcnn.web.charts.show import PLAIN_NUMBER, color_by_run, line_legend

PARTS = ("training", "validation")

CHANGE = "#868C98"
"""The color of a rule that marks a change: seen on light and on dark, and behind every curve."""

_OUTLIERS = 0.2
"""The share of a training's points that may lie outside: the first and worst would flatten all others."""

_MIN_ERROR = 1e-4
"""The smallest error that a log axis shows."""


def tabulate_curves(curves: Sequence[Curve], metric: Metric, *, log: bool) -> pd.DataFrame:
    """A row per epoch of each curve of one metric; on a log axis accuracy becomes the error, 1 - accuracy."""
    rows = [
        (curve.run, curve.part, epoch, raw, value)
        for curve in curves
        if curve.metric == metric
        for epoch, raw, value in zip(curve.epochs, curve.raw, curve.smoothed, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["run", "part", "epoch", "raw", "value"])
    if log:
        values = frame[["raw", "value"]].astype(float)
        frame[["raw", "value"]] = (1 - values if metric == "accuracy" else values).clip(lower=_MIN_ERROR)
    return frame


def draw_curves(
    frame: pd.DataFrame, labels: Sequence[str], title: str, *, log: bool, smoothed: bool
) -> alt.LayerChart:
    """The curves of several runs, from `tabulate_curves`, each named at its end.

    If `smoothed`, the raw values stand faintly behind. A linear axis leaves out the worst fifth of the
    points, beside which the runs would look the same.
    """
    x = alt.X("epoch:Q").scale(nice=False)
    y = alt.Y("value:Q").scale(type="log" if log else "linear", zero=False, nice=not log)
    base = alt.Chart().encode(
        x=x.axis(title="epoch", tickMinStep=1, format="d", grid=False, tickCount=10),
        y=y.axis(title=None, tickCount=5, labelExpr=PLAIN_NUMBER),
        color=color_by_run(labels),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("part:N", title="Images"),
            alt.Tooltip("epoch:Q", title="Epoch"),
            alt.Tooltip("raw:Q", title=title, format=".4f"),
        ],
    )
    layers = _draw_parts(base, training_points=14, validation_points=14)
    if smoothed:
        faint = base.mark_line(strokeWidth=1, opacity=0.25).encode(y=alt.Y("raw:Q"), detail="part:N")
        layers.insert(0, faint)
    if not log:
        frame = _zoom(frame, "loss" if title == "Loss" else "accuracy")
    named = base.transform_filter("isValid(datum.label)").mark_text(align="right", dy=-9)
    layers.append(named.encode(y="label:Q", text="run:N"))
    frame = _place_labels(frame, apart=0.0 if log else 0.06)
    return alt.LayerChart(data=frame, layer=layers, height=340, title=alt.Title(title, offset=8))


def _zoom(frame: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The rows without the worst points, but with the last epoch of every run."""
    is_last = frame["epoch"] == frame.groupby("run")["epoch"].transform("max")
    edge = frame["value"].quantile(_OUTLIERS if metric == "accuracy" else 1 - _OUTLIERS)
    return frame.loc[is_last | (frame["value"] >= edge if metric == "accuracy" else frame["value"] <= edge)]


def _place_labels(frame: pd.DataFrame, *, apart: float) -> pd.DataFrame:
    """Adds a column "label" at the end of each run's validation: its height, a share of the axis apart."""
    ends = (
        frame.loc[frame["part"] == PARTS[1]].sort_values("epoch").groupby("run").tail(1).sort_values("value")
    )
    step, heights = apart * (frame["value"].max() - frame["value"].min()), []
    for value in ends["value"]:
        heights.append(max([value, *(height + step for height in heights[-1:])]))
    return frame.assign(label=pd.Series(heights, index=ends.index, dtype=float))


def tabulate_training(curves: Curves, metric: Metric) -> pd.DataFrame:
    """A row per point: "epoch" (1 at the end of the first one), "value", and which "part" of the images.

    A row per change while it trained has its "epoch" and, as "change", its words instead. Without a
    record within the epochs, the training's points are those of its epochs.
    """
    training = [(row.epoch, getattr(row, metric)) for row in curves.batches] or [
        (row["epoch"] + 1, row[metric]) for row in curves.epochs if metric in row
    ]
    column = f"val_{metric}"
    validation = [(row["epoch"] + 1, row[column]) for row in curves.epochs if column in row]
    points = [(*point, PARTS[0]) for point in training] + [(*point, PARTS[1]) for point in validation]
    frame = pd.DataFrame(points, columns=["epoch", "value", "part"]).astype({"epoch": float, "value": float})
    changes = [(each.epoch, format_change(each)) for each in curves.changes]
    return pd.concat([frame, pd.DataFrame(changes, columns=["epoch", "change"])])


def draw_training(curves: Curves, metric: Metric, *, height: int = 220) -> alt.LayerChart:
    """One metric of a training as far as it has come, in pixels high."""
    frame = tabulate_training(curves, metric)
    x = alt.X("epoch:Q").scale(domain=[0, _last_epoch(curves)], nice=False)
    y = alt.Y("value:Q").scale(domain=_find_range(frame, metric), zero=False)
    base = alt.Chart().encode(
        x=x.axis(title=None, tickMinStep=1, format="d", grid=True),
        y=y.axis(title=None, tickCount=5, format=".1%" if metric == "accuracy" else ".2~f"),
        # A title that is not there takes its room unless its size is 0.
        color=alt.Color("part:N")
        .scale(domain=list(PARTS))
        .legend(**line_legend(padding=0, offset=6, titleFontSize=0, titlePadding=0)),
        tooltip=[
            alt.Tooltip("part:N", title="Images"),
            alt.Tooltip("epoch:Q", title="Epoch", format=".2~f"),
            alt.Tooltip("value:Q", title=metric.capitalize(), format=".4f"),
        ],
    )
    changes = (
        alt.Chart()
        .transform_filter("isValid(datum.change)")
        .mark_rule(color=CHANGE, strokeDash=[4, 3], strokeWidth=1.5)
        .encode(x=x, tooltip=alt.Tooltip("change:N", title="While it trained"))
    )
    parts = _draw_parts(base, training_points=0, validation_points=40)
    # A mark without anything to draw has no name that a screen reader could say.
    layers = [changes, *parts] if curves.changes else parts
    padding = {"left": 0, "right": 8, "top": 8, "bottom": 0}
    return alt.LayerChart(data=frame, layer=layers, height=height, padding=padding).configure_view(
        stroke=None
    )


def _draw_parts(base: alt.Chart, *, training_points: int, validation_points: int) -> list[alt.Chart]:
    """Training thin, validation bold, with points of these sizes in square pixels."""
    return [
        base.transform_filter(f"datum.part == '{part}'").mark_line(
            strokeWidth=width,
            clip=True if not size else alt.Undefined,
            point={"size": size} if size else False,
        )
        for part, width, size in zip(PARTS, (1.25, 3), (training_points, validation_points), strict=True)
    ]


def _last_epoch(curves: Curves) -> int:
    """Where the chart ends: twice as far whenever a training has come to its edge, up to the last epoch."""
    done = max([row.epoch for row in curves.batches[-1:]] + [len(curves.epochs), 1.0])
    return max(1, min(curves.length, 2 ** math.ceil(math.log2(done))))


def _find_range(frame: pd.DataFrame, metric: Metric) -> list[float]:
    """The ends of the axis of values: all of validation, and training without its worst points."""
    validation = frame["value"][frame["part"] == PARTS[1]].tolist()
    training = sorted(frame["value"][frame["part"] == PARTS[0]])
    outliers = int(len(training) * _OUTLIERS)
    if metric == "accuracy":
        shown = [*training[outliers:], *validation] or [0.0, 1.0]
        low, high = min(shown), max(shown)
        room = max(0.1 * (high - low), 0.001)
        return [max(0.0, low - room), min(1.0, high + room)]
    shown = [*training[: len(training) - outliers], *validation] or [1.0]
    return [0.0, max(shown) * 1.05]
