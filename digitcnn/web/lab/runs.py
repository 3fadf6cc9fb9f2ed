"""The Runs part of the lab: every run, shipped and made here, with its actions."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.lab.designs.store import find_preset, list_presets
from digitcnn.lab.jobs.queue import LOG, training_is_on
from digitcnn.lab.runs.about import MAX_NOTES, MAX_TAGS, MAX_TITLE
from digitcnn.lab.runs.catalog import Run, list_own_runs, list_shipped_runs, read_test_accuracy
from digitcnn.lab.runs.live import read_curves
from digitcnn.lab.runs.run_table import format_duration
from digitcnn.web.lab import actions
from digitcnn.web.lab.downloads import show_downloads
from digitcnn.web.lab.live import (
    BADGES,
    REFRESH_SECONDS,
    compare_button,
    format_state,
    resume_button,
    show_curves,
    sign,
)
from digitcnn.web.lab.running import caption_owner, stop_button
from digitcnn.web.lab.visitor import about, is_allowed, is_mine
from digitcnn.web.models import use_run, used_run
from digitcnn.web.text import escape_markdown


def show_runs() -> None:
    """Everything of the Runs part."""
    actions.show_problem()
    own = list_own_runs()
    st.fragment(_follow, run_every=REFRESH_SECONDS)(sign(own))
    runs = [*own, *list_shipped_runs()]
    actions.warn_if_gone(runs)
    if sentence := actions.format_queue(own):
        st.markdown(f":material/queue: {sentence}")
    if not runs:
        st.info("There are no runs yet: start one under Train.")
        return
    if not (found := _filter(runs)):
        st.info("No run matches: empty a filter above.")
        return
    _show_costs(found)
    run = found[_choose_row(found)]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.header(run.name, anchor=False, width="content")
            st.markdown(format_state(run), width="content")
            st.space("stretch")
            _show_actions(run)
        if run.problem:
            st.warning(escape_markdown(run.problem), icon=":material/warning:")
        if run.record is None:
            return
        st.caption(_format_settings(run))
        _show_description(run)
        curves = read_curves(run)
        if curves.problem:
            st.warning(escape_markdown(curves.problem), icon=":material/warning:")
        if curves.epochs or curves.batches:
            show_curves(run, curves, key="lab.runs.curves", height=220)
        show_downloads(run)
        _show_log(run)


def tabulate(runs: Sequence[Run]) -> pd.DataFrame:
    """A row per run, with a column per setting that one of them changed; what is not known is missing."""
    rows = []
    for run in runs:
        record, said = run.record, about(run)
        rows.append(
            {
                "Run": run.name,
                "Name": said.title or None,
                "Tags": ", ".join(said.tags) or None,
                "State": BADGES[run.state][0],
                "Preset": record.preset if record else None,
                "Test accuracy": _percent(read_test_accuracy(run)),
                "Epochs": record.settings.get("epochs") if record else None,
                "Training time": format_duration(record.seconds) if record and record.seconds else None,
                "Weights": record.parameters or None if record else None,
                "Begun": record.started if record else None,
                "From": "ships" if run.shipped else "you" if is_mine(run) else "made here",
                **{_label(key): _shown(value) for key, value in _find_changes(run).items()},
            }
        )
    frame = pd.DataFrame(rows).convert_dtypes().dropna(axis="columns", how="all")
    frame["Begun"] = pd.to_datetime(frame["Begun"], format="ISO8601", utc=True, errors="coerce")
    return frame


def _follow(before: tuple[tuple[str, str, bool], ...]) -> None:
    """Draws the part again as soon as somebody's run begins, ends or is deleted."""
    if sign(list_own_runs()) != before:
        st.rerun()


def _filter(runs: Sequence[Run]) -> list[Run]:
    """The runs that the filters leave, by name, tag and preset."""
    tags = sorted({tag for run in runs for tag in about(run).tags})
    used = {run.record.preset for run in runs if run.record}
    presets = [*(name for name in list_presets() if name in used), *sorted(used - {*list_presets()})]
    with st.grid(3, min_column_width=200, gap="small"):
        part = st.text_input(
            "Filter by name", placeholder="Any", key="lab.runs.name", persist_state="session"
        ).casefold()
        tagged = st.multiselect(
            "By tag", tags, placeholder="Any", key="lab.runs.tags", persist_state="session"
        )
        of_preset = st.multiselect(
            "By preset", presets, placeholder="Any", key="lab.runs.presets", persist_state="session"
        )
    return [
        run
        for run in runs
        if part in f"{run.name} {about(run).title}".casefold()
        and set(tagged) <= set(about(run).tags)
        and (not of_preset or (run.record and run.record.preset in of_preset))
    ]


def _show_description(run: Run) -> None:
    said = about(run)
    if said.notes:
        st.text(said.notes)
    if not is_allowed(run):
        return
    with st.popover("Name, notes and tags", icon=":material/edit:"), st.form(f"lab.about.{run.name}"):
        title = st.text_input("Name", said.title, max_chars=MAX_TITLE)
        notes = st.text_area("Notes", said.notes, max_chars=MAX_NOTES)
        tags = st.multiselect(
            "Tags",
            said.tags,
            said.tags,
            accept_new_options=True,
            max_selections=MAX_TAGS,
            placeholder="Type a word, and press Enter",
        )
        if st.form_submit_button("Keep", type="primary"):
            actions.describe(run.name, title, notes, tags)
            st.rerun()


