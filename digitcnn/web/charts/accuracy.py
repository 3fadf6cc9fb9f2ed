"""Accuracy over confidence, over the levels of a disturbance, and on several kinds of handwriting."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from digitcnn.lab.metrics.robustness import Series
from digitcnn.lab.metrics.test_set import Calibration
from digitcnn.web.charts.show import PLAIN_NUMBER, color_by_run
from digitcnn.web.images import GUIDE


def tabulate_reliability(calibrations: Mapping[str, Calibration]) -> pd.DataFrame:
    """A row per bin of each run."""
    rows = [
        (run, each.confidence, each.accuracy, each.answers, f"{each.low:.0%} to {each.high:.0%}")
        for run, calibration in calibrations.items()
        for each in calibration.bins
    ]
    return pd.DataFrame(rows, columns=["run", "confidence", "accuracy", "answers", "bin"])


def draw_reliability(calibrations: Mapping[str, Calibration]) -> alt.LayerChart:
    """Accuracy over confidence, beside the diagonal of perfect calibration."""
    axis = {"format": ".0%", "tickCount": 5}

    def encode(chart: alt.Chart, across: str, up: str) -> alt.Chart:
        return chart.encode(
            x=alt.X(across, type="quantitative").scale(domain=[0, 1]).axis(title="confidence", **axis),
            y=alt.Y(up, type="quantitative").scale(domain=[0, 1]).axis(title="right", **axis),
        )

    ends = alt.Chart(alt.InlineData([{"at": 0}, {"at": 1}]))
    diagonal = encode(ends.mark_line(color=GUIDE, strokeDash=[4, 4], strokeWidth=1), "at", "at")
    base = encode(alt.Chart(), "confidence", "accuracy").encode(color=color_by_run(list(calibrations)))
    dots = base.mark_circle(opacity=0.9).encode(
        size=alt.Size("answers:Q").scale(type="sqrt", range=[30, 320]).legend(None),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("bin:N", title="Confidence"),
            alt.Tooltip("confidence:Q", title="Mean confidence", format=".1%"),
            alt.Tooltip("accuracy:Q", title="Right", format=".1%"),
            alt.Tooltip("answers:Q", title="Images"),
        ],
    )
    lines = base.mark_line(strokeWidth=1.5, opacity=0.6)
    frame = tabulate_reliability(calibrations)
    return alt.LayerChart(data=frame, layer=[diagonal, lines, dots], height=360)


def tabulate_series(series: Mapping[str, Series], clean: Mapping[str, float]) -> pd.DataFrame:
    """A row per run and level of one disturbance, the untouched digits among them."""
    rows = [
        (run, level, accuracy)
        for run, each in series.items()
        for level, accuracy in sorted(
            [(each.untouched, clean[run]), *zip(each.levels, each.accuracies, strict=True)]
        )
    ]
    return pd.DataFrame(rows, columns=["run", "level", "accuracy"])


def draw_series(
    series: Mapping[str, Series], clean: Mapping[str, float], labels: Sequence[str], *, lowest: float
) -> alt.Chart:
    """Accuracy over the levels of one disturbance; `lowest` is where the axis begins, for all alike."""
    one = next(iter(series.values()))
    levels = {"values": sorted([one.untouched, *one.levels]), "labelExpr": PLAIN_NUMBER}
    return (
        alt.Chart(tabulate_series(series, clean), height=200, title=alt.Title(one.kind, offset=6))
        .mark_line(strokeWidth=2, point={"size": 28})
        .encode(
            x=alt.X("level:Q")
            .scale(zero=False, nice=False, reverse=one.untouched > max(one.levels))
            .axis(title=one.unit, grid=False, titlePadding=6, **levels),
            y=alt.Y("accuracy:Q").scale(domain=[lowest, 1]).axis(title=None, format=".0%", tickCount=4),
            color=color_by_run(labels).legend(None),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("level:Q", title=one.unit),
                alt.Tooltip("accuracy:Q", title="Read right", format=".1%"),
            ],
        )
    )


def draw_legend(shown: Sequence[str], labels: Sequence[str]) -> alt.Chart:
    """The names and colors of runs alone, for several small charts below it."""
    frame = pd.DataFrame({"run": shown})
    return alt.Chart(frame, height=72).mark_point(opacity=0).encode(color=color_by_run(labels))


def draw_handwriting(frame: pd.DataFrame, labels: Sequence[str]) -> alt.LayerChart:
    """Accuracy per set of handwriting as a dot with its interval, the runs one below the other.

    Args:
        frame: a row per "run" and "set", with "accuracy" and the ends "low" and "high" of its interval,
            fractions 0-1, and the number of "digits".
        labels: of all runs, in the order of their colors.
    """
    scale = alt.Scale(zero=False, domainMax=1)
    axis = alt.Axis(title="read right", format=".0%", tickCount=6)
    base = alt.Chart().encode(
        y=alt.Y("set:O").sort(list(frame["set"].unique())).axis(title=None, labelLimit=180),
        yOffset=alt.YOffset("run:N").sort(list(labels)),
        color=color_by_run(labels),
    )
    intervals = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2="high"
    )
    dots = base.mark_circle(size=70, opacity=1).encode(
        x=alt.X("accuracy:Q", scale=scale, axis=axis),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("set:N", title="Handwriting"),
            alt.Tooltip("accuracy:Q", title="Read right", format=".2%"),
            alt.Tooltip("low:Q", title="Interval from", format=".1%"),
            alt.Tooltip("high:Q", title="to", format=".1%"),
            alt.Tooltip("digits:Q", title="Digits"),
        ],
    )
    height = 100 + len(set(frame["set"])) * (14 + 18 * len(labels))
    return alt.LayerChart(data=frame, layer=[intervals, dots], height=height)
