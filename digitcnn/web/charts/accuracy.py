"""Accuracy over confidence, disturbance and handwriting, as Vega-Lite: from small tables."""

from collections.abc import Sequence

import pyarrow as pa

from digitcnn.lab.metrics.robustness import Series
from digitcnn.lab.metrics.test_set import Calibration
from digitcnn.web.charts.curves_and_matrices import PLAIN, Spec, color_by_run
from digitcnn.web.images import GUIDE
from digitcnn.web.tables import make_table_of_rows


def tabulate_reliability(calibrations: dict[str, Calibration]) -> pa.Table:
    """A row per bin of each run."""
    rows = [
        {
            "run": run,
            "confidence": each.confidence,
            "accuracy": each.accuracy,
            "answers": each.answers,
            "bin": f"{each.low:.0%} to {each.high:.0%}",
        }
        for run, calibration in calibrations.items()
        for each in calibration.bins
    ]
    return make_table_of_rows(rows)


def spec_of_reliability(labels: Sequence[str]) -> Spec:
    """Accuracy over confidence, and the diagonal on which a model would be that says what is so."""
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}}
    axis = {"format": ".0%", "tickCount": 5}
    return {
        "height": 360,
        "layer": [
            {
                "data": {"values": [{"at": 0}, {"at": 1}]},
                "mark": {"type": "line", "color": GUIDE, "strokeDash": [4, 4], "strokeWidth": 1},
                "encoding": {"x": share | {"field": "at"}, "y": share | {"field": "at"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.6},
                "encoding": {
                    "x": share | {"field": "confidence"},
                    "y": share | {"field": "accuracy"},
                    "color": color_by_run(labels),
                },
            },
            {
                "mark": {"type": "circle", "opacity": 0.9},
                "encoding": {
                    "x": share | {"field": "confidence", "axis": axis | {"title": "confidence"}},
                    "y": share | {"field": "accuracy", "axis": axis | {"title": "right"}},
                    "color": color_by_run(labels),
                    "size": {
                        "field": "answers",
                        "type": "quantitative",
                        "scale": {"type": "sqrt", "range": [30, 320]},
                        "legend": None,
                    },
                    "tooltip": [
                        {"field": "run", "title": "Run"},
                        {"field": "bin", "title": "Confidence"},
                        {"field": "confidence", "title": "Mean confidence", "format": ".1%"},
                        {"field": "accuracy", "title": "Right", "format": ".1%"},
                        {"field": "answers", "title": "Images"},
                    ],
                },
            },
        ],
    }


def tabulate_series(series: dict[str, Series], clean: dict[str, float]) -> pa.Table:
    """A row per run and level of one disturbance, the untouched digits among them."""
    rows = []
    for run, each in series.items():
        points = [(each.untouched, clean[run]), *zip(each.levels, each.accuracies, strict=True)]
        rows += [{"run": run, "level": level, "accuracy": accuracy} for level, accuracy in sorted(points)]
    return make_table_of_rows(rows)


def spec_of_series(labels: Sequence[str], series: Series, *, lowest: float) -> Spec:
    """Accuracy over the levels of one disturbance; `lowest` is where the axis begins, for all alike."""
    fades = series.untouched > max(series.levels)
    return {
        "height": 200,
        "title": {"text": series.kind, "offset": 6},
        "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 28}},
        "encoding": {
            "x": {
                "field": "level",
                "type": "quantitative",
                "scale": {"zero": False, "nice": False, "reverse": fades},
                "axis": {
                    "title": series.unit,
                    "values": sorted([series.untouched, *series.levels]),
                    "labelExpr": PLAIN,
                    "grid": False,
                    "titlePadding": 6,
                },
            },
            "y": {
                "field": "accuracy",
                "type": "quantitative",
                "scale": {"domain": [lowest, 1]},
                "axis": {"title": None, "format": ".0%", "tickCount": 4},
            },
            "color": color_by_run(labels) | {"legend": None},
            "tooltip": [
                {"field": "run", "title": "Run"},
                {"field": "level", "title": series.unit},
                {"field": "accuracy", "title": "Read right", "format": ".1%"},
            ],
        },
    }


def spec_of_legend(labels: Sequence[str]) -> Spec:
    """The names and colors of runs alone, for several small charts below it."""
    return {
        "height": 72,
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"color": color_by_run(labels)},
    }


def spec_of_handwriting(labels: Sequence[str], sets: Sequence[str]) -> Spec:
    """Accuracy per set of handwriting as a dot with its interval, the runs one below the other."""
    place = {
        "field": "set",
        "type": "ordinal",
        "sort": list(sets),
        "axis": {"title": None, "labelLimit": 180},
    }
    offset = {"yOffset": {"field": "run", "type": "nominal", "sort": list(labels)}}
    share = {"type": "quantitative", "scale": {"zero": False, "domainMax": 1}}
    axis = {"title": "read right", "format": ".0%", "tickCount": 6}
    return {
        "height": {"step": max(12, 26 // len(labels) + 6)},
        "encoding": {"y": place, **offset, "color": color_by_run(labels)},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55},
                "encoding": {"x": share | {"field": "low", "axis": axis}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "circle", "size": 70, "opacity": 1},
                "encoding": {
                    "x": share | {"field": "accuracy"},
                    "tooltip": [
                        {"field": "run", "title": "Run"},
                        {"field": "set", "title": "Handwriting"},
                        {"field": "accuracy", "title": "Read right", "format": ".2%"},
                        {"field": "low", "title": "Interval from", "format": ".1%"},
                        {"field": "high", "title": "to", "format": ".1%"},
                        {"field": "digits", "title": "Digits"},
                    ],
                },
            },
        ],
    }
