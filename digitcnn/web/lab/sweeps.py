"""The Sweeps part of the lab: the trials of a sweep, means over seeds, and the best so far."""

from pathlib import Path
from typing import Any

import streamlit as st

from digitcnn.errors import RunFolderError
from digitcnn.lab.runs.about import About, may_end
from digitcnn.lab.runs.run_table import format_duration
from digitcnn.lab.sweeps.record import TrialState, is_alive, list_sweeps, read_sweep
from digitcnn.lab.sweeps.start import plan_path
from digitcnn.lab.sweeps.summary import SweepView, view_sweep
from digitcnn.web.charts.show import show_chart
from digitcnn.web.charts.sweeps import MAX_GROUPS, axes_of, draw_axes, draw_groups
from digitcnn.web.lab import actions
from digitcnn.web.lab.sweep_plan import show_plan
from digitcnn.web.lab.visitor import owner
from digitcnn.web.text import escape_markdown, format_accuracy

REFRESH_SECONDS = 2.0
"""Between two updates of a sweep that runs."""

WORDS: dict[TrialState, str] = {
    "waiting": "waits",
    "running": "training",
    "finished": "finished",
    "early": "stopped early",
    "failed": "failed",
}


def show_sweeps() -> None:
    """Everything of the Sweeps part: a plan, and the sweep that runs or ran last."""
    actions.show_problem()
    paths = {path.stem: path for path in list_sweeps()}
    st.fragment(_follow_list, run_every=REFRESH_SECONDS)(set(paths))
    st.markdown(
        "A sweep trains presets with several seeds and settings, and shows which differences are more than "
        "chance."
    )
    if not paths:
        st.info("There are no sweeps yet: plan one here, or write a file for `python -m digitcnn sweep`.")
    plan = st.expander("Plan a sweep", expanded=not paths, on_change="rerun", key="lab.plan")
    if plan.open:
        with plan:
            show_plan(list(paths))
    started = st.session_state.get("lab.sweep.started")
    if started in paths:
        st.session_state["lab.sweep.name"] = st.session_state.pop("lab.sweep.started")
    elif started:
        st.info(f"{escape_markdown(started)} is starting: its trials appear here in some seconds.")
    if not paths:
        return
    name = st.selectbox("Sweep", list(paths), key="lab.sweep.name", width=320)
    st.fragment(_follow, run_every=REFRESH_SECONDS)(paths[name], _is_running(paths[name]))


def _follow_list(before: set[str]) -> None:
    if {path.stem for path in list_sweeps()} != before:
        st.rerun()


def _follow(path: Path, was_alive: bool) -> None:
    try:
        record = read_sweep(path)
    except RunFolderError as error:
        st.warning(escape_markdown(str(error)), icon=":material/warning:")
        return
    alive = is_alive(record, path)
    if alive != was_alive:
        # How often this part runs depends on whether the sweep does.
        st.rerun()
    view = view_sweep(record, alive=alive)
    with st.container(border=True, key="lab-sweep"):
        _show_head(view)
        measured = [group for group in view.groups if group.mean is not None]
        if not measured and view.best is None:
            st.caption("The first result appears when the first trial has ended.")
        if measured:
            _show_groups(view)
        if len(axes_of(view)) > 2 and any(trial.best is not None for trial in view.trials):
            st.markdown("**Parallel coordinates**: a line per trial, across its settings to its best epoch")
            show_chart(
                draw_axes(view),
                key="lab.sweep.axes",
                alt="A line per trial across its settings to its accuracy on the validation images",
            )
        _show_trials(view)


