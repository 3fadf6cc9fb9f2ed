"""House digits to answers: a trained model, its calibration, and its decision to refuse."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.confidence import calibrate_confidence
from digitcnn.errors import ModelNotFoundError
from digitcnn.ink.strokes import Box
from digitcnn.recognition.model import load_recognizer
from digitcnn.recognition.reading import Digit
from digitcnn.recognition.tta import augment_doubted
from digitcnn.run_folder import find_run

DEFAULT_MODEL = "reader"
"""The best model that ships."""


class Classifier:
    """Answers house digits with a trained model.

    Attributes:
        name: of the model's run folder.
        classes: names of its answers, in the order of its outputs: the ten digits, or those of the data set
            that it learned from.
    """

    def __init__(self, model: str | Path = DEFAULT_MODEL):
        """Loads a model by the name of a preset that ships, of a run, or by a run folder's path.

        Raises:
            ModelNotFoundError: there is no trained model there.
        """
        self.folder = find_run(model)
        self.name = self.folder.name
        self._record = record = self.folder.read_record()
        self._temperature = record.temperature
        self._refusal_bias = record.refusal_bias
        self._refuse_above = record.refuse_above
        self._uses_tta = record.uses_tta
        self.classes = record.classes
        self._model = load_recognizer(self.folder.tflite_file)
        if self._model.classes - len(self.classes) not in (0, 1):
            raise ModelNotFoundError(
                f"{self.name} has {self._model.classes} outputs for {len(self.classes)} classes."
            )

    @property
    def reads_digits(self) -> bool:
        """Whether its classes are the ten digits, so that it can read numbers."""
        return self.classes == DIGITS

    def classify(self, digits: np.ndarray) -> np.ndarray:
        """The bare model, for benchmarks: no refusal and no calibration.

        Args:
            digits: (n, 28, 28) house digits in 0-1.

        Returns:
            (n, classes) float32, rows summing to 1.
        """
        # "Not a digit" is left out: a benchmark of ten classes compares ten.
        probabilities = self._model.predict(digits)[:, : len(self.classes)]
        return probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-30)

    def classify_digit(self, pixels: np.ndarray, box: Box) -> Digit:
        """Answers one house digit, (28, 28), found in `box`."""
        return self.classify_batch(pixels[np.newaxis], [box])[0]

    def classify_batch(
        self,
        pixels: np.ndarray,
        boxes: list[Box],
        *,
        rejection_threshold: float | None = None,
        thin: Callable[[int], np.ndarray] | None = None,
    ) -> list[Digit]:
        """Answers house digits, (n, 28, 28), each found in its box.

        Args:
            pixels: (n, 28, 28) float32.
            boxes: one per house digit.
            rejection_threshold: the probability of "not a digit" from which an answer is refused, where it
                is above the model's own: ink among digits, or ink that the caller calls a digit, is rarely
                none. The model's bias towards "not a digit" does not count there.
            thin: as for `augment_doubted`.
        """
        bias = self._refusal_bias if rejection_threshold is None else 0.0

        def answer(digits: np.ndarray) -> np.ndarray:
            return calibrate_confidence(self._model.predict(digits), self._temperature, bias)

        probabilities = answer(pixels)
        if self._uses_tta:
            probabilities = augment_doubted(pixels, probabilities, answer, thin)
        return [
            self._decide(row, box, digit, rejection_threshold or 0.0)
            for row, box, digit in zip(probabilities, boxes, pixels, strict=True)
        ]

    def _decide(
        self, probabilities: np.ndarray, box: Box, pixels: np.ndarray, rejection_threshold: float
    ) -> Digit:
        of_digits = probabilities[: len(self.classes)]
        # The rest is "not a digit"; a model without it is always sure that it is one.
        is_digit = float(of_digits.sum())
        limit = None if self._refuse_above is None else max(self._refuse_above, rejection_threshold)
        refused = limit is not None and 1.0 - is_digit > limit
        return Digit(of_digits / max(is_digit, 1e-30), is_digit, refused, box, pixels, classes=self.classes)
