"""What LiteRT gives out of a model's layers is what Keras computes in them."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab.explain.activations import capture_outputs
from digitcnn.lab.explain.layers import read_layers
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs
from digitcnn.training.architectures import ARCHITECTURES
from digitcnn.training.export import save_keras, save_tflite

DIGIT = draw_house_digit([np.array([(10.0, 10.0), (60.0, 12.0), (35.0, 100.0)])])

MAPPED = {"Conv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D", "Dense", "GlobalAveragePooling2D"}
"""Layers that are always shown, unless batch normalization is computed together with them."""

MORE = ("vgg-batchnorm", "lenet5", "tiny", "small")


def assert_outputs_are_those_of_keras(folder: RunFolder) -> None:
    model = keras.models.load_model(folder.keras_file, compile=False)
    assert isinstance(model, keras.Model)
    layers = read_layers(folder.keras_file)
    outputs = capture_outputs(folder, layers, DIGIT)
    computed = [each for each in model.layers if not isinstance(each, keras.layers.InputLayer)]
    assert [layer.name for layer in layers] == [layer.name for layer in computed]
    assert sum(layer.weights for layer in layers) == model.count_params()
    whole: Any = keras.Model(model.inputs[0], [each.output for each in computed])
    values = map(np.asarray, whole(DIGIT[np.newaxis, ..., np.newaxis], training=False))
    for value, layer, shown in zip(values, computed, layers, strict=True):
        assert shown.shape == value.shape[1:]
        if shown.name in outputs:
            np.testing.assert_allclose(
                outputs[shown.name], value[0], atol=1e-4, rtol=1e-4, err_msg=shown.words
            )
        elif shown.kind in MAPPED:
            following = {type(node.operation).__name__ for node in layer._outbound_nodes}
            assert following & {"BatchNormalization", "ReLU"}, f"{shown.words} was not found"
    assert layers[-1].name in outputs


@pytest.mark.parametrize("name", [folder.name for folder in list_runs(SHIPPED)])
def test_outputs_of_shipped_models_are_those_of_keras(name: str):
    assert_outputs_are_those_of_keras(RunFolder(SHIPPED / name))


@pytest.mark.parametrize(
    "name", ["sprint", "resnet-small", *[pytest.param(name, marks=pytest.mark.slow) for name in MORE]]
)
def test_outputs_of_a_new_model_are_those_of_keras(name: str, tmp_path: Path):
    model = ARCHITECTURES[name](10)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, each.shape) for each in layer.get_weights()])
    folder = RunFolder(tmp_path)
    save_keras(model, folder.keras_file)
    save_tflite(model, folder.tflite_file)
    assert_outputs_are_those_of_keras(folder)
