import numpy as np
import pytest

from digitcnn.training.calibration import WEIGHT_OF_NON_DIGITS, calibrate
from digitcnn.training.datasets import NOT_A_DIGIT


def made_probabilities(classes: int, sharpness: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Labels drawn from known probabilities, and those probabilities raised to a power."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (n, classes))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    sharp = true**sharpness
    return sharp / sharp.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.5])
def test_temperature_undoes_over_and_underconfidence(sharpness: float):
    calibration = calibrate(*made_probabilities(10, sharpness))

    assert calibration.temperature == pytest.approx(sharpness, rel=0.05)
    assert calibration.refuse_above is None


def test_threshold_refuses_few_true_digits():
    probabilities, labels = made_probabilities(11, 1.0)
    calibration = calibrate(probabilities, labels, refuses=True)

    refused = probabilities[labels != NOT_A_DIGIT, NOT_A_DIGIT] > calibration.refuse_above
    assert refused.mean() < 0.01


def test_bias_undoes_a_refusal_that_was_learned_too_seldom():
    probabilities, labels = made_probabilities(11, 1.0)
    shy = probabilities * np.append(np.ones(10), np.exp(-1.5))
    calibration = calibrate(shy / shy.sum(axis=1, keepdims=True), labels, refuses=True)

    digits = np.count_nonzero(labels != NOT_A_DIGIT)
    weight = WEIGHT_OF_NON_DIGITS * digits / (len(labels) - digits)
    assert calibration.refusal_bias == pytest.approx(1.5 + np.log(weight), abs=0.1)
    assert calibration.temperature == pytest.approx(1.0, rel=0.05)


def test_more_drawings_that_are_not_digits_change_no_confidence():
    probabilities, labels = made_probabilities(11, 1.3)
    others = labels == NOT_A_DIGIT
    few = calibrate(probabilities, labels, refuses=True)
    many = calibrate(
        np.concatenate([probabilities, *[probabilities[others]] * 4]),
        np.concatenate([labels, *[labels[others]] * 4]),
        refuses=True,
    )

    assert many.refusal_bias == pytest.approx(few.refusal_bias, abs=0.01)
    assert many.temperature == pytest.approx(few.temperature, abs=0.01)


def test_a_tenth_class_of_eleven_is_no_refusal_where_the_data_has_none():
    probabilities, labels = made_probabilities(11, 1.0)
    calibration = calibrate(probabilities, labels)

    assert (calibration.refusal_bias, calibration.refuse_above) == (0.0, None)
