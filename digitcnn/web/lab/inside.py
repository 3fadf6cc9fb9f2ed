"""The Lab's Inside tab: the ink that an answer depends on, and the output of every layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from digitcnn.classes import DIGITS
from digitcnn.errors import DigitcnnError
from digitcnn.file_cache import Version, version_of
from digitcnn.lab.explain.activations import capture_outputs
from digitcnn.lab.explain.layers import Layer, read_layers
from digitcnn.recognition.reader import DEFAULT_MODEL
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs, runs_root
from digitcnn.web.bars import show_shares
from digitcnn.web.frame import show_heading
from digitcnn.web.images import as_png_url, picture_of_pixels, tint
from digitcnn.web.lab.inside_digits import choose_digit
from digitcnn.web.lab.occlusion import PICTURE_WIDTH, show_occlusion
from digitcnn.web.models import is_finished

EXPLAIN = {
    "Conv2D": "Each picture is the map of one filter: strong where the image has the shape that it detects.",
    "ReLU": "Values below zero became zero: only what a filter did find is passed on.",
    "Add": "What the block computed, added to what came in: it learns what to change, not how to repeat.",
    "Activation": "Each value bent by a curve, so that layers can tell more apart than straight lines can.",
    "AveragePooling2D": "Of each little window the average stays: smaller, smoother maps.",
    "MaxPooling2D": "Of each little window only the strongest value stays: smaller maps, and it matters less "
    "where exactly something was.",
    "GlobalAveragePooling2D": "One value per channel: how much of it there is in the whole picture.",
    "Dense": "Each cell is a neuron, which weighs all values of the layer before.",
    "BatchNormalization": "Every channel brought to a common scale.",
    "Rescaling": "The pixels moved and stretched, so that they lie around zero.",
}

_SHEET_WIDTH = 1056
_GAP = 4
"""Pixels between the maps of a sheet."""


@dataclass(frozen=True, eq=False)
class LayerView:
    """The output of one step of a model, ready to be shown.

    Attributes:
        title, size: the layers of the step, and the shape of their output.
        explanation: of the picture, in a sentence.
        picture: a data URL; "" for the last step, whose probabilities are shown instead.
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
    show_heading("Occlusion sensitivity", "Which ink does the answer depend on?")
    with st.container(horizontal=True, gap="medium", key="inside-look"):
        with st.container(width=PICTURE_WIDTH):
            st.image(
                picture_of_pixels(chosen.pixels), width="stretch", alt=f"The image as it is: {chosen.words}"
            )
            st.caption(f"What it sees: {chosen.words}")
        with st.container(width=640):
            show_occlusion(path, chosen.pixels, key="inside.cover")
    show_heading("Feature maps", "What does each layer make of the image?")
    try:
        layers = read_layers(folder.keras_file)
        classes = folder.read_record().classes
        version = version_of(folder.tflite_file)
        views, probabilities = _view_layers(path, version, chosen.pixels.tobytes())
    except DigitcnnError as error:
        st.warning(str(error))
        return
    _show_table(layers)
    for number, view in enumerate(views, 1):
        _show_layer(number, view, probabilities, classes)


def sheet_of_maps(values: np.ndarray) -> str:
    """A PNG of a layer's output, all channels or values on one sheet, on one common scale.

    Args:
        values: (height, width, channels), or (n,), drawn as cells; blue above zero, orange below.
    """
    maps = values[np.newaxis, np.newaxis] if values.ndim == 1 else values
    maps = np.moveaxis(maps, -1, 0)
    count, height, width = maps.shape
    few, most = (64, (32, 64)) if values.ndim == 1 else (24, (12, 16))
    columns = min(count, most[count > few])
    scale = max(1, (_SHEET_WIDTH // columns - _GAP) // width)
    cell_height, cell_width = height * scale + _GAP, width * scale + _GAP
    rows = -(-count // columns)
    rgba = np.zeros((rows * cell_height, columns * cell_width, 4), np.uint8)
    # The brightest two in a thousand would leave all others dark.
    reach = max(float(np.quantile(np.abs(maps), 0.998)), 1e-6)
    for index, each in enumerate(maps):
        row, column = divmod(index, columns)
        top, left = row * cell_height, column * cell_width
        cell = np.kron(tint(each / reach), np.ones((scale, scale, 1), np.uint8))
        rgba[top : top + height * scale, left : left + width * scale] = cell
    return as_png_url(Image.fromarray(rgba))


@st.cache_data(max_entries=8, show_spinner=False)
def _view_layers(path: str, version: Version, pixels: bytes) -> tuple[list[LayerView], np.ndarray]:
    """The steps of a model for a digit, in order, and its bare probabilities of its classes."""
    del version  # Part of the cache key: a newly trained model is asked again.
    folder = RunFolder(path)
    layers = read_layers(folder.keras_file)
    outputs = capture_outputs(folder, layers, np.frombuffer(pixels, np.float32).reshape(28, 28))
    views = []
    for last in layers:
        if last.name not in outputs or last.kind == "Flatten":
            continue
        group = _computed_together(last, layers, outputs)
        title = " → ".join(each.words for each in group if each.kind not in ("Dropout", "Flatten"))
        is_convolution = any(each.kind in ("Conv2D", "SeparableConv2D") for each in group)
        explanation = EXPLAIN.get("Conv2D" if is_convolution else last.kind, "")
        if (outputs[last.name] < 0).any():
            explanation += " Orange is below zero."
        picture = sheet_of_maps(outputs[last.name]) if last is not layers[-1] else ""
        views.append(LayerView(title, _format_shape(last), explanation.strip(), picture))
    return views, outputs[layers[-1].name][: len(folder.read_record().classes)]


def _computed_together(last: Layer, layers: tuple[Layer, ...], outputs: Mapping[str, object]) -> list[Layer]:
    """A layer with an output, behind the layers without one of their own that lead to it."""
    by_name = {layer.name: layer for layer in layers}
    group = [last]
    while len(group[0].inputs) == 1 and group[0].inputs[0] in by_name.keys() - outputs.keys():
        group.insert(0, by_name[group[0].inputs[0]])
    return group


def _show_layer(number: int, view: LayerView, probabilities: np.ndarray, classes: tuple[str, ...]) -> None:
    with st.container(gap="xsmall"):
        st.markdown(f"**{number}. {view.title}** · {view.size}")
        if view.picture:
            st.image(view.picture, width="content", alt=f"{view.title}: {view.size}, for this image")
            st.caption(view.explanation)
        else:
            first = int(probabilities.argmax())
            show_shares(
                probabilities.tolist(),
                first,
                classes,
                alt=f"The probabilities at the end: {classes[first]} is the most probable",
            )
            noun = "digit" if classes == DIGITS else "class"
            st.caption(f"The output: a probability for each {noun}, before calibration.")


def _show_table(layers: tuple[Layer, ...]) -> None:
    total = sum(layer.weights for layer in layers)
    with st.expander(f"All {len(layers)} layers, {total:,} weights", icon=":material/layers:"):
        st.dataframe(
            [
                {"Layer": layer.words, "Output": _format_shape(layer), "Weights": layer.weights}
                for layer in layers
            ],
            column_config={"Weights": st.column_config.NumberColumn(format="localized")},
            hide_index=True,
            alt="Every layer of the model, the shape of its output, and its number of weights",
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
