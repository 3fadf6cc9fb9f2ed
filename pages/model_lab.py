"""The Model Lab: train models, watch them learn, compare them, and look inside."""

import streamlit as st

from digitcnn.web.frame import draw_frame
from digitcnn.web.lab.actions import HISTORY, PART, PARTS
from digitcnn.web.lab.visitor import remember_browser

with draw_frame("Model Lab", styles=("lab", "compare", "digits")):
    st.title("Model Lab", anchor=False)
    # Without a gap, so that scripts take no room.
    with st.container(gap=None, key="lab-parts"):
        remember_browser()
        part = st.segmented_control(
            "Part of the lab",
            PARTS,
            default=PARTS[0],
            required=True,
            label_visibility="collapsed",
            key=PART,
            bind="query-params",
        )
        st.html(f"<script>{HISTORY}</script>", unsafe_allow_javascript=True)
    # Each part brings libraries of its own, which only those who open it pay for.
    if part == "Design":
        from digitcnn.web.lab.design import show_design

        show_design()
    elif part == "Compare":
        from digitcnn.web.compare.panels import show_compare

        show_compare()
    elif part == "Inside":
        from digitcnn.web.lab.inside import show_inside

        show_inside()
    elif part == "Runs":
        from digitcnn.web.lab.runs import show_runs

        show_runs()
    elif part == "Sweeps":
        from digitcnn.web.lab.sweeps import show_sweeps

        show_sweeps()
    else:
        from digitcnn.web.lab.train import show_train

        show_train()
