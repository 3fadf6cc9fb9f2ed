from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from digitcnn.training.page_detector import network
from digitcnn.training.page_detector.targets import make_targets

keras = pytest.importorskip("keras")


def test_exported_network_is_small_and_answers_pictures_of_any_size(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = network.build()
    path = tmp_path / "model.tflite"
    network.save_network(model, path)
    assert path.stat().st_size < 2_000_000
    interpreter = Interpreter(model_content=path.read_bytes())
    for shape in ((1, 160, 160, 3), (1, 64, 96, 3)):
        pixels = np.random.default_rng(0).random(shape, dtype=np.float32)
        entry = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(entry, shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(entry, pixels)
        interpreter.invoke()
        maps = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        assert maps.shape == (1, shape[1] // 4, shape[2] // 4, network.CHANNELS)
        np.testing.assert_allclose(maps, np.asarray(model(pixels, training=False)), atol=0.01)


def test_right_maps_cost_less_than_wrong_ones() -> None:
    boxes = np.array([[20.0, 30.0, 44.0, 70.0]], np.float32)
    target = make_targets(boxes, np.array([7]), np.array([False]), np.empty((0, 4)), 160)[np.newaxis]
    right = np.zeros((1, 40, 40, network.CHANNELS), np.float32)
    right[..., :2] = np.where(target[..., :2] == 1.0, 6.0, -6.0)
    right[..., 2:6] = target[..., 2:6]
    right[..., 6 + 7] = 8.0
    wrong = right.copy()
    wrong[..., 6 + 1] = 20.0
    missed = right.copy()
    missed[..., :2] = -6.0
    cost = float(network.loss(target, right))
    assert cost < 0.1
    assert float(network.loss(target, wrong)) > cost + 5
    assert float(network.loss(target, missed)) > cost + 5