def _show_head(view: SweepView) -> None:
    record = view.record
    state, color = (
        ("finished", "green")
        if record.state == "finished"
        else ("running", "blue")
        if view.alive
        else ("cut off", "orange")
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(escape_markdown(record.name), anchor=False, width="content")
        st.markdown(f":{color}-badge[{state}]", width="content")
        st.space("stretch")
        if view.alive and may_end(About(record.owner), owner()):
            st.button("Stop", on_click=actions.stop_sweep, args=(record.name,), key="lab.sweep.stop")
    count, data = len(view.trials), ", ".join(dict.fromkeys(trial.record.data for trial in view.trials))
    done = sum(trial.record.ended for trial in view.trials)
    share = sum(
        1.0 if trial.record.ended else trial.epoch / max(trial.record.epochs, 1) for trial in view.trials
    )
    parts = [f"{done} of {count} trials have ended"]
    parts += [
        f"{view.count(state)} {WORDS[state]}" for state in ("running", "early", "failed") if view.count(state)
    ]
    st.progress(
        min(1.0, share / max(count, 1)),
        text=escape_markdown(f"{', '.join(parts)}. Learn from: {data}. Trained by: {record.engine}."),
    )
    if state == "cut off":
        plan = plan_path(record.name)
        command = f": `python -m digitcnn sweep {plan.parent.name}/{plan.name}`" if plan.is_file() else ""
        st.warning(f"No process runs this sweep now: start its command again to resume it{command}.")
    with st.grid(4, min_column_width=150, gap="small"):
        best = view.best
        st.metric(
            "Best so far", format_accuracy(best.test if best else None), help=best.name if best else None
        )
        leader = next((group for group in view.groups if group.mean is not None), None)
        st.metric("Best mean over seeds", format_accuracy(leader.mean if leader else None))
        st.metric("Trials", f"{done} of {count}")
        st.metric("Training, all together", format_duration(sum(trial.seconds for trial in view.trials)))
    if best:
        st.caption(f"Best so far: {escape_markdown(best.name)} ({escape_markdown(best.label)}).")


def _show_groups(view: SweepView) -> None:
    groups = [group for group in view.groups if group.mean is not None]
    st.markdown("**Mean over seeds**, with its 95 % interval, and every seed")
    show_chart(
        draw_groups(groups[:MAX_GROUPS], view.trials),
        key="lab.sweep.groups",
        alt=f"Mean accuracy over seeds of {len(groups)} settings; the best is {groups[0].label}",
    )
    st.dataframe(
        [
            {
                "Preset": group.preset,
                "Data set": group.data,
                **{name.replace("_", " "): str(value) for name, value in group.varied.items()},
                "Mean": group.mean,
                "95 % from": group.low,
                "to": group.high,
                "Best": group.best,
                "Seeds": f"{group.seeds} of {group.trials}",
            }
            for group in view.groups
        ],
        column_config={
            "Preset": st.column_config.TextColumn(pinned=True),
            **{
                name: st.column_config.NumberColumn(format="%.4f")
                for name in ("Mean", "95 % from", "to", "Best")
            },
        },
        hide_index=True,
        height=min(38 + 35 * len(view.groups), 318),
        placeholder="",
        key="lab.sweep.means",
        alt="Mean accuracy over seeds of every preset and setting",
    )
    if any(group.seeds == 1 for group in groups):
        st.caption("One seed tells nothing about chance: an interval needs two, and is narrow from five on.")


def _show_trials(view: SweepView) -> None:
    rows: list[dict[str, Any]] = [
        {
            "Trial": trial.name,
            "State": WORDS[trial.state],
            "Test": trial.test,
            "Best validation": trial.best,
            "Epoch": f"{trial.epoch} of {trial.record.epochs}",
            "Preset": trial.record.preset,
            "Data set": trial.record.data,
            **{name.replace("_", " "): str(value) for name, value in trial.record.varied.items()},
            "Seed": trial.record.seed,
            "Time": trial.seconds or None,
            "Machine": trial.record.node,
            "Begun": trial.record.attempts,
            "Problem": trial.record.error,
        }
        for trial in view.trials
    ]
    st.markdown("**All trials**")
    choice = st.dataframe(
        rows,
        column_config={
            "Trial": st.column_config.TextColumn(pinned=True),
            "Test": st.column_config.NumberColumn(format="%.4f", help="Accuracy on the test images"),
            "Best validation": st.column_config.NumberColumn(format="%.4f"),
            "Time": st.column_config.NumberColumn(format="duration"),
            "Begun": st.column_config.NumberColumn(help="How often: more than once where a worker was lost"),
        },
        hide_index=True,
        height=min(38 + 35 * len(rows), 388),
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key="lab.sweep.trials",
        alt="All trials with their state and accuracy; choose one to open its run",
    )
    chosen = choice["selection"]["rows"]
    if chosen and view.trials[min(chosen[0], len(rows) - 1)].run:
        name = view.trials[min(chosen[0], len(rows) - 1)].name
        st.button(
            f"Open {name} under Runs",
            icon=":material/open_in_new:",
            on_click=_open_run,
            args=(name,),
            key="lab.sweep.open",
        )


def _open_run(name: str) -> None:
    actions.watch(name)
    st.session_state["lab.runs.chosen"] = name
    st.session_state[actions.PART] = "Runs"


def _is_running(path: Path) -> bool:
    try:
        return is_alive(read_sweep(path), path)
    except RunFolderError:
        return False
