"""Home: what this is, and how well it reads."""

from typing import Any

import streamlit as st

from digitcnn.lab.runs.run_table import format_duration
from digitcnn.lab.runs.scores import ModelScore, read_scores
from digitcnn.recognition.reader import DEFAULT_MODEL
from digitcnn.run_folder import SHIPPED
from digitcnn.web.frame import Page, draw_frame, link_to, list_pages
from digitcnn.web.models import list_models
from digitcnn.web.story import read_at_once, show_story

WIDTH = 122
"""Pixels of a column of bars."""

TAKEN = "Non-digits read"
EXPLAIN = {
    "MNIST test": "10,000 images, prepared by others",
    "Pens": "Drawn on tablets, by writers that no model has learned from, but for one that reader has seen",
    "Photos": "Of single digits, by phone",
    "Drawn elsewhere": "With a mouse or a stylus, in other programs",
    "Scans": "Of forms and sheets",
    TAKEN: "Letters, doodles and symbols taken for digits; blank: it has no other answer",
}

LIMITS = """
- It knows the digits 0 to 9 as people write them by hand, and nothing else: no letters, no signs, no print.
- Writing unlike the data it learned from is read worse: another school's 1 and 7, slashed zeros, open 8s.
- It is sometimes wrong and sure of it. Don't let it read what matters, such as cheques, doses or exams,
  without a person who looks again.
"""

DATA = """
- The models learn from [MNIST](http://yann.lecun.com/exdb/mnist/), 70,000 digits by Y. LeCun, C. Cortes and
  C. Burges (CC BY-SA 3.0). `reader` learns from pen strokes as well (UCI's pen-based digits by E. Alpaydin
  and F. Alimoglu; UNIPEN by the International Unipen Foundation), from Semeion's scanned digits, and from
  Google's Quick, Draw! doodles, which are no digits (all CC BY 4.0).
- What you draw on this page is read in your browser, what you draw and upload on the others on this server,
  and all is forgotten: nothing is stored, and nothing is sent elsewhere.
- digitcnn is free software under the MIT licence; its fonts are under the SIL Open Font License.
"""


def show_door(page: Page) -> None:
    """A link to a page, with a line on what it is for."""
    with st.container(border=True, gap="xsmall", key=f"home-door-{page.label}"):
        link_to(page, width="stretch")
        st.caption(page.promise)


def tabulate(scores: list[ModelScore]) -> list[dict[str, Any]]:
    """A row per model; the errors in percent on every kind of handwriting that was measured of any."""
    kinds = dict.fromkeys(kind for score in scores for kind in score.kinds)
    can_refuse = any(score.refused is not None for score in scores)
    return [
        {"Model": score.model}
        | {kind[0].upper() + kind[1:]: _error(score.kinds.get(kind)) for kind in kinds}
        | ({TAKEN: _error(score.refused)} if can_refuse else {})
        | {"Size": score.size / 1e6, "Training": format_duration(score.seconds)}
        for score in scores
    ]


def _error(right: float | None) -> float | None:
    return None if right is None else 100 * (1 - right)


with draw_frame(styles=("home",)):
    st.title("Write a digit, and a small neural network reads it", anchor=False)
    story, doors = st.columns([5, 4], gap="medium")
    models = list_models()
    if models:
        with story:
            show_story(models[0])
    with doors:
        for page in list_pages()[1:]:
            show_door(page)

    st.header("How often does it err?", anchor=False)
    scores = sorted(read_scores(SHIPPED), key=lambda score: score.model != DEFAULT_MODEL)
    if scores:
        rows = tabulate(scores)
        kinds = [name for name in rows[0] if name not in ("Model", "Size", "Training")]
        most = max(row[name] or 0.0 for row in rows for name in kinds)
        shares = {
            name: st.column_config.ProgressColumn(
                name, format="%.1f %%", min_value=0.0, max_value=most, help=EXPLAIN.get(name), width=WIDTH
            )
            for name in kinds
        }
        st.dataframe(
            rows,
            column_config=shares
            | {
                "Model": st.column_config.TextColumn(pinned=True),
                "Size": st.column_config.NumberColumn(
                    format="%.2f MB", help="Of the file that answers", width=90
                ),
                "Training": st.column_config.TextColumn(help="On the machine it was trained on", width=100),
            },
            hide_index=True,
            placeholder="–",
            alt="Measured errors, size and training time of each model that ships",
        )
        st.caption(
            "Shares of digits that were read wrong, all bars on one scale: the shorter, the better. Every "
            "figure is read from the model's own run folder."
        )
    else:
        st.info("There is no trained model here yet: train one with `python -m digitcnn train simple`.")

    limits, data = st.columns(2, gap="medium")
    with limits:
        st.header("What it can't do", anchor=False)
        st.markdown(LIMITS)
    with data:
        st.header("Data and licence", anchor=False)
        st.markdown(DATA)
    if models:
        read_at_once(models[0])
