"""The ten probabilities as bars."""

from typing import Any

import numpy as np
import pyarrow as pa

from digitcnn.web.images import GUIDE, INK
from digitcnn.web.tables import make_table

_HEIGHT = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None, "stack": None}

# Written out instead of built with Altair, whose import costs a server 28 MB for this one chart.
SPEC: dict[str, Any] = {
    "height": 132,
    "layer": [
        {
            "mark": {"type": "bar", "color": GUIDE, "opacity": 0.14, "cornerRadiusEnd": 3},
            "encoding": {"y": _HEIGHT | {"field": "full"}},
        },
        {
            "mark": {"type": "bar", "cornerRadiusEnd": 3},
            "encoding": {
                "y": _HEIGHT | {"field": "probability"},
                "color": {
                    "field": "answer",
                    "type": "nominal",
                    "scale": {"domain": [True, False], "range": [INK, GUIDE]},
                    "legend": None,
                },
            },
        },
    ],
    "encoding": {
        "x": {
            "field": "digit",
            "type": "ordinal",
            "scale": {"paddingInner": 0.3, "paddingOuter": 0},
            "axis": {"title": None, "labelAngle": 0, "labelFontSize": 14, "ticks": False, "domain": False},
        },
        "tooltip": [
            {"field": "digit", "title": "Digit"},
            {"field": "probability", "title": "Probability", "format": ".1%"},
        ],
    },
    "config": {"view": {"stroke": None}},
}


def tabulate_probabilities(probabilities: np.ndarray, answer: int | None) -> pa.Table:
    """A row per digit: "digit", "probability", the "full" height of its bar, and whether it is the "answer".

    Args:
        probabilities: (10,), zeros where nothing was read.
        answer: the digit that was read, or None.
    """
    digits = list(range(10))
    return make_table(
        {
            "digit": digits,
            "probability": [float(value) for value in probabilities],
            "full": [1.0] * 10,
            "answer": [digit == answer for digit in digits],
        }
    )