def _show_costs(runs: Sequence[Run]) -> None:
    """What accuracy costs, drawn when it is asked for; a click on a run opens it."""
    costs = st.expander(
        "Accuracy and cost", icon=":material/scatter_plot:", on_change="rerun", key="lab.runs.costs"
    )
    if not costs.open:
        return
    # Only a visitor who opens it loads Altair.
    from digitcnn.web.charts.costs import draw_costs, tabulate_costs
    from digitcnn.web.charts.show import show_chart

    frame = tabulate_costs(runs)
    with costs:
        if frame.empty:
            st.caption("No run here was measured on MNIST's test images yet.")
            return
        show_chart(
            draw_costs(frame),
            key="lab.runs.scatter",
            alt=f"{len(frame)} runs by number of weights and accuracy on MNIST's test images",
            on_select=_choose_dot,
        )
        st.caption("The larger the dot, the longer the training. A click opens the run below.")


def _choose_dot() -> None:
    clicked = st.session_state["lab.runs.scatter"]["selection"].get("chosen")
    if clicked:
        st.session_state["lab.runs.chosen"] = clicked[0]["run"]


def _choose_row(runs: Sequence[Run]) -> int:
    """Shows the table; returns the row clicked last, or that of the run that this visitor watches."""
    choice = st.dataframe(
        tabulate(runs),
        column_config={
            "Run": st.column_config.TextColumn(pinned=True),
            "Test accuracy": st.column_config.NumberColumn(format="%.2f %%", help=actions.MEASURE),
            "Weights": st.column_config.NumberColumn(format="localized"),
            "Begun": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
        hide_index=True,
        height=min(38 + 35 * len(runs), 388),
        placeholder="",
        on_select="rerun",
        selection_mode="single-cell",
        key="lab.runs.table",
        alt="All runs with their state and accuracy; choose one to see it below",
    )
    names = [run.name for run in runs]
    cells = choice["selection"]["cells"]
    # A cell stays selected: only a new one is a choice, for a dot may have been clicked since.
    if cells and cells != st.session_state.get("lab.runs.cells"):
        st.session_state["lab.runs.chosen"] = names[min(cells[0][0], len(names) - 1)]
    st.session_state["lab.runs.cells"] = cells
    for name in (st.session_state.get("lab.runs.chosen"), actions.watched()):
        if name in names:
            return names.index(name)
    return 0


def _show_actions(run: Run) -> None:
    if run.has_model and run.record and run.record.ink and not run.busy:
        _use_button(run)
    compare_button(run, key="lab.runs.compare")
    if run.can_resume:
        resume_button(run, key="lab.runs.resume")
    if not is_allowed(run):
        if not run.shipped:
            caption_owner()
        return
    if run.state in ("running", "paused"):
        stop_button(run, key="lab.runs.stop")
    if run.state == "queued":
        st.button(
            "Cancel",
            icon=":material/close:",
            on_click=actions.cancel,
            args=(run.name,),
            key="lab.runs.cancel",
        )
    if not run.busy and training_is_on():
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(f"**{run.name}** and its model will be gone, for everybody.")
            st.button(
                "Delete it",
                type="primary",
                on_click=actions.delete,
                args=(run.name,),
                key=f"lab.runs.delete.{run.name}",
            )


def _use_button(run: Run) -> None:
    used = used_run() == run.name
    if run.shipped:
        return
    st.button(
        "Used on Draw and Upload" if used else "Use on Draw and Upload",
        icon=":material/check:" if used else ":material/draw:",
        on_click=use_run,
        args=(None if used else run.name,),
        key="lab.runs.use",
        help="Puts this model first on both pages, for you alone, until you leave; again to take it back",
    )


def _show_log(run: Run) -> None:
    log = run.folder.path / LOG
    if not log.is_file():
        return
    shown = st.expander("Training log", on_change="rerun", key="lab.runs.log")
    if shown.open:
        shown.code(_tail(log), language=None, wrap_lines=True)


def _tail(path: Path, size: int = 4000) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read(size).decode("utf-8", errors="replace").strip()


def _find_changes(run: Run) -> dict[str, object]:
    """The settings of a run that are not its preset's, and the seed where it is not 0."""
    if run.record is None:
        return {}
    try:
        preset = find_preset(run.record.preset)
    except DigitcnnError:
        return {}
    own = vars(preset.recipe) | {"seed": 0, "images": None}
    settings = run.record.settings | {"seed": run.record.seed}
    return {key: value for key, value in settings.items() if own.get(key) != value}


def _format_settings(run: Run) -> str:
    """The settings, those that differ from the preset's first."""
    assert run.record
    changes = _find_changes(run)
    all_of_them = run.record.settings | {"seed": run.record.seed}
    same = {key: value for key, value in all_of_them.items() if key not in changes and value is not None}
    changed, kept = (
        ", ".join(f"{_label(key)} {_shown(value)}" for key, value in each.items()) for each in (changes, same)
    )
    first = f"Unlike the preset: {changed}. " if changes else "All as the preset. "
    return escape_markdown(first + f"{run.record.preset}: {kept}.")


def _label(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value}"


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction
