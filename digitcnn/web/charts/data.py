"""The Data page's charts."""

import altair as alt
import numpy as np
import pandas as pd

from digitcnn.lab.datasets.sources import Part
from digitcnn.lab.datasets.summary import GRAY_BINS, DataSummary
from digitcnn.web.images import GUIDE, INK

_HEIGHT = 220


def tabulate_counts(parts: tuple[Part, ...], classes: tuple[str, ...]) -> pd.DataFrame:
    """A row per part and class: how many "images", and which "share" of the part that is, 0-1."""
    rows = [
        (name, part.name, count, count / max(sum(part.counts), 1))
        for part in parts
        for name, count in zip(classes, part.counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["class", "part", "images", "share"])


def draw_counts(parts: tuple[Part, ...], classes: tuple[str, ...]) -> alt.Chart:
    """How many images there are of each class, the parts beside one another."""
    return (
        alt.Chart(tabulate_counts(parts, classes), height=_HEIGHT)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=class_axis(classes),
            xOffset=alt.XOffset("part:N").sort(None),
            y=alt.Y("images:Q").axis(title=None, format=",d"),
            color=alt.Color("part:N").sort(None).legend(title=None, orient="top"),
            tooltip=[
                alt.Tooltip("class:O", title="Class"),
                alt.Tooltip("part:N", title="Part"),
                alt.Tooltip("images:Q", title="How many", format=","),
                alt.Tooltip("share:Q", title="Of its part", format=".1%"),
            ],
        )
        .configure_view(stroke=None)
    )


def draw_ink(summary: DataSummary) -> alt.LayerChart:
    """How much of the field is ink, per class: the median, the middle half, and nine in ten."""
    names = ["low", "quarter", "median", "three quarters", "high"]
    frame = pd.DataFrame(summary.ink, columns=names)
    frame["class"] = summary.classes

    def height(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q").axis(title=None, format=".0%").scale(zero=True)

    base = alt.Chart().encode(
        x=class_axis(summary.classes),
        tooltip=[
            alt.Tooltip("class:O", title="Class"),
            alt.Tooltip("median:Q", title="Half have less than", format=".1%"),
            alt.Tooltip("low:Q", title="One in twenty less than", format=".1%"),
            alt.Tooltip("high:Q", title="One in twenty more than", format=".1%"),
        ],
    )
    width = 14 if len(summary.classes) <= 20 else 6
    layers = [
        base.mark_rule(color=GUIDE).encode(y=height("low"), y2="high"),
        base.mark_bar(color=INK, opacity=0.45, width=width, cornerRadius=2).encode(
            y=height("quarter"), y2="three quarters"
        ),
        base.mark_tick(color=INK, thickness=3, width=width + 4).encode(y=height("median")),
    ]
    return alt.LayerChart(data=frame, layer=layers, height=_HEIGHT).configure_view(stroke=None)


def draw_histogram(summary: DataSummary) -> alt.Chart:
    """The gray histogram: which share of the pixels lies in each sixteenth of the way from paper to ink."""
    edges = np.arange(GRAY_BINS + 1) / GRAY_BINS
    frame = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "share": summary.gray_histogram})
    return (
        alt.Chart(frame, height=_HEIGHT)
        .mark_bar(color=INK, cornerRadiusEnd=2)
        .encode(
            x=alt.X("from:O").axis(
                title="from paper (0) to ink (1)",
                values=[0, 0.25, 0.5, 0.75],
                format=".2f",
                labelAngle=0,
                ticks=False,
            ),
            y=alt.Y("share:Q")
            .scale(type="sqrt")
            .axis(title=None, format=".0%", values=[0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75]),
            tooltip=[
                alt.Tooltip("from:O", title="From", format=".2f"),
                alt.Tooltip("to:Q", title="To", format=".2f"),
                alt.Tooltip("share:Q", title="Pixels", format=".2%"),
            ],
        )
        .configure_view(stroke=None)
    )


def class_axis(classes: tuple[str, ...]) -> alt.X:
    """The classes below bars in their own order, large where they are short, else on the slant."""
    is_short = max(map(len, classes)) <= 2
    return (
        alt.X("class:N")
        .sort(list(classes))
        .axis(
            title=None,
            labelAngle=0 if is_short else -40,
            labelFontSize=(14 if len(classes) <= 20 else 11) if is_short else 11,
            labelOverlap=False,
            ticks=False,
            domain=False,
        )
    )
