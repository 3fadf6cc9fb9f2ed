"""Home: what this is, and how well it reads."""

import streamlit as st

from digitcnn.web.frame import draw_frame

with draw_frame():
    st.title("digitcnn", anchor=False)
