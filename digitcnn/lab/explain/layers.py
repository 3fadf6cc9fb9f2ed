"""The layers of a trained model, read from its `.keras` file without loading the model."""

import json
import math
import zipfile
from dataclasses import dataclass
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
    """

    name: str
    kind: str
    words: str
    shape: Shape
    weights: int


@cached_by_file(maxsize=32)
def read_layers(path: Path) -> tuple[Layer, ...]:
    """The layers of a `model.keras`, in the order in which data flows through them.

    Raises:
        RunFolderError: the file is missing or broken, or holds more than a plain sequence of known layers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _layer_configs(json.loads(archive.read("config.json")))
        return _follow(entries)
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        raise RunFolderError(f"The layers of {path} cannot be read: {error}.") from None


def _layer_configs(model: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if model["class_name"] != "Sequential":
        raise ValueError("expected a plain sequence of layers")
    entries = [(entry["class_name"], entry["config"]) for entry in model["config"]["layers"]]
    return [(kind, config) for kind, config in entries if kind != "InputLayer"]


def _follow(entries: list[tuple[str, dict[str, Any]]]) -> tuple[Layer, ...]:
    shape: Shape = (SIDE, SIDE, 1)
    layers = []
    for kind, config in entries:
        before, shape = shape, _shape_after(kind, config, shape)
        words = _format_layer(kind, config)
        layers.append(Layer(config["name"], kind, words, shape, _count_weights(kind, config, before)))
    return tuple(layers)


def _shape_after(kind: str, config: dict[str, Any], shape: Shape) -> Shape:
    match kind:
        case "Conv2D" | "MaxPooling2D":
            sizes = config["kernel_size" if kind == "Conv2D" else "pool_size"]
            height, width = (
                _count_windows(side, size, stride, config["padding"])
                for side, size, stride in zip(shape, sizes, config["strides"], strict=False)
            )
            return height, width, config.get("filters", shape[-1])
        case "Cropping2D":
            (top, bottom), (left, right) = config["cropping"]
            return shape[0] - top - bottom, shape[1] - left - right, shape[-1]
        case "GlobalAveragePooling2D":
            return shape[-1:]
        case "Flatten":
            return (math.prod(shape),)
        case "Dense":
            return (config["units"],)
        case "BatchNormalization" | "ReLU" | "Dropout" | "Rescaling":
            return shape
    raise ValueError(f"expected a layer of the presets, received {kind}")


def _count_windows(side: int, size: int, stride: int, padding: str) -> int:
    """Number of windows of a size along a side."""
    return math.ceil(side / stride) if padding == "same" else (side - size) // stride + 1


def _count_weights(kind: str, config: dict[str, Any], before: Shape) -> int:
    if kind == "Conv2D":
        each = math.prod(config["kernel_size"]) * before[-1] + config["use_bias"]
        return each * config["filters"]
    if kind == "Dense":
        return (before[-1] + config["use_bias"]) * config["units"]
    # Scale, shift, mean and variance of each channel.
    return 4 * before[-1] if kind == "BatchNormalization" else 0


def _format_layer(kind: str, config: dict[str, Any]) -> str:
    activation = _format_activation(config.get("activation", "linear"))
    match kind:
        case "Conv2D":
            size = _format_size(config["kernel_size"])
            return f"Convolution, {config['filters']} filters of {size}{activation}"
        case "MaxPooling2D":
            return f"Max pooling {_format_size(config['pool_size'])}"
        case "Cropping2D":
            return f"Margin of {config['cropping'][0][0]} cut off"
        case "Dense":
            return f"Dense, {config['units']} neurons{activation}"
        case "Dropout":
            return f"Dropout of {config['rate'] * 100:.0f} %, in training only"
    return {
        "BatchNormalization": "Batch normalization",
        "GlobalAveragePooling2D": "Global average of each channel",
    }.get(kind, kind)


def _format_activation(name: str) -> str:
    return {"linear": "", "relu": ", ReLU"}.get(name, f", {name}")


def _format_size(size: list[int]) -> str:
    return " × ".join(map(str, size))
