"""Moves a model's last layer towards the digits of one hand, and no further than everybody's digits bear.

The layer is fitted by logistic regression on the given digits, and pulled back to its weights by the change
that it makes on the features of the training images: in directions in which these hardly vary, the layer may
learn freely. The idea of a penalty by what the old data needs is that of Kirkpatrick et al., "Overcoming
catastrophic forgetting in neural networks", PNAS 2017; for the last layer, the second moment of the features
takes the place of the Fisher information.
"""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.confidence import calibrate_confidence
from digitcnn.errors import NotSupportedError
from digitcnn.ink.house_digit import SIDE
from digitcnn.kept_features import HeldSet, KeptFeatures
from digitcnn.recognition.adaptation.last_layer import (
    LastLayer,
    read_last_layer,
    with_last_layer,
    without_last_layer,
)
from digitcnn.recognition.model import open_network, run_network
from digitcnn.run_folder import RunRecord

PULLS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Strengths of the pull towards the old weights; the first that loses few enough held images is taken."""

MAX_LOST_DIGITS = 0.001
"""The fraction of a set's held digits that may newly be misread, or one digit."""

MAX_LOST_OTHERS = 0.05
"""The same of ink that is not a digit."""

_BATCH = 256

Example = tuple[np.ndarray, int | None]
"""A house digit, (28, 28) in 0-1, and what it is: 0-9, or None for "not a digit"."""


@dataclass(frozen=True)
class HeldScore:
    """A set of held-out images before and after learning.

    Attributes:
        name: of the set.
        images: their number.
        before, after: number of them that are read right.
        are_digits: False for a set of ink that is not a digit, where right means refused.
    """

    name: str
    images: int
    before: int
    after: int
    are_digits: bool


@dataclass(frozen=True, eq=False)
class Lesson:
    """The outcome of learning.

    Attributes:
        model: the bytes of the `model.tflite` that has learned.
        digits: number of digits that it learned from.
        pull: the strength of the pull towards the old weights; infinite where nothing could be learned
            without losing too many held images.
        held: scores on what the run kept.
    """

    model: bytes
    digits: int
    pull: float
    held: tuple[HeldScore, ...]


