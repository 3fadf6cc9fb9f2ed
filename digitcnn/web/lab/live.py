"""A run as it stands now: curves, figures, the queue, Stop and Resume; follows a training by itself."""

import time
from collections.abc import Sequence

import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.lab.jobs.queue import advance, list_waiting, training_is_on
from digitcnn.lab.runs.catalog import Run, State, list_own_runs, read_test_accuracy
from digitcnn.lab.runs.estimates import START_UP
from digitcnn.lab.runs.live import Curves, Now, read_curves, read_now
from digitcnn.lab.runs.run_table import format_change, format_duration
from digitcnn.web.charts.curves import draw_training
from digitcnn.web.charts.show import show_chart
from digitcnn.web.lab import actions
from digitcnn.web.lab.running import show_controls
from digitcnn.web.lab.visitor import is_allowed
from digitcnn.web.text import escape_markdown, format_accuracy

REFRESH_SECONDS = 1.0
"""Between two updates of a training."""

IDLE_SECONDS = 5.0
"""Between two looks at whether somebody has begun one."""

BADGES: dict[State, tuple[str, str]] = {
    "queued": ("waits", "gray"),
    "running": ("training", "blue"),
    "paused": ("paused", "orange"),
    "finished": ("finished", "green"),
    "stopped": ("stopped", "orange"),
    "interrupted": ("interrupted", "orange"),
    "failed": ("failed", "red"),
    "broken": ("broken", "red"),
}
"""A word and a color for every state of a run."""


def show_live() -> list[Run]:
    """The queue, and the run that this visitor watches or that is being trained, if there is one.

    Returns:
        The runs made here, as they stand now.
    """
    runs = _advance_queue()
    active = any(run.busy or run.state == "queued" for run in runs)
    every = REFRESH_SECONDS if active else IDLE_SECONDS
    st.fragment(_follow, run_every=every)(sign(runs), [runs])
    return runs


def choose_subject(runs: Sequence[Run], watched: str | None) -> Run | None:
    """The run to show: the watched unless it waits, else the one in training, or the last if it failed."""
    chosen = next((run for run in runs if run.name == watched), None)
    if chosen and chosen.state != "queued":
        return chosen
    busy = next((run for run in runs if run.busy), None)
    if busy or not runs:
        return busy
    return runs[0] if runs[0].state in ("interrupted", "failed") else None


def format_state(run: Run) -> str:
    """The state of a run, as a badge in Markdown."""
    word, color = BADGES[run.state]
    return f":{color}-badge[{word}]"


def sign(runs: Sequence[Run]) -> tuple[tuple[str, str, bool], ...]:
    """What changes when a list of runs has to be drawn again."""
    return tuple((run.name, run.state, run.busy) for run in runs)


def show_curves(run: Run, curves: Curves, *, key: str, height: int = 260) -> None:
    """Accuracy and loss side by side, one under the other on a phone."""
    with st.grid(2, min_column_width=280, gap="medium"):
        for metric in ("accuracy", "loss"):
            with st.container(gap="xxsmall"):
                st.markdown(f"**{metric.capitalize()}** by epoch")
                show_chart(
                    draw_training(curves, metric, height=height),
                    key=f"{key}.{metric}",
                    alt=_describe(run.name, curves, metric),
                )
    if curves.changes:
        st.caption(f"While it trained: {', '.join(map(format_change, curves.changes))}.")
    last = curves.epochs[-1] if curves.epochs else {}
    if last.get("accuracy", 1.0) < last.get("val_accuracy", 0.0):
        distorted = "its images are distorted anew in every epoch, and validation's are not"
        early = "it is measured while the epoch goes on, with the dropout that validation leaves out"
        reason = distorted if run.record and run.record.settings.get("augmentation") else early
        st.caption(f"Training lies below validation: {reason}.")


def _follow(before: tuple[tuple[str, str, bool], ...], fresh: list[list[Run]]) -> None:
    """Follows a training; `fresh` holds the runs if they have just been listed."""
    runs = fresh.pop() if fresh else _advance_queue()
    if sign(runs) != before:
        # The parts around this one, and how often this one runs, depend on the runs.
        st.rerun()
    subject = choose_subject(runs, actions.watched())
    actions.warn_if_gone(runs)
    if sentence := actions.format_queue(runs):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lab-queue"):
            st.markdown(f":material/queue: {sentence}", width="content")
            for run in runs:
                if run.state == "queued" and is_allowed(run):
                    _cancel_button(run)
    if subject:
        _show_subject(subject, runs)


