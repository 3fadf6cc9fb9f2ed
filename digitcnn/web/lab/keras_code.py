"""A network as Keras code to copy, and as a notebook to download."""

import streamlit as st

from digitcnn.lab.designs.keras_code import write_keras_code
from digitcnn.lab.designs.notebook import NotebookSource, write_notebook


def show_keras_code(source: NotebookSource, *, key: str) -> None:
    """The code, shown when it is asked for, and the button of the notebook.

    Args:
        source: whose layers fit together.
        key: of the page's part.
    """
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Notebook",
            lambda: write_notebook(source),
            f"{source.name}.ipynb",
            "application/x-ipynb+json",
            on_click="ignore",
            icon=":material/download:",
            help="From the data to the report, with Keras and Matplotlib alone",
            key=f"{key}.notebook",
        )
    # st.code loads a highlighter, which only those who open it wait for.
    code = st.expander("Keras code", icon=":material/code:", on_change="rerun", key=f"{key}.code")
    if code.open:
        code.code(write_keras_code(source.layers, len(source.classes)), language="python")
