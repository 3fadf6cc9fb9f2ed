"""The layers of a trained model, read from its `.keras` file without loading the model."""

import json
import math
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digitcnn.errors import RunFolderError
from digitcnn.file_cache import cached_by_file
from digitcnn.ink.house_digit import SIDE

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """One layer of a model.

    Attributes:
        name: Keras's own, unique within the model.
        kind: the name of its Keras class, such as "Conv2D".
        words: a description for people: "Convolution, 32 filters of 3 × 3, ReLU".
        shape: of its output for one digit: (height, width, channels), or (values,).
        weights: number of its weights, the moving averages of batch normalization included.
        inputs: names of the layers whose outputs it takes; none for the first.
    """

    name: str
    kind: str
    words: str
    shape: Shape
    weights: int
    inputs: tuple[str, ...] = ()


@cached_by_file(maxsize=32)
def read_layers(path: Path) -> tuple[Layer, ...]:
    """The layers of a `model.keras`, in the order in which data flows through them.

    Raises:
        RunFolderError: the file is missing or broken, or holds a layer that is not known here.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            model = json.loads(archive.read("config.json"))
        layers: list[Layer] = []
        shape: Shape = (SIDE, SIDE, 1)
        for entry in model["config"]["layers"]:
            if entry["class_name"] != "InputLayer":
                if model["class_name"] == "Functional":
                    inputs, shape = _inputs_of(entry)
                else:
                    inputs = tuple(layer.name for layer in layers[-1:])
                layer = _layer(entry["class_name"], entry["config"], shape)
                layers.append(replace(layer, inputs=inputs))
                shape = layer.shape
        return tuple(layers)
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        raise RunFolderError(f"The layers of {path} cannot be read: {error}.") from None


def _inputs_of(entry: dict[str, Any]) -> tuple[tuple[str, ...], Shape]:
    """The layers whose outputs a layer of a functional model takes, and the shape of the first."""
    given = entry["inbound_nodes"][0]["args"][0]
    tensors = [each["config"] for each in (given if isinstance(given, list) else [given])]
    names = [tensor["keras_history"][0] for tensor in tensors]
    return tuple(names), tuple(tensors[0]["shape"][1:])


def _layer(kind: str, config: dict[str, Any], before: Shape) -> Layer:
    """The layer of a Keras class and configuration, behind an output of a shape."""
    shape, weights, words = before, 0, kind
    activation = config.get("activation", "linear")
    suffix = {"linear": "", "relu": ", ReLU"}.get(activation, f", {activation}")
    match kind:
        case "Conv2D":
            size, filters = config["kernel_size"], config["filters"]
            shape = *_count_windows(before, size, config), filters
            weights = (math.prod(size) * before[-1] + config["use_bias"]) * filters
            words = f"Convolution, {filters} filters of {_format_size(size)}{suffix}"
        case "SeparableConv2D":
            size, filters = config["kernel_size"], config["filters"]
            shape = *_count_windows(before, size, config), filters
            weights = math.prod(size) * before[-1] + (before[-1] + config["use_bias"]) * filters
            words = f"Separable convolution, {filters} filters of {_format_size(size)}{suffix}"
        case "MaxPooling2D" | "AveragePooling2D":
            shape = *_count_windows(before, config["pool_size"], config), before[-1]
            words = f"{kind.removesuffix('Pooling2D')} pooling {_format_size(config['pool_size'])}"
        case "Cropping2D":
            (top, bottom), (left, right) = config["cropping"]
            shape = before[0] - top - bottom, before[1] - left - right, before[-1]
            words = f"Margin of {top} cut off"
        case "GlobalAveragePooling2D":
            shape, words = before[-1:], "Global average of each channel"
        case "Flatten":
            shape = (math.prod(before),)
        case "Dense":
            shape, weights = (config["units"],), (before[-1] + config["use_bias"]) * config["units"]
            words = f"Dense, {config['units']} neurons{suffix}"
        case "BatchNormalization":
            # Scale, shift, mean and variance of each channel.
            weights, words = 4 * before[-1], "Batch normalization"
        case "Dropout":
            words = f"Dropout of {config['rate'] * 100:.0f} %, in training only"
        case "Add":
            words = "Added to what came into the block"
        case "Activation":
            words = suffix.removeprefix(", ") or "No activation"
        case "ReLU" | "Rescaling":
            pass
        case _:
            raise ValueError(f"expected a layer of the presets, received {kind}")
    return Layer(config["name"], kind, words, shape, weights)


def _count_windows(shape: Shape, size: list[int], config: dict[str, Any]) -> list[int]:
    """The number of windows of a size along height and width."""
    sides = zip(shape, size, config["strides"], strict=False)
    if config["padding"] == "same":
        return [math.ceil(side / stride) for side, _, stride in sides]
    return [(side - window) // stride + 1 for side, window, stride in sides]


def _format_size(size: list[int]) -> str:
    return " × ".join(map(str, size))
