"""The Train part of the lab: the training that runs, and a preset with its settings to start another."""

from typing import Any

import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.lab.datasets.sources import list_datasets
from digitcnn.lab.designs.figures import measure_layers
from digitcnn.lab.designs.notebook import NotebookSource
from digitcnn.lab.designs.store import find_preset, list_presets
from digitcnn.lab.jobs.queue import training_is_on
from digitcnn.lab.runs.catalog import Run, list_shipped_runs, read_test_accuracy
from digitcnn.lab.runs.estimates import estimate, judge_claim, measure_slowdown
from digitcnn.lab.runs.limits import LIMITS, OPTIMIZERS, SCHEDULES
from digitcnn.lab.runs.live import read_curves
from digitcnn.lab.runs.run_table import format_duration
from digitcnn.lab.runs.settings import PRESETS, Preset, Settings, command_of
from digitcnn.web.lab import actions
from digitcnn.web.lab.keras_code import show_keras_code
from digitcnn.web.lab.layer_drawing import draw_layers
from digitcnn.web.lab.live import show_curves, show_live
from digitcnn.web.text import escape_markdown, format_accuracy


def show_train() -> None:
    """Everything of the Train part."""
    actions.show_problem()
    runs = show_live()
    if actions.watched():
        # The run that this visitor watches comes first; the rest is one click away.
        another = st.expander("Train another model", on_change="rerun", key="lab.another")
        if another.open:
            with another:
                _choose_preset(runs)
    else:
        st.header("Train a model", anchor=False)
        _choose_preset(runs)


def _choose_preset(runs: list[Run]) -> None:
    name = st.pills(
        "Preset",
        list_presets(),
        default=next(iter(PRESETS)),
        required=True,
        label_visibility="collapsed",
        key="preset",
        bind="query-params",
    )
    try:
        preset = find_preset(name)
    except DigitcnnError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
        return
    shipped = list_shipped_runs()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_card(preset, next((run for run in shipped if run.name == name), None))
    with right:
        _choose_and_start(preset, runs, shipped)


def _show_card(preset: Preset, run: Run | None) -> None:
    with st.container(border=True):
        layers = measure_layers(preset.layers, preset.classes)
        st.html(draw_layers(layers))
        accuracy = read_test_accuracy(run) if run else None
        judged = "" if accuracy is None else f" {escape_markdown(judge_claim(preset.claim, accuracy))}"
        claim = f"Its own claim: {preset.claim}." if preset.name in PRESETS else "Your own design."
        st.markdown(f"{escape_markdown(preset.summary)}. {escape_markdown(claim)}{judged}")
        with st.grid(4, min_column_width=110, gap="small"):
            st.metric("MNIST test", format_accuracy(accuracy), help=actions.MEASURE)
            st.metric("Training time", format_duration(run.record.seconds) if run and run.record else "–")
            st.metric("Weights", f"{sum(layer.weights for layer in layers):,}")
            st.metric("Epochs", preset.recipe.epochs)
        if run is None or run.state != "finished":
            st.caption("No trained model of it ships: train it to see its accuracy.")
        else:
            show_curves(run, read_curves(run), key=f"lab.card.{preset.name}", height=200)


def _choose_and_start(preset: Preset, runs: list[Run], shipped: list[Run]) -> None:
    data = _choose_data(preset)
    chosen = _choose_settings(preset, data) | {"data": data}
    settings, obstacle = None, None
    try:
        settings = Settings.of_preset(preset, chosen)
    except DigitcnnError as error:
        obstacle = str(error)
    else:
        _show_estimate(settings, runs, shipped)
    if not training_is_on():
        st.info("Training is turned off on this server. On your own machine it is one command:")
    elif obstacle := obstacle or find_obstacle(data):
        st.error(escape_markdown(obstacle), icon=":material/error:")
    elif any(run.busy or run.state == "queued" for run in runs):
        st.caption("One model is trained at a time; yours will wait for its turn.")
    st.button(
        "Start training",
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=not training_is_on() or obstacle is not None,
        on_click=actions.start,
        args=(settings,),
        key="lab.start",
    )
    if settings:
        # Not st.code: its highlighter loads for longer than all the rest before the first chart.
        st.caption(f"The same on the command line: `{command_of(settings)}`")
        show_keras_code(NotebookSource.of_settings(settings), key=f"lab.{preset.name}")


