"""The Data page's charts, written out as Vega-Lite: Altair's import costs a server 28 MB."""

from typing import Any

import numpy as np
import pyarrow as pa

from digitcnn.lab.datasets.sources import Part
from digitcnn.lab.datasets.summary import SHADES, DataSummary
from digitcnn.web.images import GUIDE, INK
from digitcnn.web.tables import make_table

_DIGIT = {
    "field": "digit",
    "type": "ordinal",
    "axis": {"title": None, "labelAngle": 0, "labelFontSize": 14, "ticks": False, "domain": False},
}
_QUIET = {"view": {"stroke": None}}

COUNTS: dict[str, Any] = {
    "height": 220,
    "mark": {"type": "bar", "cornerRadiusEnd": 2},
    "encoding": {
        "x": _DIGIT,
        "xOffset": {"field": "part", "sort": None},
        "y": {"field": "images", "type": "quantitative", "axis": {"title": None, "format": ",d"}},
        "color": {
            "field": "part",
            "type": "nominal",
            "sort": None,
            "legend": {"title": None, "orient": "top"},
        },
        "tooltip": [
            {"field": "digit", "title": "Digit"},
            {"field": "part", "title": "Part"},
            {"field": "images", "title": "How many", "format": ","},
            {"field": "share", "title": "Of its part", "format": ".1%"},
        ],
    },
    "config": _QUIET,
}

INK_PER_DIGIT: dict[str, Any] = {
    "height": 220,
    "layer": [
        {
            "mark": {"type": "rule", "color": GUIDE},
            "encoding": {"y": {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "bar", "color": INK, "opacity": 0.45, "width": 14, "cornerRadius": 2},
            "encoding": {"y": {"field": "quarter"}, "y2": {"field": "three quarters"}},
        },
        {
            "mark": {"type": "tick", "color": INK, "thickness": 3, "width": 18},
            "encoding": {"y": {"field": "median"}},
        },
    ],
    "encoding": {
        "x": _DIGIT,
        "y": {"type": "quantitative", "axis": {"title": None, "format": ".0%"}, "scale": {"zero": True}},
        "tooltip": [
            {"field": "digit", "title": "Digit"},
            {"field": "median", "title": "Half have less than", "format": ".1%"},
            {"field": "low", "title": "One in twenty less than", "format": ".1%"},
            {"field": "high", "title": "One in twenty more than", "format": ".1%"},
        ],
    },
    "config": _QUIET,
}

SHADES_CHART: dict[str, Any] = {
    "height": 220,
    "mark": {"type": "bar", "color": INK, "cornerRadiusEnd": 2},
    "encoding": {
        "x": {
            "field": "from",
            "type": "ordinal",
            "axis": {
                "title": "from paper (0) to ink (1)",
                "values": [0, 0.25, 0.5, 0.75],
                "format": ".2f",
                "labelAngle": 0,
                "ticks": False,
            },
        },
        "y": {
            "field": "share",
            "type": "quantitative",
            "scale": {"type": "sqrt"},
            "axis": {"title": None, "format": ".0%", "values": [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75]},
        },
        "tooltip": [
            {"field": "from", "title": "From", "format": ".2f"},
            {"field": "to", "title": "To", "format": ".2f"},
            {"field": "share", "title": "Pixels", "format": ".2%"},
        ],
    },
    "config": _QUIET,
}


def tabulate_counts(parts: tuple[Part, ...]) -> pa.Table:
    """A row per part and digit: how many, and which fraction of the part that is."""
    rows = [(part, digit, count) for part in parts for digit, count in enumerate(part.counts)]
    return make_table(
        {
            "digit": [digit for _, digit, _ in rows],
            "part": [part.name for part, _, _ in rows],
            "images": [count for *_, count in rows],
            "share": [count / max(sum(part.counts), 1) for part, _, count in rows],
        }
    )


def tabulate_ink(summary: DataSummary) -> pa.Table:
    """A row per digit: quantiles of how much of the field is ink."""
    names = ("low", "quarter", "median", "three quarters", "high")
    columns = {name: summary.ink[:, at].tolist() for at, name in enumerate(names)}
    return make_table({"digit": list(range(10)), **columns})


def tabulate_shades(summary: DataSummary) -> pa.Table:
    """A row per sixteenth of the way from paper to ink: which fraction of the pixels lies there."""
    edges = np.arange(SHADES + 1) / SHADES
    return make_table(
        {"from": edges[:-1].tolist(), "to": edges[1:].tolist(), "share": summary.shades.tolist()}
    )