def _show_subject(run: Run, runs: Sequence[Run]) -> None:
    now = read_now(run) if run.record else None
    with st.container(border=True, key="lab-live"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.header(run.name, anchor=False, width="content")
            st.markdown(format_state(run), width="content")
            st.space("stretch")
            _show_buttons(run, now, runs)
        if run.problem:
            st.warning(escape_markdown(run.problem), icon=":material/warning:")
        if now is None:
            return
        curves = read_curves(run)
        st.progress(now.share, text=_format_phase(run, now))
        _show_figures(run, now)
        if curves.problem:
            st.warning(escape_markdown(curves.problem), icon=":material/warning:")
        show_curves(run, curves, key="lab.live")


def _show_buttons(run: Run, now: Now | None, runs: Sequence[Run]) -> None:
    if run.busy and now:
        show_controls(run, now)
        return
    if run.can_resume:
        resume_button(run, key="lab.resume")
    compare_button(run, key="lab.compare")
    other = next((run for run in runs if run.busy), None)
    if other:
        st.button(
            f"Watch {other.name}",
            icon=":material/visibility:",
            on_click=actions.watch,
            args=(other.name,),
            key="lab.watch",
        )
    elif run.state not in ("interrupted", "failed"):
        st.button(
            "Close",
            icon=":material/close:",
            on_click=actions.watch,
            args=(None,),
            key="lab.close",
            type="tertiary",
        )


def compare_button(run: Run, *, key: str) -> None:
    """Opens the comparison, for a run that was measured."""
    if run.busy or not run.folder.predictions_npz.is_file():
        return
    if st.button(
        "Compare",
        icon=":material/compare_arrows:",
        on_click=actions.compare,
        args=(run,),
        key=key,
        help="Sets it against a baseline, which you can change",
    ):
        st.rerun()  # The button may stand in a part of the page that runs alone.


def resume_button(run: Run, *, key: str) -> None:
    """Resume, for a run that was cut off."""
    st.button(
        "Resume",
        icon=":material/play_arrow:",
        on_click=actions.resume,
        args=(run.name,),
        disabled=not training_is_on(),
        type="primary",
        key=key,
        help="Goes on after the last whole epoch",
    )


def _cancel_button(run: Run) -> None:
    st.button(
        f"Cancel {run.name}",
        icon=":material/close:",
        on_click=actions.cancel,
        args=(run.name,),
        key=f"lab.cancel.{run.name}",
        type="tertiary",
    )


def _show_figures(run: Run, now: Now) -> None:
    epoch = f"{now.epoch} of {now.epochs}"
    if now.phase == "ended":
        figures = {
            "Epochs": epoch,
            "Test": format_accuracy(read_test_accuracy(run)),
            "Validation": format_accuracy(now.val_accuracy),
            "Training": format_accuracy(now.accuracy),
            "Time": format_duration(run.record.seconds) if run.record and run.record.seconds else "–",
            "Weights": f"{run.record.parameters:,}" if run.record and run.record.parameters else "–",
        }
    else:
        figures = {
            "Epoch": epoch,
            "Validation": format_accuracy(now.val_accuracy),
            "Training": format_accuracy(now.accuracy),
            "Images a second": "–" if now.images_per_second is None else f"{now.images_per_second:,.0f}",
            "Time left": "–" if now.seconds_left is None else format_duration(now.seconds_left),
            "Memory": "–" if now.memory is None else f"{now.memory / 1e6:.0f} MB",
        }
    with st.grid(6, min_column_width=120, gap="small"):
        for label, value in figures.items():
            st.metric(label, value)


def _format_phase(run: Run, now: Now) -> str:
    if now.phase == "starting":
        begun = run.record.process_started if run.record else None
        so_far = f": {max(0.0, time.time() - begun):.0f} s so far, of about {START_UP:.0f}" if begun else ""
        return f"Loading TensorFlow and the images{so_far}"
    if now.phase == "measuring":
        return "Measuring the best epoch on the test images, and saving it"
    if now.phase == "training":
        if run.state == "paused":
            return f"Paused in epoch {now.epoch} of {now.epochs}"
        rate = f", learning rate {now.learning_rate:g}" if now.learning_rate is not None else ""
        return f"Epoch {now.epoch} of {now.epochs}{rate}"
    if run.state == "finished":
        return "Finished: the best epoch is kept"
    kept = "; the best of them is kept and can be used" if run.has_model else ""
    return f"{now.epoch} of {now.epochs} epochs are done{kept}"


def _describe(name: str, curves: Curves, metric: str) -> str:
    last = curves.epochs[-1].get(f"val_{metric}") if curves.epochs else None
    result = "no epoch is done yet" if last is None else f"{last:.4f} on validation images at the end"
    return f"{metric.capitalize()} of {name} over {len(curves.epochs)} epochs: {result}"


def _advance_queue() -> list[Run]:
    runs = list_own_runs()
    if not list_waiting(runs):
        return runs
    try:
        advance()
    except DigitcnnError as error:
        st.session_state["lab.problem"] = str(error)
    return list_own_runs()
