"""The fold under an answer that shows which parts of a digit it depends on."""

import numpy as np
import streamlit as st

from digitcnn.recognition.reading import Digit
from digitcnn.web.models import Model


def show_explanation(model: Model, digit: Digit | None, *, key: str) -> None:
    """Where a model looks, behind a fold; nothing is loaded until the visitor opens it.

    Args:
        model: that gave the answer.
        digit: the answer; None while there is none.
        key: of the fold.
    """
    fold = st.expander("Where the model looks", icon=":material/visibility:", on_change="rerun", key=key)
    if not fold.open:
        return
    from digitcnn.web.lab.occlusion import show_occlusion

    with fold:
        pixels = np.zeros((28, 28), np.float32) if digit is None else digit.pixels
        show_occlusion(model.path, pixels, digit=digit, key="looks.cover")
