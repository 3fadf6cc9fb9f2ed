"""Shapes, weights, multiplications and receptive field behind every layer of a network, without Keras."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitcnn.errors import InputError
from digitcnn.ink.house_digit import SIDE
from digitcnn.training.networks.layers import KINDS, DesignLayer

Shape = tuple[int, ...]

MAX_WEIGHTS = 20_000_000
"""Of a network; more would not be trained on a CPU within a day, nor fit into a small host's memory."""

MAX_MULTIPLICATIONS = 2_000_000_000
"""For one digit, for the same reasons."""

_LAST = "the last layer, Dense"


@dataclass(frozen=True)
class LayerFigures:
    """One layer in its place in a network.

    Attributes:
        words: a description for people: "Convolution, 32 filters of 3 x 3, relu".
        kind: as in `KINDS`.
        shape: of its output for one digit: (height, width, channels), or (values,).
        weights: number of its weights, the moving averages of batch normalization included.
        multiplications: for one digit, by weights of convolutions and dense layers; batch normalization is
            left out, as it is folded into them in the end.
        field: height and width of the part of the image that one of its values depends on, in pixels.
        step: pixels between the parts of two neighboring values.
    """

    words: str
    kind: str
    shape: Shape
    weights: int = 0
    multiplications: int = 0
    field: int = 1
    step: int = 1


def measure_layers(network: Sequence[DesignLayer], classes: int = 10) -> tuple[LayerFigures, ...]:
    """Every layer's figures, those of the last layer, a dense one of `classes`, at the end.

    Raises:
        InputError: a layer does not fit behind the one before it, or the network is too large.
    """
    measured: list[LayerFigures] = []
    here = LayerFigures("", "Input", (SIDE, SIDE, 1))
    for number, each in enumerate(network, 1):
        here = _measure(each, here, f"Layer {number}, {KINDS[each.kind].label}")
        measured.append(here)
    if len(here.shape) == 3:
        height, width, channels = here.shape
        raise InputError(
            f"The network ends in {channels} maps of {height} x {width}, but {_LAST}, takes a row of values: "
            "add Flatten or Global average at the end."
        )
    answer = DesignLayer("Dense", {"units": classes, "activation": "softmax", "bias": True})
    measured.append(_measure(answer, here, "The last layer, Dense"))
    weights = sum(each.weights for each in measured)
    multiplications = sum(each.multiplications for each in measured)
    if weights > MAX_WEIGHTS or multiplications > MAX_MULTIPLICATIONS:
        raise InputError(
            f"The network has {weights:,} weights and {multiplications:,} multiplications a digit; at most "
            f"{MAX_WEIGHTS:,} and {MAX_MULTIPLICATIONS:,} are trained here: use fewer filters or neurons, or "
            "pool earlier."
        )
    return tuple(measured)


def measure_so_far(network: Sequence[DesignLayer]) -> tuple[LayerFigures, ...]:
    """The figures of the layers before the first that does not fit; of all where all fit."""
    measured: list[LayerFigures] = []
    here = LayerFigures("", "Input", (SIDE, SIDE, 1))
    for each in network:
        try:
            here = _measure(each, here, "")
        except InputError:
            break
        measured.append(here)
    return tuple(measured)


def describe_layer(each: DesignLayer) -> str:
    """A layer in words: "Convolution, 32 filters of 3 x 3, relu"."""
    options, label = each.options, KINDS[each.kind].label
    match each.kind:
        case "Conv2D" | "SeparableConv2D":
            parts = [f"{label}, {options['filters']} filters of {_square(options['kernel'])}"]
            parts += [f"stride {options['stride']}"] if options["stride"] > 1 else []
            parts += ["no padding"] if options["padding"] == "valid" and options["kernel"] > 1 else []
            parts += [options["activation"]] if options["activation"] != "linear" else []
            return ", ".join(parts)
        case "MaxPooling2D" | "AveragePooling2D":
            return f"{label} {_square(options['size'])}"
        case "Residual":
            steps = f", stride {options['stride']}" if options["stride"] > 1 else ""
            return f"{label} of {options['filters']} filters{steps}"
        case "Dense":
            suffix = "" if options["activation"] == "linear" else f", {options['activation']}"
            return f"{label}, {options['units']} neurons{suffix}"
        case "Dropout":
            return f"{label} of {options['rate'] * 100:.0f} %, in training only"
        case "Activation":
            return f"{label}: {options['function']}"
        case "Cropping2D":
            return f"Margin of {options['margin']} cut off"
    return label


def format_shape(shape: Shape) -> str:
    """A shape in words: "32 maps of 13 × 13", "128 values"."""
    if len(shape) == 1:
        return f"{shape[0]:,} value{'s' if shape[0] != 1 else ''}"
    height, width, channels = shape
    return f"{channels} map{'s' if channels != 1 else ''} of {height} × {width}"


