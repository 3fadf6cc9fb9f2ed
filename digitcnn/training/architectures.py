"""Builds networks with Keras: lists of layers become models of (n, 28, 28, 1) that end in a softmax.

A network without residual blocks becomes a `keras.Sequential`, so that a model reads from top to bottom as
data flows through it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
from keras import layers

from digitcnn.training.networks.layers import DesignLayer
from digitcnn.training.presets import PRESETS

INPUT_SHAPE = (28, 28, 1)


def build(network: Sequence[DesignLayer], classes: int, *, name: str) -> keras.Model:
    """The model of a network, not compiled.

    Args:
        network: its layers, without the last one.
        classes: outputs of the last layer, a dense one with a softmax.
        name: of the model; Keras takes letters, digits and underscores.

    Raises:
        ValueError: a layer does not fit behind the one before it.
    """
    if any(each.kind == "Residual" for each in network):
        image = value = layers.Input(INPUT_SHAPE)
        for each in network:
            value = _residual_block(value, **each.options) if each.kind == "Residual" else _layer(each)(value)
        return keras.Model(image, layers.Dense(classes, activation="softmax")(value), name=name)
    hidden = [_layer(each) for each in network]
    answer = layers.Dense(classes, activation="softmax")
    return keras.Sequential([layers.Input(INPUT_SHAPE), *hidden, answer], name=name)


ARCHITECTURES: dict[str, Callable[[int], keras.Model]] = {
    preset.name: partial(build, preset.layers, name=preset.name.replace("-", "_"))
    for preset in PRESETS.values()
}
"""By the name of their preset: takes the number of classes, gives the model."""


def _layer(described: DesignLayer) -> Any:
    """A Keras layer; any but a residual block."""
    options = described.options
    match described.kind:
        case "Conv2D" | "SeparableConv2D":
            kind = layers.Conv2D if described.kind == "Conv2D" else layers.SeparableConv2D
            return kind(
                options["filters"],
                options["kernel"],
                strides=options["stride"],
                padding=options["padding"],
                activation=_activation(options["activation"]),
                use_bias=options["bias"],
            )
        case "MaxPooling2D":
            return layers.MaxPooling2D(options["size"])
        case "AveragePooling2D":
            return layers.AveragePooling2D(options["size"])
        case "BatchNormalization":
            return layers.BatchNormalization(momentum=options["momentum"])
        case "Activation":
            function = options["function"]
            return layers.ReLU() if function == "relu" else layers.Activation(function)
        case "Dropout":
            return layers.Dropout(options["rate"])
        case "Flatten":
            return layers.Flatten()
        case "GlobalAveragePooling2D":
            return layers.GlobalAveragePooling2D()
        case "Dense":
            activation = _activation(options["activation"])
            return layers.Dense(options["units"], activation=activation, use_bias=options["bias"])
        case "Cropping2D":
            return layers.Cropping2D(options["margin"])
        case "Rescaling":
            return layers.Rescaling(options["scale"], offset=options["offset"])
    raise ValueError(f"expected a kind of digitcnn.training.networks.layers, received {described.kind!r}")


def _activation(name: str) -> str | None:
    return None if name == "linear" else name


def _residual_block(value: Any, filters: int, stride: int) -> Any:
    """Two convolutions of 3 x 3 with batch normalization, added to what came in, then ReLU.

    Args:
        value: (n, height, width, channels), a Keras tensor.
        filters: of each convolution, and of one of 1 x 1 that what came in passes where its shape changes.
        stride: of the first convolution; 2 halves height and width.

    Returns:
        (n, height / stride rounded up, width / stride rounded up, filters), a Keras tensor.
    """
    inside = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(value)
    inside = layers.ReLU()(layers.BatchNormalization()(inside))
    inside = layers.Conv2D(filters, 3, padding="same", use_bias=False)(inside)
    inside = layers.BatchNormalization()(inside)
    if stride > 1 or value.shape[-1] != filters:
        value = layers.Conv2D(filters, 1, strides=stride, padding="same", use_bias=False)(value)
        value = layers.BatchNormalization()(value)
    return layers.ReLU()(layers.Add()([inside, value]))
