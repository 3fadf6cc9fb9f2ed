"""Figures without Keras are Keras's own."""

import random
import re
from typing import Any

import keras
import numpy as np
import pytest

from digitcnn.errors import InputError
from digitcnn.lab.designs.figures import LayerFigures, measure_layers, measure_so_far
from digitcnn.training.architectures import build
from digitcnn.training.networks.layers import KINDS, DesignLayer, layer
from digitcnn.training.presets import PRESETS

IMAGES = [
    "Conv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D", "BatchNormalization", "Activation",
    "Dropout", "Residual", "Cropping2D", "Rescaling",
]  # fmt: skip
VALUES = ["Dense", "BatchNormalization", "Activation", "Dropout", "Flatten"]


def draw_layer(kind: str, rng: random.Random) -> DesignLayer:
    options = {}
    for name, option in KINDS[kind].options.items():
        if option.choices:
            options[name] = rng.choice(option.choices)
        elif isinstance(option.default, bool):
            options[name] = rng.random() < 0.5
        elif isinstance(option.default, int):
            options[name] = rng.randint(int(option.least), {"filters": 9, "units": 20}.get(name, 5))
    return layer(kind, **options)


def draw_network(seed: int) -> list[DesignLayer]:
    """A random network in which every layer fits."""
    rng = random.Random(seed)
    network: list[DesignLayer] = []
    for _ in range(rng.randint(1, 9)):
        tried = [*network, draw_layer(rng.choice(IMAGES), rng)]
        network = tried if len(measure_so_far(tried)) == len(tried) else network
    network.append(layer(rng.choice(["Flatten", "GlobalAveragePooling2D"])))
    return network + [draw_layer(rng.choice(VALUES), rng) for _ in range(rng.randint(0, 3))]


def measure_keras(model: Any) -> tuple[list[tuple[int, ...]], int, int]:
    """Shapes of the outputs, weights, and multiplications by weights of convolutions and dense layers."""
    multiplications = 0
    for each in model.layers:
        kernels = [weight for weight in each.weights if weight.path.endswith("kernel")]
        positions = np.prod(each.output.shape[1:-1]) if each.output.ndim == 4 else 1
        multiplications += int(sum(np.prod(kernel.shape) for kernel in kernels) * positions)
    shapes = [tuple(each.output.shape[1:]) for each in model.layers if each.name != "input_layer"]
    return shapes, model.count_params(), multiplications


@pytest.mark.parametrize("seed", range(60))
def test_shapes_weights_and_multiplications_are_those_of_keras(seed: int):
    network = draw_network(seed)
    figures = measure_layers(network, classes=7)
    shapes, weights, multiplications = measure_keras(build(network, 7, name="made"))
    if all(each.kind != "Residual" for each in network):
        assert [each.shape for each in figures] == shapes
    else:
        left = iter(shapes)
        assert all(each.shape in left for each in figures), (figures, shapes)
    assert sum(each.weights for each in figures) == weights
    assert sum(each.multiplications for each in figures) == multiplications


@pytest.mark.parametrize("name", PRESETS)
def test_figures_of_the_presets_are_those_of_keras(name: str):
    preset = PRESETS[name]
    figures = measure_layers(preset.layers, preset.classes)
    _, weights, multiplications = measure_keras(build(preset.layers, preset.classes, name="made"))
    assert (sum(each.weights for each in figures), sum(each.multiplications for each in figures)) == (
        weights,
        multiplications,
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_value_depends_on_as_many_pixels_as_its_receptive_field(seed: int):
    """By the gradient of a value in the middle, in networks that neither pad nor choose."""
    rng = random.Random(seed)
    network: list[DesignLayer] = []
    for _ in range(6):
        kernel, stride = rng.randint(1, 4), rng.randint(1, 2)
        tried = [
            *network,
            rng.choice(
                [
                    layer(
                        "Conv2D", filters=2, kernel=kernel, stride=stride,
                        padding="valid", activation="linear",
                    ),
                    layer("AveragePooling2D", size=2),
                ]
            ),
        ]  # fmt: skip
        network = tried if len(measure_so_far(tried)) == len(tried) else network
    last = measure_so_far(network)[-1]
    assert seen_from_the_middle(network) == (last.field, last.field)


def seen_from_the_middle(network: list[DesignLayer]) -> tuple[int, int]:
    import tensorflow as tf

    whole: Any = build([*network, layer("Flatten")], 3, name="made")
    maps: Any = keras.Model(whole.inputs[0], whole.layers[-3].output)
    for weight in maps.weights:
        weight.assign(np.ones(weight.shape))
    image = tf.ones((1, 28, 28, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        output = maps(image)
        value = output[0, output.shape[1] // 2, output.shape[2] // 2, 0]
    rows, columns = np.nonzero(np.asarray(tape.gradient(value, image))[0, :, :, 0])
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def test_a_residual_block_sees_as_two_convolutions_do():
    convolutions = measure_so_far([layer("Conv2D", stride=2), layer("Conv2D")])[-1]
    (block,) = measure_so_far([layer("Residual", stride=2)])
    assert (block.field, block.step, block.shape) == (
        convolutions.field,
        convolutions.step,
        convolutions.shape,
    )


def test_behind_a_dense_layer_everything_is_seen():
    assert measure_layers([layer("Flatten")])[-1].field == 28


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (
            [layer("MaxPooling2D", size=20), layer("Conv2D", kernel=3, padding="valid")],
            "Layer 2, Convolution: its window of 3 x 3 is larger than the maps of 1 x 1 that come in.",
        ),
        (
            [layer("Dense")],
            "Layer 1, Dense: it takes a row of values, but 1 maps of 28 x 28 come in.",
        ),
        ([layer("Flatten"), layer("Conv2D")], "Layer 2, Convolution: it takes maps, but a row of 784 values"),
        ([layer("Conv2D")], "The network ends in 32 maps of 28 x 28, but the last layer, Dense, takes a row"),
        ([layer("Cropping2D", margin=13), layer("Cropping2D", margin=1)], "which leaves none. Cut off less."),
        ([layer("Flatten"), *[layer("Dense", units=4096)] * 2], "20,037,642 weights and 20,029,440"),
    ],
)
def test_what_does_not_fit_is_said_with_a_remedy(network: list[DesignLayer], sentence: str):
    with pytest.raises(InputError, match=re.escape(sentence)):
        measure_layers(network)


def test_layers_before_the_first_that_does_not_fit_have_figures():
    measured: tuple[LayerFigures, ...] = measure_so_far([layer("Conv2D"), layer("Dense"), layer("Flatten")])
    assert [each.shape for each in measured] == [(28, 28, 32)]
