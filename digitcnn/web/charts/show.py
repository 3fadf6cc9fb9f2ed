"""What all charts share: how they reach a page, and the colors of runs."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from altair import Chart, Color, LayerChart, NamedData

ROWS = "rows"
"""The name of a chart's data in its specification."""

PLAIN_NUMBER = "format(datum.value, '~r')"
"""An axis label that is the number itself: Vega's own format would write 10 as 1e+1."""


def show_chart(
    chart: Chart | LayerChart, *, key: str, alt: str, on_select: Callable[[], None] | None = None
) -> None:
    """Shows a chart; `alt` describes it for those who cannot see it.

    The data go by one name always, not by a hash of them as `st.altair_chart` names them: where only they
    change, as during a training, Vega then moves the marks instead of drawing the whole chart again.
    """
    named = chart.copy(deep=False)
    named.data = NamedData(ROWS)
    spec = named.to_dict()
    spec.setdefault("datasets", {})[ROWS] = chart.data
    # Its place is kept while the browser loads Vega.
    st.vega_lite_chart(None, spec, height=spec["height"], key=key, alt=alt, on_select=on_select or "ignore")


def color_by_run(labels: Sequence[str]) -> Color:
    """The baseline in the theme's first color, blue, the challengers in the next: orange and so on."""
    return Color("run:N").scale(domain=list(labels)).legend(**line_legend(columns=3))


def line_legend(**options: Any) -> dict[str, Any]:
    """A legend of lines above the plot: wherever it stood within, some curve would run through it."""
    symbols = {"symbolType": "stroke", "symbolStrokeWidth": 3, "symbolOpacity": 1}
    return {"title": None, "orient": "top", **symbols, **options}
