import numpy as np
import pytest

from digitcnn.lab.metrics.evaluation import expected_calibration_error


def test_confidence_that_says_the_accuracy_has_no_calibration_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, 200_000)

    assert expected_calibration_error(confidence, rng.random(200_000) < confidence) < 0.005
    assert expected_calibration_error(np.full(100, 0.95), np.arange(100) < 60) == pytest.approx(0.35)
