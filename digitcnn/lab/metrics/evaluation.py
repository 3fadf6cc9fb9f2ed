"""Figures of how good answers are: calibration error, and the interval of a fraction."""

from dataclasses import dataclass

import numpy as np

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval of a fraction."""

    low: float
    high: float


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Mean distance between confidence and accuracy over 15 bins of equal width, weighted by size.

    Args:
        confidence: (n,) fractions 0-1.
        right: (n,) bool.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    if confidence.size == 0:
        return 0.0
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / confidence.size)


def interval_of_fraction(hits: np.ndarray) -> Interval:
    """Wilson's interval of independent hits, (n,) bool."""
    from scipy.stats import binomtest  # SciPy takes a second and 60 MB to load.

    found = binomtest(int(hits.sum()), hits.size).proportion_ci(method="wilson")
    return Interval(float(found.low), float(found.high))
