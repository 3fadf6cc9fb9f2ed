"""The Lab's Inside tab: where a model looks, and what its layers make of a digit."""

from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
import streamlit as st

from digitcnn.confidence import CLASSES
from digitcnn.errors import DigitcnnError
from digitcnn.lab.explain.activations import Cover, Occlusion, capture_outputs, measure_occlusion
from digitcnn.lab.explain.layers import Layer, read_layers
from digitcnn.recognition.reader import DEFAULT_MODEL
from digitcnn.run_folder import SHIPPED, RunFolder, find_run, list_runs, runs_root
from digitcnn.web.charts.probabilities import SPEC, tabulate_probabilities
from digitcnn.web.images import AGAINST, INK, picture_of_pixels
from digitcnn.web.lab.inside_digits import choose_digit
from digitcnn.web.lab.inside_pictures import picture_of_occlusion, sheet_of_maps
from digitcnn.web.models import is_finished
from digitcnn.web.tables import make_table
from digitcnn.web.text import format_percent

COVERS: dict[str, Cover] = {"Take ink away": "paper", "Add ink": "ink"}

_PICTURE = 240
"""Width of a digit's picture, in pixels."""

EXPLAIN = {
    "Conv2D": "Each picture is the map of one filter: strong where the digit has what that filter looks for.",
    "ReLU": "What is below zero became zero: only what a filter did find goes on.",
    "MaxPooling2D": "Of each little window only the strongest value stays: smaller maps, and it matters less "
    "where exactly something was.",
    "GlobalAveragePooling2D": "One value per channel: how much of it there is in the whole picture.",
    "Dense": "Each cell is a neuron, which weighs all values of the layer before.",
    "BatchNormalization": "Every channel brought to a common scale.",
    "Rescaling": "The pixels moved and stretched, so that they lie around zero.",
}


@dataclass(frozen=True)
class Look:
    """Where a model looks, ready to be shown."""

    picture: str
    answer: str
    confidence: float
    words: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """What comes out of one step of a model, ready to be shown.

    Attributes:
        title, size: what the step is, and how large what comes out of it.
        explanation: what is to be seen, in a sentence.
        picture: a data URL; "" where the probabilities are shown instead.
    """

    title: str
    size: str
    explanation: str
    picture: str


@st.fragment
def show_inside() -> None:
    """The whole tab: choose a model and a digit, and look inside."""
    folders = _list_folders()
    if not folders:
        st.info("There is no trained model here yet: train one in the Train tab, then look inside it here.")
        return
    with st.container(border=True, key="inside-choice"):
        # By path: a folder read anew equals no other, and the choice would be lost.
        path = st.selectbox("Model", list(folders), format_func=_format_folder, key="inside.model")
        folder = folders[path]
        chosen = choose_digit(folder)
    if chosen is None:
        return
    st.subheader("Where it looks", anchor=False)
    with st.container(horizontal=True, gap="medium", key="inside-look"):
        with st.container(width=_PICTURE):
            st.image(
                picture_of_pixels(chosen.pixels), width="stretch", alt=f"The digit as it is: {chosen.words}"
            )
            st.caption(f"What it sees: {chosen.words}")
        with st.container(width=640):
            _show_look(folder, chosen.pixels, key="inside.cover")
    st.subheader("Layer by layer", anchor=False)
    try:
        layers = _layers(str(folder.path), _changed(folder))
        sheets, probabilities = _sheets(str(folder.path), _changed(folder), chosen.pixels.tobytes())
    except DigitcnnError as error:
        st.warning(str(error))
        return
    _show_table(layers)
    for number, sheet in enumerate(sheets, 1):
        _show_sheet(number, sheet, probabilities)


def show_where_it_looks(path: str, house_digit: np.ndarray) -> None:
    """What of a digit the answer of a model hangs on; a small panel for any page.

    Args:
        path: of the model's run folder.
        house_digit: (28, 28) in 0-1.
    """
    try:
        folder = find_run(path)
    except DigitcnnError as error:
        st.warning(str(error))
        return
    _show_look(folder, house_digit, key="looks.cover")


def _show_look(folder: RunFolder, pixels: np.ndarray, *, key: str) -> None:
    with st.container(horizontal=True, gap="medium"):
        place = st.container(width=_PICTURE)
        with st.container(width=360):
            said = st.container()
            cover = st.segmented_control(
                "Try what happens", list(COVERS), default=next(iter(COVERS)), required=True, key=key
            )
    if not pixels.any():
        said.caption("Nothing is drawn, so there is nothing to look at.")
        return
    try:
        look = _look(str(folder.path), _changed(folder), pixels.astype(np.float32).tobytes(), COVERS[cover])
    except DigitcnnError as error:
        said.warning(str(error))
        return
    place.image(
        look.picture, width="stretch", alt=f"What speaks for {look.answer} and what against it. {look.words}"
    )
    with said:
        st.markdown(
            f"**{folder.name}** says **{escape(look.answer)}**, {format_percent(look.confidence)} sure"
        )
        st.html(_legend_html(look.answer))
        st.caption(look.words)


@st.cache_data(max_entries=24, show_spinner="Covering the digit patch by patch …")
def _look(path: str, changed: int, pixels: bytes, cover: Cover) -> Look:
    del changed  # Only so that a newly trained model is asked anew.
    digit = np.frombuffer(pixels, np.float32).reshape(28, 28)
    found = measure_occlusion(RunFolder(path), digit, cover=cover)
    return Look(
        picture=picture_of_occlusion(digit, found),
        answer=_format_class(found.answer),
        confidence=found.confidence,
        words=_format_weakest(found, cover),
    )


