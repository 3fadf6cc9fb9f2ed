"""A visitor's actions on runs, and the run that this visitor watches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from digitcnn.errors import DigitcnnError, NotSupportedError, RunFolderError
from digitcnn.lab.jobs import queue as training_queue
from digitcnn.lab.jobs import requests
from digitcnn.lab.runs.about import read_about, write_about
from digitcnn.lab.runs.catalog import Run, get_own_run, list_shipped_runs, own_path
from digitcnn.lab.runs.settings import Settings
from digitcnn.lab.sweeps import start as sweeps
from digitcnn.web.lab.visitor import is_allowed, is_mine, owner
from digitcnn.web.models import use_run, used_run
from digitcnn.web.text import escape_markdown

MEASURE = (
    "On MNIST's 10,000 test images, by the ten digits alone. README counts a digit that is refused as wrong."
)
"""The measure of every accuracy in the Lab, in words."""

PARTS = ("Train", "Design", "Compare", "Inside", "Runs", "Sweeps")
PART = "tab"
"""The query parameter that holds the part of the lab, so that a link leads to it."""

HISTORY = Path(__file__).with_name("history.js").read_text("utf-8")
"""Makes every part a step in the browser's history."""

WATCHED = "run"
"""The query parameter of the run that a visitor watches, so that a reload and a link keep it."""

NOT_YOURS = "only the browser that began it, or the host, can change, stop or delete it."

RATE = "lab.rate"
"""The key of the field of a running training's learning rate."""

_RATES_GIVEN = "lab.rates-given"


def start(settings: Settings) -> None:
    """Puts a new run into the queue and watches it."""

    def submit() -> None:
        watch(training_queue.submit(settings, owner=owner()))

    _try(submit)


def stop(name: str) -> None:
    """Asks a training to stop."""
    st.session_state["lab.stopping"] = name
    _try(lambda: training_queue.stop(_require_own(name)))


def change_learning_rate(name: str) -> None:
    """Gives a training the learning rate in its field, and closes the popover around it."""
    st.session_state[_RATES_GIVEN] = st.session_state.get(_RATES_GIVEN, 0) + 1
    _try(lambda: requests.change_learning_rate(_require_own(name), st.session_state[RATE]))


def rate_popover() -> str:
    """The key of the popover around the field: a new one, which is closed, once a learning rate was given.

    A browser that has not heard of the closing yet tells with every question that the old one is open.
    """
    return f"{RATE}.open-{st.session_state.get(_RATES_GIVEN, 0)}"


def pause(name: str) -> None:
    """Lets a training wait."""
    _try(lambda: requests.pause(_require_own(name)))


def go_on(name: str) -> None:
    """Ends the pause of a training."""
    _try(lambda: requests.go_on(_require_own(name)))


def start_sweep(name: str, plan: Mapping[str, Any]) -> None:
    """Starts a sweep and shows it."""

    def begin() -> None:
        sweeps.start_sweep(name, plan, owner=owner())
        st.session_state["lab.sweep.started"] = name

    _try(begin)


def stop_sweep(name: str) -> None:
    """Asks a sweep to stop."""
    _try(lambda: sweeps.stop_sweep(name, owner=owner()))


def resume(name: str) -> None:
    """Puts a run back into the queue and watches it."""

    def put_back() -> None:
        training_queue.resume(name)
        st.session_state.pop("lab.stopping", None)
        watch(name)

    _try(put_back)


def cancel(name: str) -> None:
    """Takes a run out of the queue."""
    _try(lambda: training_queue.cancel(_require_own(name)))


def delete(name: str) -> None:
    """Removes a run that was made here."""

    def remove() -> None:
        training_queue.delete(_require_own(name))
        if used_run() == name:
            use_run(None)

    _try(remove)


def describe(name: str, title: str, notes: str, tags: Sequence[str]) -> None:
    """Replaces a run's title, notes and tags."""

    def write() -> None:
        path = own_path(_require_own(name))
        try:
            write_about(path, replace(read_about(path), title=title, notes=notes, tags=tuple(tags)))
        except OSError as error:
            raise RunFolderError(f"The description was not kept: {error.strerror or error}.") from None

    _try(write)


def compare(run: Run) -> None:
    """Opens the comparison of a run with the usual baseline."""
    # Only a visitor who compares loads the libraries of the comparison.
    from digitcnn.web.compare.runs import choose

    choose(run.folder.path)
    st.session_state[PART] = "Compare"


def watch(name: str | None) -> None:
    """Makes a run the one that this visitor watches, or none."""
    st.session_state["lab.watched"] = name
    if name:
        st.query_params[WATCHED] = name
    else:
        st.query_params.pop(WATCHED, None)


def watched() -> str | None:
    """The run that this visitor watches, by the address or by this session."""
    if name := st.query_params.get(WATCHED):
        st.session_state["lab.watched"] = name
    elif name := st.session_state.get("lab.watched"):
        st.query_params[WATCHED] = name
    return name


def format_queue(runs: Sequence[Run]) -> str:
    """The runs that train and those that wait, in Markdown; "" where there are none."""
    busy = [run for run in runs if run.busy]
    waiting = training_queue.list_waiting(list(runs))
    parts = []
    if busy:
        paused = all(run.state == "paused" for run in busy)
        doing = "paused, still first in line" if paused else "being trained"
        parts.append(f"{_format_names(busy)} {'is' if len(busy) == 1 else 'are'} {doing}")
    if waiting:
        parts.append(f"{_format_names(waiting)} {'waits' if len(waiting) == 1 else 'wait in this order'}")
    sentence = "; ".join(parts)
    mine = [place for place, run in enumerate(waiting, 1) if is_mine(run)]
    if mine:
        sentence += f". Your place in the queue: {', '.join(map(str, mine))} of {len(waiting)}"
    return f"{sentence}." if sentence else ""


def warn_if_gone(runs: Sequence[Run]) -> None:
    """Warns where the address names a run that is not there."""
    if (asked := watched()) and asked not in {run.name for run in (*runs, *list_shipped_runs())}:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(f"There is no run called {escape_markdown(asked)} here any more.")
            st.button("Close", on_click=watch, args=(None,), key="lab.forget", type="tertiary")


def show_problem() -> None:
    """Shows the error of this visitor's last action, once."""
    if problem := st.session_state.pop("lab.problem", None):
        st.error(problem, icon=":material/error:")


def _require_own(name: str) -> str:
    """The name of a run that this visitor may end; the page offers it for no other."""
    if not is_allowed(get_own_run(name)):
        raise NotSupportedError(f"{name} was begun elsewhere: {NOT_YOURS}")
    return name


def _try(action: Callable[[], None]) -> None:
    try:
        action()
    except DigitcnnError as error:
        st.session_state["lab.problem"] = str(error)


def _format_names(runs: Sequence[Run]) -> str:
    return ", ".join(f"**{run.name}**{' (yours)' if is_mine(run) else ''}" for run in runs)
