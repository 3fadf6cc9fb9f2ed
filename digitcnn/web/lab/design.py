"""The Design part of the lab: a network of one's own, layer by layer."""

from typing import Any

import streamlit as st

from digitcnn.errors import DigitcnnError, NotSupportedError
from digitcnn.lab.designs.design import KINDS, PRESETS, Option, check_name, write_toml
from digitcnn.lab.designs.draft import Draft, keep_draft, recall_draft
from digitcnn.lab.designs.figures import (
    LayerFigures,
    describe_layer,
    format_shape,
    measure_layers,
    measure_so_far,
)
from digitcnn.lab.designs.notebook import NotebookSource
from digitcnn.lab.designs.store import (
    delete_design,
    find_preset,
    list_designs,
    list_presets,
    owner_of_design,
    save_design,
)
from digitcnn.lab.runs.about import About, may_end
from digitcnn.web.lab import actions
from digitcnn.web.lab.keras_code import show_keras_code
from digitcnn.web.lab.layer_drawing import draw_layers
from digitcnn.web.lab.visitor import owner
from digitcnn.web.text import escape_markdown

_DRAFT = "design.draft"
_PROBLEM = "design.problem"


def show_design() -> None:
    """Everything of the Design part."""
    draft = _draft()
    st.header("Design a network", anchor=False)
    problem = _show_figures(draft)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_layers(draft)
    with right:
        _show_keeping(draft, problem)


def _draft() -> Draft:
    """This visitor's draft: of this visit, else the one that this browser left, else the simplest preset."""
    if _DRAFT not in st.session_state:
        browser = owner()
        first = Draft.of_preset(next(iter(PRESETS.values())), name=_free_name())
        st.session_state[_DRAFT] = (recall_draft(browser) if browser else None) or first
    return st.session_state[_DRAFT]


def _keep(draft: Draft) -> None:
    st.session_state[_DRAFT] = draft
    if browser := owner():
        keep_draft(draft, browser)


def _show_figures(draft: Draft) -> str | None:
    """The drawing and the sums; returns why the layers do not fit, if they do not."""
    problem, measured = None, measure_so_far(draft.layers)
    try:
        measured = measure_layers(draft.layers)
    except DigitcnnError as error:
        problem = str(error)
    with st.container(border=True, key="design-figures"):
        if measured:
            st.html(draw_layers(measured))
        sees = max((each.field for each in measured if len(each.shape) == 3), default=1)
        with st.grid(4, min_column_width=110, gap="small"):
            st.metric("Weights", f"{sum(each.weights for each in measured):,}")
            st.metric(
                "Multiplications",
                _shorten(sum(each.multiplications for each in measured)),
                help="For one digit, by the weights of convolutions and dense layers.",
            )
            st.metric(
                "Receptive field",
                f"{min(sees, 28)} × {min(sees, 28)}",
                help="The part of the image, in pixels, that one value of the last map depends on.",
            )
            st.metric("Layers", len(draft.layers) + 1)
        if problem:
            st.error(escape_markdown(problem), icon=":material/error:")
    return problem


def _show_layers(draft: Draft) -> None:
    """The list: each layer a button that opens its options."""
    measured = measure_so_far(draft.layers)
    with st.container(gap="xsmall", key="design-layers"):
        st.caption("Input: 1 map of 28 × 28")
        for at, (mark, each) in enumerate(zip(draft.marks, draft.layers, strict=True)):
            is_chosen = mark == draft.chosen
            st.button(
                f"{at + 1}. {describe_layer(each)}",
                type="primary" if is_chosen else "secondary",
                icon=":material/expand_less:" if is_chosen else ":material/expand_more:",
                width="stretch",
                on_click=_choose,
                args=(mark,),
                key=f"design.layer.{mark}",
            )
            if is_chosen:
                _show_options(draft, mark)
            st.caption(_format_figures(measured[at]) if at < len(measured) else "does not fit here")
        st.caption("Last: Dense over the classes, softmax")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="design-add"):
        kind = st.selectbox(
            "New layer",
            list(KINDS),
            format_func=lambda kind: KINDS[kind].label,
            help="It goes behind the layer that is open, or to the end.",
            key="design.kind",
            persist_state="session",
        )
        st.button("Add", icon=":material/add:", on_click=_add, args=(kind,), key="design.add")
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(escape_markdown(problem), icon=":material/error:")


def _show_options(draft: Draft, mark: int) -> None:
    at = draft.marks.index(mark)
    each = draft.layers[at]
    with st.container(border=True, key="design-options"):
        st.caption(KINDS[each.kind].help)
        if KINDS[each.kind].options:
            with st.grid(3, min_column_width=120, gap="small"):
                for name, option in KINDS[each.kind].options.items():
                    _show_option(mark, name, option, each.options[name])
        with st.container(horizontal=True, gap="small"):
            for label, icon, action, barred in (
                ("Up", "arrow_upward", lambda: _draft().move(mark, -1), at == 0),
                ("Down", "arrow_downward", lambda: _draft().move(mark, 1), at == len(draft.layers) - 1),
                ("Double", "content_copy", lambda: _draft().double(mark), False),
                ("Remove", "delete", lambda: _draft().remove(mark), False),
            ):
                st.button(
                    label,
                    icon=f":material/{icon}:",
                    disabled=barred,
                    on_click=_try,
                    args=(action,),
                    key=f"design.{label}.{mark}",
                )


