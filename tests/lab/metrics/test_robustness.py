from pathlib import Path

import numpy as np
import pytest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab.metrics.robustness import (
    DISTURBANCES,
    Disturbance,
    Progress,
    Robustness,
    measure_robustness,
    record_robustness,
    robustness_in,
)
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import SHIPPED, RunFolder
from digitcnn.training.datasets import DigitSet
from digitcnn.web.samples import sample_strokes


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return np.stack([draw_house_digit(sample_strokes(digit, 400)) for digit in range(10)])


@pytest.fixture(scope="module")
def measured(digits: np.ndarray) -> list[Progress | Robustness]:
    images = np.repeat(np.round(digits * 255).astype(np.uint8), 10, axis=0)
    test = DigitSet(images, np.repeat(np.arange(10), 10), "made")
    return list(measure_robustness(Recognizer(SHIPPED / "simple" / "model.tflite"), test))


@pytest.mark.parametrize("each", DISTURBANCES, ids=lambda each: each.kind)
def test_a_disturbance_keeps_digits_digits_and_grows_with_its_level(each: Disturbance, digits: np.ndarray):
    changes = []
    for level in each.levels:
        disturbed = each.apply(digits, level)
        assert disturbed.shape == digits.shape
        assert disturbed.dtype == np.float32
        assert -1e-6 <= disturbed.min() <= disturbed.max() <= 1 + 1e-6
        changes.append(np.abs(disturbed - digits).mean())
    stronger = changes[1:] if each.kind == "thickness" else changes
    assert sorted(stronger) == stronger
    assert min(changes) > 0


def test_thicker_digits_have_more_ink_and_thinner_ones_less(digits: np.ndarray):
    (thicken,) = [each for each in DISTURBANCES if each.kind == "thickness"]
    assert thicken.apply(digits, -1.0).sum() < digits.sum() < thicken.apply(digits, 1.0).sum()


def test_noise_is_the_same_for_every_model(digits: np.ndarray):
    (noise,) = [each for each in DISTURBANCES if each.kind == "noise"]
    np.testing.assert_array_equal(noise.apply(digits, 0.3), noise.apply(digits, 0.3))


def test_progress_ends_with_the_result(measured: list[Progress | Robustness]):
    *steps, result = measured
    assert isinstance(result, Robustness)
    assert [step.done for step in steps if isinstance(step, Progress)] == list(range(1, len(steps) + 1))
    assert isinstance(steps[-1], Progress)
    assert steps[-1].total == len(steps)


def test_clean_samples_are_read_and_the_hardest_level_costs(measured: list[Progress | Robustness]):
    result = measured[-1]
    assert isinstance(result, Robustness)
    assert (result.images, result.clean) == (20, 1.0)
    assert [series.kind for series in result.series] == [each.kind for each in DISTURBANCES]
    assert min(accuracy for series in result.series for accuracy in series.accuracies) < 1.0


def test_what_is_recorded_is_read_again_and_the_rest_is_kept(
    tmp_path: Path, measured: list[Progress | Robustness]
):
    folder, result = RunFolder(tmp_path), measured[-1]
    assert isinstance(result, Robustness)
    folder.metrics_json.write_text('{"test": {"accuracy": 0.5}}')
    record_robustness(folder, result)
    assert robustness_in(folder.read_metrics()) == result
    assert folder.read_metrics()["test"] == {"accuracy": 0.5}


@pytest.mark.parametrize(
    "entry", [None, [], {}, {"series": [{}]}, {"series": 3}, {"series": [], "images": 1}]
)
def test_what_was_not_measured_is_none(entry: object):
    assert robustness_in({"robustness": entry}) is None
    assert robustness_in({}) is None
