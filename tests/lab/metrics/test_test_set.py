"""Every figure against scikit-learn, on the predictions that ship."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, log_loss

from digitcnn.errors import RunFolderError
from digitcnn.lab.metrics.test_set import (
    Predictions,
    count_confusions,
    measure_accuracy,
    measure_calibration,
    measure_log_loss,
    read_predictions,
    report_classes,
)
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs

RUNS = [folder for folder in list_runs(SHIPPED) if folder.predictions_npz.is_file()]


@pytest.fixture(params=RUNS, ids=lambda folder: folder.name)
def predictions(request: pytest.FixtureRequest) -> Predictions:
    return read_predictions(request.param)


def test_accuracy_is_scikit_learns(predictions: Predictions):
    accuracy = measure_accuracy(predictions)
    assert accuracy.fraction == accuracy_score(predictions.labels, predictions.probabilities.argmax(axis=1))
    assert accuracy.interval.low < accuracy.fraction < accuracy.interval.high
    assert accuracy.wrong == (~predictions.right).sum()


def test_confusion_matrix_is_scikit_learns(predictions: Predictions):
    ours = count_confusions(predictions)
    answers = predictions.probabilities.argmax(axis=1)
    np.testing.assert_array_equal(ours, confusion_matrix(predictions.labels, answers))
    assert ours.sum(axis=1)[7] == (predictions.labels == 7).sum()


def test_report_is_scikit_learns_as_data_and_as_it_is_printed(predictions: Predictions):
    report = report_classes(predictions)
    answers = predictions.probabilities.argmax(axis=1)
    theirs = classification_report(predictions.labels, answers, output_dict=True)
    assert isinstance(theirs, dict)
    for row in (*report.digits, report.macro, report.weighted):
        expected = theirs[row.name]
        received = [row.precision, row.recall, row.f1, row.support]
        assert received == [expected[key] for key in ("precision", "recall", "f1-score", "support")]
    assert report.text == classification_report(predictions.labels, answers, digits=4)


def test_log_loss_is_scikit_learns(predictions: Predictions):
    probabilities = predictions.probabilities.astype(np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    assert measure_log_loss(predictions) == log_loss(predictions.labels, probabilities)


def test_reliability_is_scikit_learns_calibration_curve(predictions: Predictions):
    bins = measure_calibration(predictions).bins
    accuracy, confidence = calibration_curve(
        predictions.right, predictions.probabilities.max(axis=1).astype(np.float64), n_bins=15
    )
    np.testing.assert_allclose([each.accuracy for each in bins], accuracy)
    np.testing.assert_allclose([each.confidence for each in bins], confidence)
    assert sum(each.answers for each in bins) == len(predictions)


def test_calibration_error_is_the_mean_gap_of_the_bins(predictions: Predictions):
    calibration = measure_calibration(predictions)
    gaps = [abs(each.confidence - each.accuracy) * each.answers for each in calibration.bins]
    assert calibration.error == pytest.approx(sum(gaps) / len(predictions))


def test_temperature_changes_confidence_and_no_answer(predictions: Predictions):
    tempered = predictions.tempered(1.3)
    np.testing.assert_array_equal(tempered.answers, predictions.answers)
    np.testing.assert_allclose(tempered.probabilities.sum(axis=1), 1.0)
    assert tempered.confidence.mean() < predictions.confidence.mean()
    np.testing.assert_allclose(predictions.tempered(1.0).probabilities, predictions.probabilities, atol=1e-6)


def test_a_digit_that_is_never_answered_has_no_precision():
    probabilities = np.zeros((20, 10), np.float32)
    probabilities[:, 3] = 1.0
    report = report_classes(Predictions(probabilities, np.repeat(np.arange(10), 2)))
    assert report.digits[4].precision == 0.0
    assert report.digits[3].recall == 1.0


def test_missing_predictions_are_said(tmp_path: Path):
    with pytest.raises(RunFolderError, match=r"predictions\.npz"):
        read_predictions(RunFolder(tmp_path))
