"""The controls of a training that runs: its learning rate, a pause, and Stop."""

import streamlit as st

from digitcnn.errors import InputError
from digitcnn.lab.runs.catalog import Run
from digitcnn.lab.runs.limits import LIMITS, require_within
from digitcnn.lab.runs.live import Now, read_learning_rate
from digitcnn.web.lab import actions
from digitcnn.web.lab.visitor import is_allowed

FACTORS = {"A tenth": 0.1, "Half": 0.5, "Double": 2.0}
"""Of the present learning rate, one click away."""


def show_controls(run: Run, now: Now) -> None:
    """What its owner can do with a training; others read that it is not theirs."""
    if not is_allowed(run):
        caption_owner()
        return
    rate = read_learning_rate(run)
    if now.phase == "training" and not _is_stopping(run) and rate:
        _choose_rate(run, rate)
        paused = run.state == "paused"
        st.button(
            "Resume" if paused else "Pause",
            icon=":material/play_arrow:" if paused else ":material/pause:",
            type="primary" if paused else "secondary",
            on_click=actions.go_on if paused else actions.pause,
            args=(run.name,),
            key="lab.pause",
            help="Goes on where it waits"
            if paused
            else "Computes nothing until you resume it, and keeps its turn: the queue waits, too",
        )
    stop_button(run, key="lab.stop")


def stop_button(run: Run, *, key: str) -> None:
    """Stop, for a run in training."""
    stopping = _is_stopping(run)
    st.button(
        "Stopping" if stopping else "Stop",
        icon=":material/stop_circle:",
        disabled=stopping,
        on_click=actions.stop,
        args=(run.name,),
        key=key,
        help="Stops at once, and keeps the best epoch: the run can be used, and resumed",
    )


def caption_owner() -> None:
    """In place of the buttons of a run that this visitor may not change."""
    st.caption(f"Begun elsewhere: {actions.NOT_YOURS}", width="content")


def _is_stopping(run: Run) -> bool:
    return run.state not in ("running", "paused") or st.session_state.get("lab.stopping") == run.name


def _choose_rate(run: Run, rate: float) -> None:
    """A field for another learning rate, which begins with the present one whenever it is opened."""
    chosen = st.popover(
        "Learning rate", icon=":material/speed:", on_change="rerun", key=actions.rate_popover()
    )
    if not chosen.open:
        st.session_state.pop(actions.RATE, None)
        return
    st.session_state.setdefault(actions.RATE, rate)
    schedule = run.record.settings.get("schedule", "constant") if run.record else "constant"
    scaled = "" if schedule == "constant" else f", and its schedule, {schedule}, in proportion"
    with chosen:
        value = st.number_input(
            "Learning rate", format="%g", step=rate / 10, help=LIMITS["learning_rate"].help, key=actions.RATE
        )
        with st.container(horizontal=True, gap="small"):
            for label, factor in FACTORS.items():
                st.button(label, on_click=_propose, args=(rate * factor,), key=f"{actions.RATE}.{label}")
        problem = _find_problem(value)
        if problem:
            st.error(problem, icon=":material/error:")
        st.caption(f"Now {rate:g}. It changes from the next batch on{scaled}.")
        st.button(
            "Change",
            type="primary",
            disabled=value is None or problem is not None,
            on_click=actions.change_learning_rate,
            args=(run.name,),
            key=f"{actions.RATE}.change",
        )


def _find_problem(rate: float | None) -> str | None:
    """Why a learning rate cannot be set, in a sentence; None where it can."""
    try:
        if rate is not None:
            require_within("learning_rate", rate)
    except InputError as error:
        return str(error)
    return None


def _propose(rate: float) -> None:
    """Puts a learning rate into the field."""
    st.session_state[actions.RATE] = float(f"{rate:.6g}")