def _show_option(mark: int, name: str, option: Option, value: Any) -> None:
    key = f"design.option.{mark}.{name}"
    common: dict[str, Any] = {"key": key, "on_change": _change, "args": (mark, name, key)}
    if option.choices:
        st.selectbox(option.label, option.choices, index=option.choices.index(value), **common)
    elif isinstance(option.default, bool):
        st.toggle(option.label, value, **common)
    else:
        is_whole = isinstance(option.default, int)
        # Without limits of its own: the browser would take back what was typed, without a word.
        step, form = (1, "%d") if is_whole else (0.05, "%g")
        limits = f"{option.least:g} to {option.greatest:g}"
        st.number_input(option.label, value=value, step=step, format=form, help=limits, **common)


def _show_keeping(draft: Draft, problem: str | None) -> None:
    """A preset to begin with, the name, and what can be done with the design."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        start = st.selectbox("Start from", list_presets(), key="design.start", persist_state="session")
        st.button("Load", icon=":material/restart_alt:", on_click=_load, args=(start,), key="design.load")
    name = st.text_input("Name", draft.name, max_chars=40, key="design.name", on_change=_rename)
    obstacle = problem or _find_obstacle(name)
    if obstacle and not problem:
        st.error(escape_markdown(obstacle), icon=":material/error:")
    st.button(
        "Save, and go on to train it",
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=obstacle is not None,
        on_click=_save,
        key="design.save",
    )
    st.caption("A saved design is a preset: trained, compared, swept and exported like any other.")
    if not problem and not obstacle:
        st.download_button(
            f"{name}.toml",
            lambda: write_toml(_draft().finish()),
            f"{name}.toml",
            "application/toml",
            on_click="ignore",
            icon=":material/download:",
            help=f"The same as a file, for the command line: digitcnn train {name}.toml",
            key="design.toml",
        )
        show_keras_code(NotebookSource(name, draft.layers, draft.recipe), key="design")
        if name in list_designs():
            st.button(
                "Delete",
                icon=":material/delete:",
                help="Runs that were trained with it keep it.",
                on_click=_delete,
                args=(name,),
                key="design.delete",
            )


def _free_name() -> str:
    taken = list_designs()
    return next(name for name in ("my-cnn", *(f"my-cnn-{n}" for n in range(2, 1000))) if name not in taken)


def _find_obstacle(name: str) -> str | None:
    """Why a design cannot be kept under a name."""
    try:
        check_name(name)
    except DigitcnnError as error:
        return str(error)
    if name in list_designs() and not may_end(About(owner_of_design(name)), owner()):
        return f"{name} is the design of another visitor: choose another name."
    return None


def _choose(mark: int) -> None:
    draft = _draft()
    _keep(Draft(draft.name, draft.layers, draft.marks, None if draft.chosen == mark else mark, draft.recipe))


def _add(kind: str) -> None:
    _try(lambda: _draft().add(kind))


def _change(mark: int, name: str, key: str) -> None:
    _try(lambda: _draft().change(mark, **{name: st.session_state[key]}))


def _rename() -> None:
    draft = _draft()
    _keep(Draft(st.session_state["design.name"], draft.layers, draft.marks, draft.chosen, draft.recipe))


def _load(name: str) -> None:
    # A design of one's own is loaded to be changed; others keep their names to themselves.
    own = name if _find_obstacle(name) is None else _free_name()
    _try(lambda: Draft.of_preset(find_preset(name), name=own))
    st.session_state.pop("design.name", None)


def _save() -> None:
    draft = _draft()
    try:
        if obstacle := _find_obstacle(draft.name):
            raise NotSupportedError(obstacle)
        save_design(draft.finish(), owner=owner())
    except DigitcnnError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    st.session_state["preset"] = draft.name
    st.session_state[actions.PART] = "Train"


def _delete(name: str) -> None:
    try:
        if obstacle := _find_obstacle(name):
            raise NotSupportedError(obstacle)
        delete_design(name)
    except DigitcnnError as error:
        st.session_state[_PROBLEM] = str(error)


def _try(action: Any) -> None:
    try:
        _keep(action())
    except DigitcnnError as error:
        st.session_state[_PROBLEM] = str(error)


def _format_figures(each: LayerFigures) -> str:
    parts = [format_shape(each.shape)]
    parts += [f"{each.weights:,} weights"] if each.weights else []
    parts += [f"{_shorten(each.multiplications)} multiplications"] if each.multiplications else []
    parts += [f"sees {min(each.field, 28)} × {min(each.field, 28)}"] if len(each.shape) == 3 else []
    return " · ".join(parts)


def _shorten(number: int) -> str:
    """A large number in three digits: "9.32 M"."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return str(number)