def _measure(each: DesignLayer, before: LayerFigures, named: str) -> LayerFigures:
    """The figures of a layer behind another.

    Raises:
        InputError: it does not fit there; `named` begins the sentence.
    """
    here = replace(before, words=describe_layer(each), kind=each.kind, weights=0, multiplications=0)
    shape, options = before.shape, each.options
    if each.kind in _OF_IMAGES and len(shape) == 1:
        raise InputError(
            f"{named}: it takes maps, but a row of {shape[0]:,} values comes in. Move it before Flatten or "
            "Global average, or remove it."
        )
    match each.kind:
        case "Conv2D" | "SeparableConv2D":
            return _convolve(here, options, named, separable=each.kind == "SeparableConv2D")
        case "MaxPooling2D" | "AveragePooling2D":
            size = options["size"]
            moved = _slide(here, size, size, "valid", named)
            return replace(moved, shape=(*moved.shape[:2], shape[2]))
        case "BatchNormalization":
            # Scale, shift, mean and variance of each map.
            return replace(here, weights=4 * shape[-1])
        case "Residual":
            return _measure_residual(here, options)
        case "Flatten" | "GlobalAveragePooling2D":
            values = math.prod(shape) if each.kind == "Flatten" else shape[-1]
            # Flatten only lays values out: each still depends on its own part of the image.
            field = here.field if each.kind == "Flatten" else _whole(here)
            return replace(here, shape=(values,), field=field) if len(shape) == 3 else here
        case "Dense":
            return _measure_dense(here, options, named)
        case "Cropping2D":
            left = [side - 2 * options["margin"] for side in shape[:2]]
            if min(left) < 1:
                raise InputError(
                    f"{named}: it cuts {options['margin']} pixels off each side of maps of {shape[0]} x "
                    f"{shape[1]}, which leaves none. Cut off less."
                )
            return replace(here, shape=(*left, shape[2]))
    return here


_OF_IMAGES = {
    "Conv2D",
    "SeparableConv2D",
    "MaxPooling2D",
    "AveragePooling2D",
    "Residual",
    "GlobalAveragePooling2D",
    "Cropping2D",
}


def _slide(here: LayerFigures, size: int, stride: int, padding: str, named: str) -> LayerFigures:
    """The shape, apart from its channels, and the receptive field behind a window that slides."""
    sides = here.shape[:2]
    if padding == "valid" and size > min(sides):
        raise InputError(
            f"{named}: its window of {_square(size)} is larger than the maps of {sides[0]} x {sides[1]} that "
            "come in. Make it smaller, or remove a pooling before it."
        )
    span = 0 if padding == "same" else size - 1
    moved = [math.ceil((side - span) / stride) for side in sides]
    field = here.field + (size - 1) * here.step
    return replace(here, shape=(*moved, here.shape[2]), field=field, step=here.step * stride)


def _convolve(here: LayerFigures, options: dict[str, Any], named: str, *, separable: bool) -> LayerFigures:
    size, filters, channels = options["kernel"], options["filters"], here.shape[2]
    moved = _slide(here, size, options["stride"], options["padding"], named)
    kernels = size**2 * channels + channels * filters if separable else size**2 * channels * filters
    return replace(
        moved,
        shape=(*moved.shape[:2], filters),
        weights=kernels + options["bias"] * filters,
        multiplications=kernels * math.prod(moved.shape[:2]),
    )


def _measure_residual(here: LayerFigures, options: dict[str, Any]) -> LayerFigures:
    filters, stride, channels = options["filters"], options["stride"], here.shape[2]
    moved = _slide(_slide(here, 3, stride, "same", ""), 3, 1, "same", "")
    shortcut = channels * filters if stride > 1 or channels != filters else 0
    kernels = 9 * channels * filters + 9 * filters**2 + shortcut
    normalized = 4 * filters * (3 if shortcut else 2)
    return replace(
        moved,
        shape=(*moved.shape[:2], filters),
        weights=kernels + normalized,
        multiplications=kernels * math.prod(moved.shape[:2]),
    )


def _measure_dense(here: LayerFigures, options: dict[str, Any], named: str) -> LayerFigures:
    if len(here.shape) == 3:
        height, width, channels = here.shape
        raise InputError(
            f"{named}: it takes a row of values, but {channels} maps of {height} x {width} come in. Put "
            "Flatten or Global average before it."
        )
    values, units = here.shape[0], options["units"]
    return replace(
        here,
        shape=(units,),
        weights=(values + options["bias"]) * units,
        multiplications=values * units,
        field=SIDE,
    )


def _whole(here: LayerFigures) -> int:
    return here.field + (max(here.shape[:2]) - 1) * here.step


def _square(side: int) -> str:
    return f"{side} x {side}"
