"""The ten probabilities as bars."""

from functools import cache
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import streamlit as st

from digitcnn.web.images import GUIDE, INK


def show_bars(
    probabilities: np.ndarray,
    answer: int | None,
    *,
    key: str,
    alt: str,
    width: int | Literal["stretch"] = "stretch",
) -> None:
    """Shows a bar per digit, the answer's in the color of ink.

    Args:
        probabilities: (10,), zeros where nothing was read.
        answer: the digit that was read, or None.
        key: of the place on the page.
        alt: describes the chart for those who cannot see it.
        width: in pixels; by default that of the column.
    """
    # An Arrow table: Streamlit takes 0.8 ms longer for a frame, and every stroke on Draw waits for this.
    bars = pa.table(
        {
            "digit": list(range(10)),
            "probability": [float(each) for each in probabilities],
            "full": [1.0] * 10,
            "answer": [digit == answer for digit in range(10)],
        }
    )
    st.vega_lite_chart(None, bars_spec() | {"datasets": {"bars": bars}}, key=key, alt=alt, width=width)


@cache
def bars_spec() -> dict[str, Any]:
    """The chart as Vega-Lite, built once: every stroke on Draw shows this chart again."""
    import altair as alt  # Here, as it takes 0.4 s: the canvas stands before the first answer is drawn.

    def height(name: str) -> alt.Y:
        return alt.Y(f"{name}:Q").scale(domain=[0, 1]).axis(None).stack(None)

    base = alt.Chart().encode(
        x=alt.X("digit:O")
        .scale(paddingInner=0.3, paddingOuter=0)
        .axis(title=None, labelAngle=0, labelFontSize=14, ticks=False, domain=False),
        tooltip=[
            alt.Tooltip("digit:O", title="Digit"),
            alt.Tooltip("probability:Q", title="Probability", format=".1%"),
        ],
    )
    colors = alt.Color("answer:N").scale(domain=[True, False], range=[INK, GUIDE]).legend(None)
    ground = base.mark_bar(color=GUIDE, opacity=0.14, cornerRadiusEnd=3).encode(y=height("full"))
    bars = base.mark_bar(cornerRadiusEnd=3).encode(y=height("probability"), color=colors)
    chart = alt.LayerChart(data=alt.NamedData("bars"), layer=[ground, bars], height=132)
    return chart.configure_view(stroke=None).to_dict()
