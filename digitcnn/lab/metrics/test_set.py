"""Metrics of a model's answers on its test set, all from `predictions.npz` alone.

SciPy and scikit-learn take a second to load. Each function loads what it needs, so that a page shows its
first chart before that.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.confidence import calibrate_confidence
from digitcnn.lab.metrics.evaluation import (
    CALIBRATION_BINS,
    Interval,
    expected_calibration_error,
    interval_of_fraction,
)
from digitcnn.run_folder import RunFolder


@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's answers to all test images.

    Attributes:
        probabilities: (n, classes) float32, rows summing to 1.
        labels: (n,) int64, the true classes.
        classes: their names.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...] = DIGITS

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def answers(self) -> np.ndarray:
        """(n,) int64: the likeliest class of each image."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def right(self) -> np.ndarray:
        """(n,) bool: whether the answer is the true class."""
        return self.answers == self.labels

    @cached_property
    def confidence(self) -> np.ndarray:
        """(n,) float64: the probability of the answer."""
        return self.probabilities.max(axis=1).astype(np.float64)

    def have_images_of(self, other: "Predictions") -> bool:
        """Whether both are of the same test set, as far as its classes and labels tell."""
        return self.classes == other.classes and np.array_equal(self.labels, other.labels)

    def tempered(self, temperature: float) -> "Predictions":
        """The same answers with every log-probability divided by `temperature`, as pages show confidence."""
        return Predictions(
            calibrate_confidence(self.probabilities.astype(np.float64), temperature),
            self.labels,
            self.classes,
        )


def read_predictions(folder: RunFolder) -> Predictions:
    """A run's predictions.

    Raises:
        RunFolderError: there are none, or they are broken.
    """
    probabilities, labels = folder.read_predictions()
    classes = folder.read_record().classes if folder.run_json.is_file() else DIGITS
    return Predictions(probabilities, labels, classes)


@dataclass(frozen=True)
class Accuracy:
    """How many images were read right.

    Attributes:
        right, images: counts.
        interval: Wilson's 95 % interval of the fraction.
    """

    right: int
    images: int
    interval: Interval

    @property
    def fraction(self) -> float:
        return self.right / self.images

    @property
    def wrong(self) -> int:
        return self.images - self.right


def measure_accuracy(predictions: Predictions) -> Accuracy:
    """Accuracy on the test set, with Wilson's interval."""
    right = predictions.right
    return Accuracy(int(right.sum()), len(right), interval_of_fraction(right))


def count_confusions(predictions: Predictions) -> np.ndarray:
    """scikit-learn's confusion matrix, (classes, classes) int64: [true, predicted]."""
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(predictions.labels, predictions.answers, labels=range(len(predictions.classes)))


def measure_log_loss(predictions: Predictions) -> float:
    """scikit-learn's mean negative log-likelihood of the true classes."""
    from sklearn.metrics import log_loss

    probabilities = predictions.probabilities.astype(np.float64)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return float(log_loss(predictions.labels, probabilities, labels=range(len(predictions.classes))))


@dataclass(frozen=True)
class ReportRow:
    """A line of the classification report: a class, or an average over classes; all fractions but support."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class ClassificationReport:
    """scikit-learn's classification report.

    Attributes:
        digits: a row per class, in order.
        macro, weighted: the averages over classes, alike and by support.
        text: as scikit-learn prints it, with four digits.
    """

    digits: tuple[ReportRow, ...]
    macro: ReportRow
    weighted: ReportRow
    text: str


def report_classes(predictions: Predictions) -> ClassificationReport:
    """Precision, recall, F1 and support of every class, by scikit-learn."""
    from sklearn.metrics import classification_report

    classes = predictions.classes
    options: dict[str, Any] = {"labels": range(len(classes)), "zero_division": 0.0}
    report = partial(classification_report, predictions.labels, predictions.answers, **options)
    found: Any = report(output_dict=True)
    *digits, macro, weighted = (
        ReportRow(name, row["precision"], row["recall"], row["f1-score"], int(row["support"]))
        for name, (_, row) in zip(
            (*classes, "macro avg", "weighted avg"),
            (entry for entry in found.items() if entry[0] != "accuracy"),
            strict=True,
        )
    )
    text = str(report(digits=4, target_names=list(classes)))
    return ClassificationReport(tuple(digits), macro, weighted, text)


@dataclass(frozen=True)
class ReliabilityBin:
    """The answers whose confidence lies in one of 15 equal parts of 0-1.

    Attributes:
        low, high: the part's ends.
        confidence: mean of the answers in it.
        accuracy: fraction of them that is right.
        answers: how many they are, at least one.
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    answers: int


@dataclass(frozen=True)
class Calibration:
    """How well confidence matches accuracy.

    Attributes:
        error: expected calibration error over 15 bins of equal width.
        bins: those with answers in them, by rising confidence.
    """

    error: float
    bins: tuple[ReliabilityBin, ...]


def measure_calibration(predictions: Predictions) -> Calibration:
    """The reliability diagram and the expected calibration error.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    confidence, right = predictions.confidence, predictions.right
    places = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    bins = [
        ReliabilityBin(
            low=place / CALIBRATION_BINS,
            high=(place + 1) / CALIBRATION_BINS,
            confidence=float(confidence[places == place].mean()),
            accuracy=float(right[places == place].mean()),
            answers=int((places == place).sum()),
        )
        for place in np.unique(places).tolist()
    ]
    return Calibration(expected_calibration_error(confidence, right), tuple(bins))
