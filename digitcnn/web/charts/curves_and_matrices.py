"""Learning curves and confusion matrices as Vega-Lite: from small tables, in the theme's colors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from digitcnn.lab.runs.curves import Curve, Metric
from digitcnn.web.images import GUIDE
from digitcnn.web.tables import make_table

Spec = dict[str, Any]

MORE, FEWER = "#D55E00", "#0072B2"
"""Okabe and Ito's vermilion and blue: where the challenger errs more often, and where less."""

PLAIN = "format(datum.value, '~r')"
"""A label that is the number itself: Vega's own formats would say 10 as 1e+1."""

_MIN_ERROR = 1e-4


def color_by_run(labels: Sequence[str]) -> Spec:
    """The baseline in the theme's first color, blue, the challengers in the next: orange and so on."""
    legend = {
        "title": None,
        "orient": "top",
        "columns": 3,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "symbolOpacity": 1,
    }
    return {"field": "run", "type": "nominal", "scale": {"domain": list(labels)}, "legend": legend}


def tabulate_curves(curves: Sequence[Curve], metric: Metric, *, log: bool) -> pa.Table:
    """A row per epoch of each curve of one metric; on a log axis accuracy becomes the error, 1 - accuracy."""
    rows = [
        {"run": curve.run, "part": curve.part, "epoch": epoch, "raw": raw, "value": value}
        for curve in curves
        if curve.metric == metric
        for epoch, raw, value in zip(curve.epochs, curve.raw, curve.smoothed, strict=True)
    ]
    if log:
        for row in rows:
            for key in ("raw", "value"):
                row[key] = max(1 - row[key] if metric == "accuracy" else row[key], _MIN_ERROR)
    names = ("run", "part", "epoch", "raw", "value")
    return make_table({name: [row[name] for row in rows] for name in names})


def spec_of_curves(labels: Sequence[str], title: str, *, log: bool, smoothed: bool) -> Spec:
    """Learning curves of one metric, training thin, validation bold."""
    height = {
        "type": "quantitative",
        "scale": {"type": "log" if log else "linear", "zero": False, "nice": not log},
        "axis": {"title": None, "tickCount": 5, "labelExpr": PLAIN},
    }
    line = {
        "encoding": {
            "y": height | {"field": "value"},
            "strokeWidth": {
                "field": "part",
                "type": "ordinal",
                "scale": {"domain": ["training", "validation"], "range": [1.25, 3]},
                "legend": None,
            },
        },
        "mark": {"type": "line", "interpolate": "linear", "point": {"size": 14}},
    }
    faint = {
        "encoding": {"y": height | {"field": "raw"}, "detail": {"field": "part"}},
        "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.25},
    }
    return {
        "height": 340,
        "title": {"text": title, "offset": 8},
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "scale": {"nice": False},
                "axis": {"title": "epoch", "tickMinStep": 1, "format": "d", "grid": False, "tickCount": 10},
            },
            "color": color_by_run(labels),
            "tooltip": [
                {"field": "run", "title": "Run"},
                {"field": "part", "title": "Images"},
                {"field": "epoch", "title": "Epoch"},
                {"field": "raw", "title": title, "format": ".4f"},
            ],
        },
        "layer": [faint, line] if smoothed else [line],
    }


def tabulate_matrix(matrix: np.ndarray, chosen: tuple[int, int], *, difference: bool = False) -> pa.Table:
    """A row per cell of a (10, 10) matrix [true, read].

    "strength", 0-1, is what the cell's color is made of: its share of the largest one off the
    diagonal. The diagonal is what is right, and has none. In a difference, "way" says which way it
    goes; "chosen" is true for one cell.
    """
    matrix = np.asarray(matrix)
    errors = np.abs(matrix.astype(float))
    np.fill_diagonal(errors, 0.0)
    strength = np.sqrt(errors / max(errors.max(), 1.0))
    true, read = np.divmod(np.arange(100), 10)
    counts = matrix.reshape(-1).tolist()
    ways = np.where(
        true == read, "same", np.array(["fewer", "same", "more"])[np.sign(matrix).reshape(-1) + 1]
    )
    if difference:
        shown = [f"{count:+d}".replace("-", "−") if count else "" for count in counts]
    else:
        shown = [str(count) if count else "" for count in counts]
    return make_table(
        {
            "true": true.tolist(),
            "read": read.tolist(),
            "count": counts,
            "shown": shown,
            "strength": strength.reshape(-1).tolist(),
            "way": ways.tolist(),
            "chosen": ((true == chosen[0]) & (read == chosen[1])).tolist(),
        }
    )


def spec_of_matrix(title: str, *, difference: bool = False) -> Spec:
    """A confusion matrix, or the difference of two: cells that can be chosen.

    Color is one hue at a growing strength, so that the count stays legible on it in both themes;
    the numbers' own color comes from `compare.css`.
    """
    axis = {"labelAngle": 0, "ticks": False, "domain": False, "labelPadding": 6, "titlePadding": 6}
    color: Spec = {"value": GUIDE}
    if difference:
        color = {
            "field": "way",
            "type": "nominal",
            "scale": {"domain": ["more", "same", "fewer"], "range": [MORE, GUIDE, FEWER]},
            "legend": None,
        }
    return {
        "height": 300,
        "title": {"text": title, "offset": 8},
        "encoding": {
            "x": {
                "field": "read",
                "type": "ordinal",
                "axis": axis | {"title": "read as", "orient": "bottom"},
            },
            "y": {"field": "true", "type": "ordinal", "axis": axis | {"title": "true digit"}},
            "tooltip": [
                {"field": "true", "title": "True digit"},
                {"field": "read", "title": "Read as"},
                {"field": "count", "title": "Difference" if difference else "Images"},
            ],
        },
        "layer": [
            {
                "params": [
                    {"name": "cell", "select": {"type": "point", "fields": ["true", "read"], "toggle": False}}
                ],
                "mark": {"type": "rect", "cornerRadius": 2, "cursor": "pointer"},
                "encoding": {
                    "color": color,
                    "fillOpacity": {
                        "field": "strength",
                        "type": "quantitative",
                        "scale": {"domain": [0, 1], "range": [0.05, 0.62]},
                        "legend": None,
                    },
                    "stroke": {
                        "condition": {"test": "datum.chosen", "value": GUIDE},
                        "value": "transparent",
                    },
                    "strokeWidth": {"value": 2},
                },
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {"text": {"field": "shown"}},
            },
        ],
    }
