"""What the models learn from: the data sets, and the gap between them."""

import streamlit as st

from digitcnn.lab.datasets.sources import SetName, is_at_hand
from digitcnn.lab.datasets.summary import DataSummary
from digitcnn.web.data import panels as data_panels
from digitcnn.web.data.gap import show_gap
from digitcnn.web.data.sets import TITLES, find_summary, offer_fetching, sets_to_show, show_waiting
from digitcnn.web.frame import draw_frame


def choose_set() -> SetName:
    """The data set that is shown; what is missing is said here, with a way to get it."""
    sets = sets_to_show()
    if "bundled" in sets:
        st.info(
            "MNIST is not on this machine: the 1,797 digits that come with scikit-learn stand in for it. "
            "Models can't be trained well on so few.",
            icon=":material/info:",
        )
        offer_fetching("mnist", "Download MNIST (11 MB)")
    return st.segmented_control(
        "Data set", sets, default=sets[0], required=True, format_func=TITLES.__getitem__, key="data.set"
    )


def format_where_pens_are() -> None:
    """What to do where there are no pen strokes."""
    st.info(
        "There are no pen strokes on this machine. The UCI pen-based digits (E. Alpaydin and F. Alimoglu, "
        "CC BY 4.0) are free to download; a folder named by DIGITCNN_DATA may hold more.",
        icon=":material/info:",
    )
    offer_fetching("pens", "Download the UCI pen-based digits")


def show_set(name: SetName, summary: DataSummary) -> None:
    """Everything that there is to see of one set."""
    data_panels.show_counts(name, summary)
    st.header("Some of each", anchor=False)
    data_panels.show_samples(name, summary)
    st.header("Averages, and how they vary", anchor=False)
    data_panels.show_averages(name, summary)
    st.header("Pixels", anchor=False)
    data_panels.show_pixels(name, summary)
    st.header("The strange ones", anchor=False)
    data_panels.show_strange(name, summary)
    st.header("What augmentation does", anchor=False)
    data_panels.show_augmentation(name, summary)


def show_or_wait(name: SetName) -> DataSummary | None:
    """The summary of a set; where it is still being made, how far that is."""
    summary = find_summary(name)
    if summary is None:
        show_waiting(name)
    return summary


with draw_frame("Data"):
    st.title("What the models learn from", anchor=False)
    st.caption("Every figure on this page is computed from the images on this server; none is typed in.")
    chosen = choose_set()
    if chosen == "pens" and not is_at_hand("pens"):
        format_where_pens_are()
    elif summary := show_or_wait(chosen):
        show_set(chosen, summary)

        first = sets_to_show()[0]
        st.header(f"{TITLES[first]} beside pen strokes", anchor=False)
        if not is_at_hand("pens"):
            format_where_pens_are()
        elif (of_first := show_or_wait(first)) and (of_pens := show_or_wait("pens")):
            show_gap(of_first, TITLES[first], of_pens)
