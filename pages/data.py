"""The data sets that the models learn from, and how they differ."""

import streamlit as st

from digitcnn.lab.datasets.sources import PENS, find_dataset, how_to_get, is_at_hand, title_of
from digitcnn.lab.datasets.summary import DataSummary
from digitcnn.web.data import panels
from digitcnn.web.data.add import NEXT, offer_adding
from digitcnn.web.data.gap import show_gap
from digitcnn.web.data.sets import find_summary, offer_fetching, sets_to_show, show_waiting
from digitcnn.web.frame import draw_frame
from digitcnn.web.text import escape_markdown


def choose_set() -> str:
    """The switch between data sets; says where MNIST is missing and offers the download."""
    sets = sets_to_show()
    if sets[0] == "bundled":
        st.info(
            "MNIST is not on this machine: the 1,797 digits that come with scikit-learn stand in for it. "
            "They are too few to train a good model.",
            icon=":material/info:",
        )
        offer_fetching("mnist", "Download MNIST (11 MB)")
    if (added := st.session_state.pop(NEXT, None)) in sets:
        st.session_state["data.set"] = added
    return st.segmented_control(
        "Data set", sets, default=sets[0], required=True, format_func=title_of, wrap=True, key="data.set"
    )


def explain_missing(name: str) -> None:
    """Says that a set is not here and how to get it; offers the download where there is one."""
    if name == PENS:
        explain_missing_pens()
        return
    dataset = find_dataset(name)
    st.markdown(dataset.about)
    st.info(
        f"{escape_markdown(dataset.title)} is not on this machine: {how_to_get(dataset)}.",
        icon=":material/info:",
    )
    if dataset.source is not None:
        offer_fetching(name, f"Download {dataset.title} ({dataset.source.megabytes} MB)")


def explain_missing_pens() -> None:
    """Says that there are no pen strokes and offers the download."""
    st.info(
        "There are no pen strokes on this machine. The UCI pen-based digits (E. Alpaydin and F. Alimoglu, "
        "CC BY 4.0) are free to download; set DIGITCNN_DATA to a folder that holds more.",
        icon=":material/info:",
    )
    offer_fetching("pens", "Download the UCI pen-based digits")


def show_set(name: str, summary: DataSummary) -> None:
    """All panels of one set."""
    panels.show_counts(name, summary)
    st.header("Some of each", anchor=False)
    panels.show_samples(name, summary)
    st.header("Averages, and how they vary", anchor=False)
    panels.show_averages(name, summary)
    st.header("Pixels", anchor=False)
    panels.show_pixels(name, summary)
    st.header("Outliers and near-duplicates", anchor=False)
    panels.show_outliers(name, summary)
    st.header("What augmentation does", anchor=False)
    panels.show_augmentation(name, summary)


def show_or_wait(name: str) -> DataSummary | None:
    """The summary of a set; shows the progress and returns None while it is being computed."""
    summary = find_summary(name)
    if summary is None:
        show_waiting(name)
    return summary


with draw_frame("Data"):
    st.title("What the models learn from", anchor=False)
    st.caption("Every figure on this page is computed from the images on this server; none is typed in.")
    chosen = choose_set()
    offer_adding()
    if not is_at_hand(chosen):
        explain_missing(chosen)
    elif summary := show_or_wait(chosen):
        show_set(chosen, summary)

        first = sets_to_show()[0]
        if chosen in (first, PENS):
            st.header(f"{title_of(first)} beside pen strokes", anchor=False)
            if not is_at_hand(PENS):
                explain_missing_pens()
            elif (of_first := show_or_wait(first)) and (of_pens := show_or_wait(PENS)):
                show_gap(of_first, title_of(first), of_pens)
