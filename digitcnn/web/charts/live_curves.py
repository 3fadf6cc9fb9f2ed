"""The two charts of a training: accuracy and loss, training thin and validation bold."""

import math
from typing import Any, Literal

import pyarrow as pa

from digitcnn.lab.runs.live import Curves
from digitcnn.web.tables import make_table

Metric = Literal["accuracy", "loss"]

PARTS = ("training", "validation")
_LEFT_OUT = 0.2
"""The share of the training's points that may lie outside: the first and worst would flatten all others."""

_LEGEND: dict[str, Any] = {
    # Above the plot: wherever it stood within, some curve would run through it.
    "orient": "top",
    "symbolType": "stroke",
    "symbolStrokeWidth": 3,
    "padding": 0,
    "offset": 6,
    # A title that there is not takes its room all the same.
    "title": None,
    "titleFontSize": 0,
    "titlePadding": 0,
}


def tabulate_curve(curves: Curves, metric: Metric) -> pa.Table:
    """A row per point: "epoch" (1 at the end of the first one), "value", and which "part" of the images.

    Without a record of what happened within the epochs, the training's points are those of its epochs.
    """
    training = [(row.epoch, getattr(row, metric)) for row in curves.batches] or [
        (row["epoch"] + 1, row[metric]) for row in curves.epochs if metric in row
    ]
    column = f"val_{metric}"
    validation = [(row["epoch"] + 1, row[column]) for row in curves.epochs if column in row]
    points = [(*point, PARTS[0]) for point in training] + [(*point, PARTS[1]) for point in validation]
    return make_table(
        {
            "epoch": [float(point[0]) for point in points],
            "value": [float(point[1]) for point in points],
            "part": [point[2] for point in points],
        }
    )


# Written out instead of built with Altair, whose import costs a server 28 MB.
def spec_of(curves: Curves, metric: Metric, *, height: int = 220) -> dict[str, Any]:
    """The Vega-Lite chart of `tabulate_curve`, in pixels high."""
    y: dict[str, Any] = {
        "field": "value",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True, "domain": _range(curves, metric), "clamp": False},
        "axis": {"title": None, "tickCount": 5, "format": ".1%" if metric == "accuracy" else ".2~f"},
    }
    color = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": list(PARTS)},
        "legend": _LEGEND,
    }
    return {
        "height": height,
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "scale": {"domain": [0, _last_epoch(curves)], "nice": False},
                "axis": {"title": None, "tickMinStep": 1, "format": "d", "grid": True},
            },
            "y": y,
            "color": color,
            "tooltip": [
                {"field": "part", "title": "Images"},
                {"field": "epoch", "title": "Epoch", "format": ".2~f"},
                {"field": "value", "title": metric.capitalize(), "format": ".4f"},
            ],
        },
        "layer": [
            {
                "transform": [{"filter": f"datum.part == '{PARTS[0]}'"}],
                "mark": {"type": "line", "strokeWidth": 1.2, "clip": True},
            },
            {
                "transform": [{"filter": f"datum.part == '{PARTS[1]}'"}],
                "mark": {
                    "type": "line",
                    "strokeWidth": 3,
                    "point": {"size": 40, "filled": True},
                },
            },
        ],
        "padding": {"left": 0, "right": 8, "top": 8, "bottom": 0},
        "config": {"view": {"stroke": None}},
    }


def _last_epoch(curves: Curves) -> int:
    """Where the chart ends: twice as far whenever a training has come to its edge, up to the last epoch."""
    done = max([row.epoch for row in curves.batches[-1:]] + [len(curves.epochs), 1.0])
    return max(1, min(curves.length, 2 ** math.ceil(math.log2(done))))


def _range(curves: Curves, metric: Metric) -> list[float]:
    table = tabulate_curve(curves, metric)
    values, parts = table["value"].to_pylist(), table["part"].to_pylist()
    validation = [value for value, part in zip(values, parts, strict=True) if part == PARTS[1]]
    training = sorted(value for value, part in zip(values, parts, strict=True) if part == PARTS[0])
    left_out = int(len(training) * _LEFT_OUT)
    if metric == "accuracy":
        shown = [*training[left_out:], *validation] or [0.0, 1.0]
        low, high = min(shown), max(shown)
        room = max(0.1 * (high - low), 0.001)
        return [max(0.0, low - room), min(1.0, high + room)]
    shown = [*training[: len(training) - left_out], *validation] or [1.0]
    return [0.0, max(shown) * 1.05]
