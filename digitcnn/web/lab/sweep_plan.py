"""A sweep planned on the page: data set, presets, seeds, settings, the number of trainings and the time."""

import json
from typing import Any

import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.lab.datasets.sources import list_datasets
from digitcnn.lab.designs.store import list_presets
from digitcnn.lab.jobs.queue import training_is_on
from digitcnn.lab.runs.catalog import list_own_runs, list_shipped_runs
from digitcnn.lab.runs.estimates import estimate, measure_slowdown
from digitcnn.lab.runs.limits import LIMITS
from digitcnn.lab.runs.run_table import format_duration
from digitcnn.web.lab import actions
from digitcnn.web.lab.train import find_obstacle
from digitcnn.web.text import escape_markdown

MAX_TRAININGS = 60
"""In a sweep that a visitor starts; the command line takes more."""

_EXAMPLES = {
    "batch_size": "64, 128",
    "learning_rate": "0.001, 0.003",
    "optimizer": "adam, nadam, sgd",
    "schedule": "constant, cosine",
    "augmentation": "true, false",
    "validation_split": "0.1, 0.2",
    "epochs": "2, 5",
    "images": "6000, 60000",
}
"""By setting that can vary: values as they are typed."""


def show_plan(taken: list[str]) -> None:
    """The fields of a new sweep, what it will take, and Start.

    Args:
        taken: names of the sweeps that there are.
    """
    free = next(name for name in (f"sweep-{number}" for number in range(1, 10**6)) if name not in taken)
    with st.grid(2, min_column_width=260, gap="small"):
        name = st.text_input("Name of the sweep", free, key="lab.plan.name")
        datasets = {each.name: each.title for each in list_datasets()}
        data = st.selectbox(
            "Data set",
            list(datasets),
            index=None,
            format_func=lambda each: datasets[each],
            placeholder="as the preset",
            help="The images that all learn from; the Data page shows them, and takes your own.",
            key="lab.plan.data",
        )
        presets = st.multiselect("Presets", list_presets(), ["simple", "sprint"], key="lab.plan.presets")
        seeds = st.number_input(
            "Seeds", value=2, step=1, help="How often each is trained", key="lab.plan.seeds"
        )
        fixed = {
            setting: st.number_input(
                label,
                value=None,
                step=1,
                placeholder="as the preset",
                help=LIMITS[setting].help,
                key=f"lab.plan.{setting}",
            )
            for setting, label in (("epochs", "Epochs of each"), ("images", "Images used by each"))
        }
        vary: dict[str, list[Any]] = {}
        for place in ("Vary a setting", "Vary another"):
            setting = st.selectbox(
                place,
                [each for each in _EXAMPLES if each not in vary],
                index=None,
                placeholder="None",
                format_func=lambda each: each.replace("_", " "),
                key=f"lab.plan.{place}",
            )
            if setting:
                typed = st.text_input(
                    f"Values of {setting.replace('_', ' ')}", _EXAMPLES[setting], key=f"lab.plan.of.{setting}"
                )
                vary[setting] = [_parse(value) for value in typed.split(",") if value.strip()]
    settings = {key: value for key, value in (fixed | {"data": data}).items() if value is not None}
    plan = {"presets": presets, "seeds": seeds, "settings": settings, "vary": vary}
    problem = _show_cost(name, plan)
    if problem:
        st.error(escape_markdown(problem), icon=":material/error:")
    st.button(
        "Start the sweep",
        icon=":material/play_arrow:",
        type="primary",
        disabled=problem is not None,
        on_click=actions.start_sweep,
        args=(name, plan),
        key="lab.plan.start",
    )


def _show_cost(name: str, plan: dict[str, Any]) -> str | None:
    """Shows the number of trainings and the time; returns why the plan cannot be started, if so."""
    # Only a visitor who plans loads pydantic.
    from digitcnn.lab.sweeps.plan import parse_spec, plan_trials

    try:
        trials = plan_trials(parse_spec(plan, default_name=name))
    except DigitcnnError as error:
        return str(error)
    if len(trials) > MAX_TRAININGS:
        return f"{len(trials)} trainings are too many for a page: plan at most {MAX_TRAININGS}."
    own, shipped = list_own_runs(), list_shipped_runs()
    slowdown = measure_slowdown(own)
    guesses = [estimate(trial.settings, own, shipped, slowdown=slowdown) for trial in trials]
    known = [guess.seconds for guess in guesses if guess]
    # Of a preset that was never trained here: as long as the others.
    time = f"about **{format_duration(sum(known) / len(known) * len(trials))}**" if known else "no estimate"
    st.markdown(f"**{len(trials)} trainings**, one after another: {time}.")
    if not training_is_on():
        return "Training is turned off on this server."
    obstacles = (find_obstacle(data) for data in dict.fromkeys(trial.settings.data for trial in trials))
    return next(filter(None, obstacles), None)


def _parse(text: str) -> Any:
    """A number, true or false as such; another word, such as an optimizer, as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()
