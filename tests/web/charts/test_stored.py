"""Every chart of `stored/` as Vega-Lite with its data, compared with the chart that the code draws today.

No renderer of Vega is needed: a chart whose specification and data are the same looks the same. After an
intended change, `RENEW=1 python -m pytest tests/web/charts/test_stored.py` writes the files anew; look at the
charts in a browser before you commit them.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pytest

from digitcnn.lab.metrics.test_set import Calibration, ReliabilityBin
from digitcnn.lab.runs.live import Curves
from digitcnn.training.session.batch_log import BatchRow
from digitcnn.web.charts.accuracy import draw_reliability
from digitcnn.web.charts.curves import draw_training
from digitcnn.web.charts.matrices import draw_matrix, tabulate_matrix

STORED = Path(__file__).with_name("stored")

HISTORY = ({"epoch": 0.0, "accuracy": 0.875, "loss": 0.5, "val_accuracy": 0.9375, "val_loss": 0.25},)
BATCHES = (BatchRow(0.5, 0.75, 1.0), BatchRow(1.0, 0.875, 0.5), BatchRow(1.5, 0.90625, 0.375))
CALIBRATION = Calibration(
    0.03125, (ReliabilityBin(0.5, 0.75, 0.625, 0.5, 8), ReliabilityBin(0.75, 1, 0.875, 0.9375, 32))
)
DIFFERENCE = (
    np.diag([2, -1, 0, 0, 0, 0, 0, 0, 0, 0]) + np.eye(10, k=3, dtype=int) - 2 * np.eye(10, k=-5, dtype=int)
)

CHARTS: dict[str, Callable[[], alt.Chart | alt.LayerChart]] = {
    "learning-curve": lambda: draw_training(Curves(BATCHES, HISTORY, 4), "accuracy"),
    "confusion-difference": lambda: draw_matrix(
        tabulate_matrix(DIFFERENCE, (4, 7), difference=True), "deeper − simple", difference=True
    ),
    "reliability": lambda: draw_reliability({"simple": CALIBRATION, "deeper": CALIBRATION}),
}


def describe(chart: alt.Chart | alt.LayerChart) -> Any:
    """The chart as JSON without what each process numbers or hashes by itself."""
    spec: dict[str, Any] = chart.to_dict()
    for number, name in enumerate(spec.get("datasets", {})):
        spec = json.loads(json.dumps(spec).replace(name, f"data-{number}"))
    for number, name in enumerate(sorted({each["name"] for each in spec.get("params", ())} - {"cell"})):
        spec = json.loads(json.dumps(spec).replace(name, f"param-{number}"))
    return json.loads(json.dumps(spec).replace(spec["$schema"], "vega-lite"))


@pytest.mark.parametrize("name", CHARTS)
def test_chart_is_the_stored_one(name: str):
    drawn = describe(CHARTS[name]())
    file = STORED / f"{name}.json"
    if os.environ.get("RENEW"):
        file.write_text(json.dumps(drawn, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert drawn == json.loads(file.read_text(encoding="utf-8"))


def test_a_changed_chart_is_noticed():
    chart = CHARTS["reliability"]()
    assert describe(chart) != describe(chart.properties(height=361))
