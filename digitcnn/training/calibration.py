"""Calibrates a model's confidence and its threshold of "not a digit", on digits it has not seen."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from digitcnn.confidence import calibrate_confidence

REFUSED_DIGITS = 0.002
"""The share of true digits that may be refused on the calibration set."""

WEIGHT_OF_NON_DIGITS = 0.25
"""Weight of all drawings that are not digits, relative to all digits: people mostly draw digits."""

MIN_THRESHOLD, MAX_THRESHOLD = 0.4, 0.75
"""The threshold rests on a few hundred doubtful drawings, so it must stay near even odds."""


@dataclass(frozen=True)
class FittedCalibration:
    """The parameters of calibration that `run.json` keeps.

    Attributes:
        temperature: divides log-probabilities.
        refusal_bias: is added to the log-probability of "not a digit" after the temperature.
        refuse_above: probability of "not a digit", after both, from which an answer is refused; None
            for a model without that output.
    """

    temperature: float
    refusal_bias: float
    refuse_above: float | None


def calibrate(probabilities: np.ndarray, labels: np.ndarray, *, refuses: bool = False) -> FittedCalibration:
    """Finds the temperature and bias of least log loss, then the threshold that refuses few true digits.

    The share of non-digits in training may differ from their share in use: the bias corrects for that.

    Args:
        probabilities: (n, classes) of a model that has not seen these images.
        labels: (n,) indices of the true classes.
        refuses: whether the last class is "not a digit".

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017: temperature scaling, and
    of vector scaling the one bias.
    """
    exact = probabilities.astype(np.float64)
    none = probabilities.shape[1] - 1
    is_digit = labels != none if refuses else np.ones(len(labels), bool)
    others = WEIGHT_OF_NON_DIGITS * is_digit.sum() / max(np.count_nonzero(~is_digit), 1)
    weights = np.where(is_digit, 1.0, others)

    def loss(found: np.ndarray) -> float:
        scaled = calibrate_confidence(exact, np.exp(found[0]), *found[1:])
        logs = np.log(np.maximum(scaled[np.arange(len(labels)), labels], 1e-30))
        return -float(np.average(logs, weights=weights))

    start = [0.0, 0.0] if refuses else [0.0]
    best: Any = minimize(loss, start, method="Nelder-Mead", bounds=[(-1.5, 2.5), (-4.0, 4.0)][: len(start)])
    temperature = round(float(np.exp(best.x[0])), 4)
    if not refuses:
        return FittedCalibration(temperature, 0.0, None)
    refusal = calibrate_confidence(exact, np.exp(best.x[0]), best.x[1])[:, none]
    threshold = np.quantile(refusal[is_digit], 1 - REFUSED_DIGITS)
    threshold = round(float(np.clip(threshold, MIN_THRESHOLD, MAX_THRESHOLD)), 4)
    return FittedCalibration(temperature, round(float(best.x[1]), 4), threshold)
