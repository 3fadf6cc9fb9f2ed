"""Confusion matrices, and the difference of two, as charts whose cells can be chosen."""

import altair as alt
import numpy as np
import pandas as pd

from digitcnn.classes import DIGITS
from digitcnn.web.images import GUIDE

MORE, FEWER = "#D55E00", "#0072B2"
"""Okabe and Ito's vermilion and blue: where the challenger errs more often, and where less."""

_NUMBER_WIDTH = 17
"""Pixels of a cell that a number of three digits needs, where there are many classes."""


def tabulate_matrix(
    matrix: np.ndarray,
    chosen: tuple[int, int],
    classes: tuple[str, ...] = DIGITS,
    *,
    difference: bool = False,
) -> pd.DataFrame:
    """A row per cell of a (classes, classes) matrix [true, read].

    "strength", 0-1, sets the cell's color: the square root of its share of the largest error. The diagonal
    holds right answers, and has none. In a difference, "way" is its sign; "chosen" is true for one cell.
    """
    errors = np.abs(matrix.astype(float))
    np.fill_diagonal(errors, 0.0)
    true, read = np.divmod(np.arange(len(classes) ** 2), len(classes))
    names = np.array(classes, dtype=object)
    counts = matrix.reshape(-1)
    form = "{:+d}" if difference else "{}"
    return pd.DataFrame(
        {
            "true": names[true],
            "read": names[read],
            "count": counts,
            "shown": [form.format(count).replace("-", "−") if count else "" for count in counts.tolist()],
            "strength": np.sqrt(errors / max(errors.max(), 1.0)).reshape(-1),
            "way": np.where(true == read, "same", np.array(["fewer", "same", "more"])[np.sign(counts) + 1]),
            "chosen": (true == chosen[0]) & (read == chosen[1]),
        }
    )


def draw_matrix(
    frame: pd.DataFrame, title: str, classes: tuple[str, ...] = DIGITS, *, difference: bool = False
) -> alt.LayerChart:
    """A confusion matrix, or the difference of two, from `tabulate_matrix`.

    Color is one hue of growing strength, so that the count stays legible on it in both themes; the color of
    the numbers comes from `compare.css`. Of many classes, a narrow screen shows no numbers.
    """
    is_short, many = max(map(len, classes)) <= 2, len(classes) > 20
    axis = {"ticks": False, "domain": False, "labelPadding": 6, "titlePadding": 6, "labelFlush": False}
    noun, order = "digit" if classes == DIGITS else "class", list(classes)
    base = alt.Chart().encode(
        x=alt.X("read:N")
        .sort(order)
        .axis(
            title="read as",
            orient="bottom",
            labelAngle=0 if is_short else -45,
            labelOverlap="parity" if many else False,
            **axis,
        ),
        y=alt.Y("true:N").sort(order).axis(title=f"true {noun}", labelAngle=0, labelOverlap=False, **axis),
        tooltip=[
            alt.Tooltip("true:N", title=f"True {noun}"),
            alt.Tooltip("read:N", title="Read as"),
            alt.Tooltip("count:Q", title="Difference" if difference else "Images"),
        ],
    )
    ways = alt.Color("way:N").scale(domain=["more", "same", "fewer"], range=[MORE, GUIDE, FEWER])
    cells = base.mark_rect(cornerRadius=2, cursor="pointer").encode(
        color=ways.legend(None) if difference else alt.value(GUIDE),
        fillOpacity=alt.FillOpacity("strength:Q").scale(domain=[0, 1], range=[0.05, 0.62]).legend(None),
        stroke=alt.when("datum.chosen").then(alt.value(GUIDE)).otherwise(alt.value("transparent")),
        strokeWidth=alt.value(2),
    )
    cells = cells.add_params(alt.selection_point("cell", fields=["true", "read"], toggle=False))
    numbers = base.mark_text(fontSize=8 if many else 11).encode(text="shown:N")
    if many:
        # On a phone, the numbers of so many cells would run into one another.
        fits = alt.when(f"width >= {_NUMBER_WIDTH * len(classes)}")
        numbers = numbers.encode(opacity=fits.then(alt.value(1)).otherwise(alt.value(0)))
    height = max(300, 17 * len(classes))
    return alt.LayerChart(
        data=frame,
        layer=[cells, numbers],
        height=height,
        title=alt.Title(title, offset=8),
        # Streamlit draws so many marks on a canvas, where no style sheet gives the numbers their color.
        usermeta={"embedOptions": {"renderer": "svg"}},
    )
