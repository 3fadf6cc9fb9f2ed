"""The control that chooses the model whose answer counts, on Draw and Upload alike."""

from collections.abc import Sequence

import streamlit as st

from digitcnn.web.models import Model

MAX_SIDE_BY_SIDE = 4
"""More names than these stand in a list that opens."""


def choose_model(models: Sequence[Model], *, page: str) -> Model:
    """The model that the visitor chooses, the first one until then.

    Args:
        models: at least one.
        page: that asks, whose choice is its own.
    """
    names = [model.name for model in models]
    # Another first model was chosen in the lab: what was chosen here before no longer counts.
    key = f"{page}.model-{names[0]}"
    if len(names) > MAX_SIDE_BY_SIDE:
        name = st.selectbox(
            "Model", names, width=180, label_visibility="collapsed", persist_state="session", key=key
        )
    else:
        name = st.segmented_control(
            "Model",
            names,
            default=names[0],
            required=True,
            label_visibility="collapsed",
            persist_state="session",
            key=key,
        )
    return models[names.index(name)]
