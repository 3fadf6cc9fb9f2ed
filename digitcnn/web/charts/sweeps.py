"""A sweep's charts as Vega-Lite: its settings side by side, and what varies as parallel axes."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from digitcnn.lab.sweeps.summary import Group, SweepView, TrialView
from digitcnn.web.charts.curves_and_matrices import Spec
from digitcnn.web.images import GUIDE, INK
from digitcnn.web.tables import make_table_of_rows

MAX_GROUPS = 20
"""In the chart; the table has them all."""

_GOOD = "#E08A2C"


def tabulate_groups(groups: Sequence[Group], trials: Sequence[TrialView]) -> pa.Table:
    """A row per measured trial of these groups, with the mean and interval of its group."""
    measured = {group.label: group for group in groups if group.mean is not None}
    rows: list[dict[str, Any]] = []
    for trial in trials:
        group = measured.get(trial.label)
        if group and trial.state == "finished" and trial.test is not None:
            rows.append(
                {
                    "setting": group.label,
                    "trial": trial.name,
                    "seed": trial.record.seed,
                    "accuracy": trial.test,
                    "mean": group.mean,
                    "low": group.mean if group.low is None else group.low,
                    "high": group.mean if group.high is None else group.high,
                }
            )
    return make_table_of_rows(rows)


def spec_of_groups(groups: Sequence[Group]) -> Spec:
    """Every seed as a small dot, their mean as a large one with its interval, the best setting on top."""
    labels = [group.label for group in groups if group.mean is not None]
    share = {"type": "quantitative", "scale": {"zero": False, "nice": True}}
    axis = {"title": "right on the test images", "format": ".2%", "tickCount": 5}
    tooltip = [
        {"field": "setting", "title": "Setting"},
        {"field": "mean", "title": "Mean", "format": ".2%"},
        {"field": "low", "title": "Interval from", "format": ".2%"},
        {"field": "high", "title": "to", "format": ".2%"},
    ]
    return {
        "height": {"step": 46},
        "encoding": {"y": {"field": "setting", "type": "ordinal", "sort": labels, "axis": None}},
        "layer": [
            # Above its dots a setting takes no width from them, which a phone has little of.
            {
                "transform": [{"aggregate": [{"op": "count", "as": "n"}], "groupby": ["setting"]}],
                "mark": {"type": "text", "align": "left", "dy": -14, "fontSize": 12, "color": GUIDE},
                "encoding": {"x": {"value": 2}, "text": {"field": "setting"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55, "color": INK},
                "encoding": {"x": share | {"field": "low", "axis": axis}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "size": 36, "opacity": 0.8, "color": _GOOD},
                "encoding": {
                    "x": share | {"field": "accuracy"},
                    "tooltip": [
                        {"field": "trial", "title": "Trial"},
                        {"field": "accuracy", "title": "Test", "format": ".2%"},
                    ],
                },
            },
            {
                "mark": {"type": "circle", "size": 90, "opacity": 1, "color": INK},
                "encoding": {"x": share | {"field": "mean"}, "tooltip": tooltip},
            },
        ],
    }


def tabulate_axes(view: SweepView) -> pa.Table:
    """A row per trial with a result and axis: "place" is where it crosses the axis, 0 at the bottom to 1.

    Numbers stand in their order and as far apart as they are, everything else at equal distances.
    """
    trials = [trial for trial in view.trials if trial.best is not None]
    rows: list[dict[str, Any]] = []
    for axis in axes_of(view):
        values = [_value(trial, axis) for trial in trials]
        for trial, value, place in zip(trials, values, _places(values), strict=True):
            rows.append(
                {
                    "trial": trial.name,
                    "axis": axis.replace("_", " "),
                    "place": place,
                    "value": f"{value:.2%}" if axis == RESULT else str(value),
                    "accuracy": trial.best,
                }
            )
    return make_table_of_rows(rows)


RESULT = "validation"


def axes_of(view: SweepView) -> list[str]:
    """The axes: the preset where there are several, what varies, and the result."""
    presets = {trial.record.preset for trial in view.trials}
    varied = dict.fromkeys(name for trial in view.trials for name in trial.record.varied)
    return [*(["preset"] if len(presets) > 1 else []), *varied, RESULT]


def spec_of_axes(view: SweepView) -> Spec:
    """A line per trial across the axes, the better ones darker."""
    position = {
        "field": "axis",
        "type": "nominal",
        "sort": [axis.replace("_", " ") for axis in axes_of(view)],
        "scale": {"type": "point", "padding": 0.2},
        "axis": {"title": None, "orient": "top", "labelAngle": 0, "labelFontWeight": 600, "grid": True},
    }
    return {
        "height": 300,
        "encoding": {
            "x": position,
            "y": {
                "field": "place",
                "type": "quantitative",
                "scale": {"domain": [-0.12, 1.14], "nice": False},
                "axis": None,
            },
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.7},
                "encoding": {
                    "detail": {"field": "trial"},
                    "color": {
                        "field": "accuracy",
                        "type": "quantitative",
                        "scale": {"zero": False},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "circle", "size": 30, "opacity": 0.8},
                "encoding": {
                    "color": {"field": "accuracy", "type": "quantitative"},
                    "tooltip": [
                        {"field": "trial", "title": "Trial"},
                        {"field": "axis", "title": "Setting"},
                        {"field": "value", "title": "Value"},
                        {"field": "accuracy", "title": "Best validation", "format": ".2%"},
                    ],
                },
            },
            _end_of_axis(0, down=14),
            _end_of_axis(1, down=-12),
        ],
        "config": {"view": {"stroke": None}},
    }


def _end_of_axis(place: int, *, down: int) -> Spec:
    """The value at one end of every axis, so many pixels below it."""
    return {
        "transform": [
            {"aggregate": [{"op": "count", "as": "n"}], "groupby": ["axis", "place", "value"]},
            {"filter": f"datum.place == {place}"},
        ],
        "mark": {"type": "text", "dy": down, "fontSize": 12, "color": GUIDE},
        "encoding": {"text": {"field": "value"}},
    }


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