def _format_weakest(found: Occlusion, cover: Cover) -> str:
    """What happens under the patch that hurts most, in plain words."""
    answer, other = _format_class(found.answer), _format_class(found.weakest_answer)
    done = (
        "Without the ink in the marked square" if cover == "paper" else "With the marked square full of ink"
    )
    before, after = format_percent(found.confidence), format_percent(found.weakest_confidence)
    if found.weakest_answer != found.answer:
        return f"{done}, the model would say {other} instead: {answer} would fall from {before} to {after}."
    if before == after:
        return f"{done}, it would still say {answer}, just as sure: no single spot decides here."
    return f"{done}, it would still say {answer}, {after} sure instead of {before}."


@st.cache_data(max_entries=16, show_spinner=False)
def _layers(path: str, changed: int) -> tuple[Layer, ...]:
    del changed
    return read_layers(RunFolder(path).keras_file)


@st.cache_data(max_entries=8, show_spinner=False)
def _sheets(path: str, changed: int, pixels: bytes) -> tuple[list[Sheet], np.ndarray]:
    """The sheets of a model for a digit, in order, and its bare probabilities of the ten digits."""
    layers = _layers(path, changed)
    digit = np.frombuffer(pixels, np.float32).reshape(28, 28)
    outputs = capture_outputs(RunFolder(path), layers, digit)
    ends = [at for at, layer in enumerate(layers) if layer.name in outputs]
    sheets = []
    for before, at in pairwise([-1, *ends]):
        layer = layers[at]
        if layer.kind != "Flatten":
            group = [
                each.words for each in layers[before + 1 : at + 1] if each.kind not in ("Dropout", "Flatten")
            ]
            last = at == len(layers) - 1
            picture = "" if last else sheet_of_maps(outputs[layer.name])
            kinds = [each.kind for each in layers[before + 1 : at + 1]]
            said = EXPLAIN.get("Conv2D" if "Conv2D" in kinds else layer.kind, "")
            if (outputs[layer.name] < 0).any():
                said += " Orange is below zero."
            sheets.append(Sheet(" → ".join(group), _format_shape(layer), said.strip(), picture))
    return sheets, outputs[layers[-1].name][:CLASSES]


def _show_sheet(number: int, sheet: Sheet, probabilities: np.ndarray) -> None:
    with st.container(gap="xsmall"):
        st.markdown(f"**{number}. {sheet.title}** · {sheet.size}")
        if sheet.picture:
            st.image(sheet.picture, width="content", alt=f"{sheet.title}: {sheet.size}, for this digit")
            st.caption(sheet.explanation)
        else:
            first = int(probabilities.argmax())
            st.vega_lite_chart(
                tabulate_probabilities(probabilities, first),
                SPEC,
                key="inside.probabilities",
                width=560,
                alt=f"The probabilities that come out at the end: {first} is the likeliest",
            )
            st.caption("What comes out at the end: a probability for each digit, before calibration.")


def _show_table(layers: tuple[Layer, ...]) -> None:
    total = sum(layer.weights for layer in layers)
    with st.expander(f"All {len(layers)} layers, {total:,} weights", icon=":material/layers:"):
        st.dataframe(
            make_table(
                {
                    "Layer": [layer.words for layer in layers],
                    "What comes out": [_format_shape(layer) for layer in layers],
                    "Weights": [layer.weights for layer in layers],
                }
            ),
            column_config={"Weights": st.column_config.NumberColumn(format="localized")},
            hide_index=True,
            alt="Every layer of the model, the shape of what comes out of it, and its number of weights",
        )


def _list_folders() -> dict[str, RunFolder]:
    """Finished models with both of their files, by path: the default, those that ship, those made here."""
    found = {
        str(folder.path): folder
        for root in (SHIPPED, runs_root())
        for folder in list_runs(root)
        if folder.tflite_file.is_file() and folder.keras_file.is_file() and is_finished(folder)
    }
    return dict(sorted(found.items(), key=lambda each: each[1].path != SHIPPED / DEFAULT_MODEL))


def _format_folder(path: str) -> str:
    folder = RunFolder(path)
    return folder.name if folder.path.parent == SHIPPED else f"{folder.name} (trained here)"


def _format_shape(layer: Layer) -> str:
    if len(layer.shape) == 1:
        return f"{layer.shape[0]:,} values"
    height, width, channels = layer.shape
    return f"{channels} maps of {height} × {width}"


def _format_class(label: int) -> str:
    return "“not a digit”" if label == CLASSES else str(label)


def _changed(folder: RunFolder) -> int:
    return folder.tflite_file.stat().st_mtime_ns if folder.tflite_file.is_file() else 0


def _legend_html(answer: str) -> str:
    """The scale of the map, from what speaks against the answer to what speaks for it."""
    bar = f"background:linear-gradient(90deg,{AGAINST},{AGAINST}22 45%,{INK}22 55%,{INK})"
    return (
        f'<div aria-hidden="true" style="{bar};height:0.6rem;border-radius:0.3rem"></div>'
        '<div style="display:flex;justify-content:space-between;font-size:0.8125rem;opacity:0.8">'
        f"<span>speaks against {escape(answer)}</span><span>speaks for {escape(answer)}</span></div>"
    )