def _show_estimate(settings: Settings, runs: list[Run], shipped: list[Run]) -> None:
    slowdown = measure_slowdown(runs)
    guess = estimate(settings, runs, shipped, slowdown=slowdown)
    if guess is None:
        st.caption("No estimate: this preset has not been trained here yet.")
        return
    basis = "its last run on this machine" if guess.here else "the run that ships, and this machine's speed"
    busy = f" This machine is busy, which makes it {slowdown:.1f} times as long." if slowdown >= 1.2 else ""
    st.caption(f"About **{format_duration(guess.seconds)}**: an estimate from {basis}.{busy}")


@st.cache_data(ttl=30, show_spinner="Looking for the images")
def find_obstacle(data: str) -> str | None:
    """Why a training on this data set cannot begin, looked up every half minute; None where it can."""
    # Only a visitor of this part needs what reads data sets.
    from digitcnn.lab.datasets import readiness

    return readiness.find_obstacle(data)


def _choose_data(preset: Preset) -> str:
    """The data set to learn from: the preset's own, until another is chosen."""
    datasets = {each.name: each for each in list_datasets()}
    key = f"lab.{preset.name}.data"
    if st.session_state.get(key) not in datasets:
        st.session_state[key] = preset.recipe.data  # Somebody has removed the one that was chosen.
    # In a place of its own: a caption that comes or goes would move the fields below it, and the browser
    # would build these anew, without what is being typed.
    with st.container():
        name = st.selectbox(
            "Data set",
            list(datasets),
            format_func=lambda each: datasets[each].title,
            help="The images that it learns from; the Data page shows them, and takes your own.",
            key=key,
            persist_state="session",
        )
        chosen = datasets[name]
        if name != preset.recipe.data:
            named = ", ".join(chosen.classes[:12]) + (", …" if len(chosen.classes) > 12 else "")
            st.caption(f"{len(chosen.classes)} classes: {escape_markdown(named)}.")
    return name


def _choose_settings(preset: Preset, data: str) -> dict[str, Any]:
    """The values of the fields, inside their limits or not."""
    own = Settings.of_preset(preset)
    with st.grid(2, min_column_width=150, gap="small"):
        chosen: dict[str, Any] = {
            "epochs": _number(own, "epochs", "Epochs", step=1),
            "batch_size": _number(own, "batch_size", "Batch size", step=32),
            "optimizer": _choice(
                own, "optimizer", OPTIMIZERS, "The rule that turns gradients into steps. sgd has momentum."
            ),
            "learning_rate": _number(own, "learning_rate", "Learning rate", step=0.0005, format="%g"),
            "schedule": _choice(
                own,
                "schedule",
                SCHEDULES,
                "How the learning rate changes: it stays, falls along half a cosine, rises and falls in a "
                "line (one-cycle), or falls to a tenth twice (steps).",
            ),
            "images": _number(own, "images", "Images used", step=1000, placeholder="all"),
            "validation_split": _number(
                own,
                "validation_split",
                "Validation split",
                step=0.05,
                format="%g",
                disabled=data in ("handwriting", "letters"),
            ),
            "seed": _number(own, "seed", "Seed", step=1),
        }
    chosen["augmentation"] = st.toggle(
        "Augmentation",
        own.augmentation,
        help="Turns and bends handwriting anew in every epoch, or shifts pictures: slower, but better on "
        f"what people write. The preset has it {'on' if own.augmentation else 'off'}.",
        key=f"lab.{preset.name}.augmentation",
        persist_state="session",
    )
    return chosen


def _choice(own: Settings, name: str, options: tuple[str, ...], help: str) -> str:
    preset_value = getattr(own, name)
    return st.selectbox(
        name.capitalize(),
        options,
        index=options.index(preset_value),
        help=f"{help} The preset uses {preset_value}.",
        key=f"lab.{own.preset}.{name}",
        persist_state="session",
    )


def _number(own: Settings, name: str, label: str, **options: Any) -> Any:
    limit, default = LIMITS[name], getattr(own, name)
    preset_value = "all of them" if default is None else f"{default:g}"
    # Without limits of its own: the browser would take back what was typed, or clip it, without a word.
    return st.number_input(
        label,
        value=default,
        help=f"{limit.help} The preset uses {preset_value}.",
        key=f"lab.{own.preset}.{name}",
        persist_state="session",
        **options,
    )
