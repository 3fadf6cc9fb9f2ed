"""Makes a model's confidence honest, and sets where "not a digit" begins, on digits it has not seen."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from digitcnn.training.datasets import NOT_A_DIGIT

REFUSED_DIGITS = 0.003
"""The share of true digits that may be refused on the calibration set."""

LEAST_THRESHOLD, GREATEST_THRESHOLD = 0.4, 0.75
"""A few hundred hesitant drawings decide where "not a digit" begins: never far from even odds."""


@dataclass(frozen=True)
class Calibration:
    """What `run.json` keeps of it.

    Attributes:
        temperature: divides log-probabilities.
        refuse_above: probability of "not a digit", after the temperature, from which an answer is
            refused; None for ten classes.
    """

    temperature: float
    refuse_above: float | None


def calibrate(probabilities: np.ndarray, labels: np.ndarray) -> Calibration:
    """Finds the temperature of least log loss, then the threshold that refuses few true digits.

    Args:
        probabilities: (n, classes) of a model that has not seen these images.
        labels: (n,), `NOT_A_DIGIT` for what is no digit.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    logs = np.log(np.maximum(probabilities, 1e-12)).astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = logs / np.exp(log_temperature)
        top = scaled.max(axis=1)
        normaliser = top + np.log(np.exp(scaled - top[:, np.newaxis]).sum(axis=1))
        return float((normaliser - scaled[np.arange(len(labels)), labels]).mean())

    best: Any = minimize_scalar(loss, bounds=(-1.5, 2.5), method="bounded")
    temperature = float(np.exp(best.x))
    if probabilities.shape[1] <= NOT_A_DIGIT:
        return Calibration(round(temperature, 4), None)
    scaled = np.exp(logs / temperature)
    refusal = scaled[:, NOT_A_DIGIT] / scaled.sum(axis=1)
    threshold = np.quantile(refusal[labels != NOT_A_DIGIT], 1 - REFUSED_DIGITS)
    return Calibration(
        round(temperature, 4), round(float(np.clip(threshold, LEAST_THRESHOLD, GREATEST_THRESHOLD)), 4)
    )