class Learner:
    """Teaches one model; the model itself stays as it is."""

    def __init__(self, model: bytes, kept: KeptFeatures, record: RunRecord):
        """Prepares a model to learn.

        Args:
            model: the bytes of a `model.tflite`.
            kept: by the run that trained it.
            record: of that run: its calibration decides which held images are read right.

        Raises:
            NotSupportedError: it does not end in a dense layer and softmax, or `kept` is another model's.
        """
        self.model, self._record, self._held = model, record, kept.held
        layer = read_last_layer(self.model)
        self._old = _join(layer)
        self.classes, size = self._old.shape
        if kept.axes.shape[1] != size or any(each.features.shape[1] != size - 1 for each in kept.held):
            raise NotSupportedError("This model cannot learn: its features.npz is that of another model.")
        self._network, self._lock = open_network(without_last_layer(self.model)), threading.Lock()
        moment = kept.axes.T @ kept.axes + kept.spread * np.eye(size)
        # In these coordinates of the weights, the pull is the same in all directions.
        self._unwhiten = np.linalg.inv(np.linalg.cholesky(moment.astype(np.float64)))
        self._before = [self._count_right(each, self._old) for each in self._held]

    def features_of(self, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, features) and classes (n,) of examples.

        Raises:
            ValueError: there are none; a digit is not (28, 28) in 0-1; or a label is not 0-9 or None.
            NotSupportedError: a label is None, and the model does not know "not a digit".
        """
        pixels = np.stack([_check_pixels(each) for each, _ in examples]) if examples else None
        if pixels is None:
            raise ValueError("expected at least one digit to learn from, received none")
        labels = np.array([self._class_of(label) for _, label in examples])
        # The interpreter holds one set of tensors: two threads would mix their digits.
        with self._lock:
            batches = [pixels[at : at + _BATCH, ..., np.newaxis] for at in range(0, len(pixels), _BATCH)]
            return np.concatenate([run_network(self._network, batch) for batch in batches]), labels

    def learn(self, features: np.ndarray, labels: np.ndarray) -> Lesson:
        """Learns from the features and classes that `features_of` gave."""
        extended = np.hstack([features, np.ones((len(features), 1), np.float32)]).astype(np.float64)
        layer, scores, taken = self._old, tuple(map(_score, self._held, self._before, self._before)), math.inf
        for pull in PULLS:
            moved = self._fit(extended, labels, pull)
            after = [self._count_right(each, moved) for each in self._held]
            found = tuple(map(_score, self._held, self._before, after))
            if not any(map(_lost_too_many, found)):
                layer, scores, taken = moved, found, pull
                break
        last = LastLayer(layer[:, :-1].astype(np.float32), layer[:, -1].astype(np.float32))
        return Lesson(with_last_layer(self.model, last), len(labels), taken, scores)

    def _class_of(self, label: int | None) -> int:
        if label is None:
            if self.classes == len(DIGITS):
                raise NotSupportedError(
                    'This model knows digits only and cannot learn what is "not a digit": take another model.'
                )
            return len(DIGITS)
        if isinstance(label, bool) or label not in range(len(DIGITS)):
            raise ValueError(f"expected a label 0-9 or None, received {label!r}")
        return int(label)

    def _fit(self, extended: np.ndarray, labels: np.ndarray, pull: float) -> np.ndarray:
        """The layer, (classes, features + 1), of least mean log loss plus the pull."""
        start, moves = extended @ self._old.T, extended @ self._unwhiten.T
        wanted = np.eye(self.classes)[labels]

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            change = flat.reshape(self.classes, -1)
            logits = start + moves @ change.T
            logits -= logits.max(axis=1, keepdims=True)
            powers = np.exp(logits)
            sums = powers.sum(axis=1, keepdims=True)
            value = (np.log(sums[:, 0]) - (logits * wanted).sum(axis=1)).mean() + pull * (change**2).sum()
            slope = (powers / sums - wanted).T @ moves / len(labels) + 2 * pull * change
            return float(value), slope.ravel()

        from scipy.optimize import minimize  # SciPy takes half a second to load.

        found = minimize(
            loss, np.zeros(self._old.size), jac=True, method="L-BFGS-B", options={"maxiter": 200}
        )
        return self._old + found.x.reshape(self._old.shape) @ self._unwhiten

    def _count_right(self, held: HeldSet, layer: np.ndarray) -> int:
        """How many images of a held set the layer reads right, by the run's own calibration."""
        logits = held.features @ layer[:, :-1].T + layer[:, -1]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        record = self._record
        calibrated = calibrate_confidence(
            powers / powers.sum(axis=1, keepdims=True), record.temperature, record.refusal_bias
        )
        answers = calibrated[:, : len(DIGITS)].argmax(axis=1)
        if record.refuse_above is not None:
            answers[calibrated[:, len(DIGITS) :].sum(axis=1) > record.refuse_above] = len(DIGITS)
        return held.sure + int((answers == held.labels).sum())


def _join(layer: LastLayer) -> np.ndarray:
    """Weights and bias as one array, (classes, features + 1) float64."""
    return np.hstack([layer.weights, layer.bias[:, np.newaxis]]).astype(np.float64)


def _check_pixels(pixels: np.ndarray) -> np.ndarray:
    array = np.asarray(pixels, np.float32)
    if array.shape != (SIDE, SIDE):
        raise ValueError(f"expected house digits of shape (28, 28), received {array.shape}")
    if not (array.min() >= 0.0 and array.max() <= 1.0):
        raise ValueError(f"expected ink in 0-1, received {array.min()} to {array.max()}")
    return array


def _score(held: HeldSet, before: int, after: int) -> HeldScore:
    return HeldScore(held.name, held.images, before, after, bool((held.labels < len(DIGITS)).all()))


def _lost_too_many(score: HeldScore) -> bool:
    fraction = MAX_LOST_DIGITS if score.are_digits else MAX_LOST_OTHERS
    return score.before - score.after > max(1, round(fraction * score.images))
