"""The fold under an answer that shows what of a digit it hangs on; nothing is loaded until it is opened."""

import numpy as np
import streamlit as st

from digitcnn.web.models import Model


def show_look_fold(model: Model, pixels: np.ndarray | None, *, key: str) -> None:
    """Where a model looks, behind a fold.

    Args:
        model: that has answered.
        pixels: the house digit, (28, 28) in 0-1; None while there is none.
        key: of the fold.
    """
    fold = st.expander("Where the model looks", icon=":material/visibility:", on_change="rerun", key=key)
    if not fold.open:
        return
    from digitcnn.web.lab.inside import show_where_it_looks

    with fold:
        show_where_it_looks(model.path, np.zeros((28, 28), np.float32) if pixels is None else pixels)
