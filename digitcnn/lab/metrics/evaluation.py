"""How well a reader does on labelled digits, and on things that are not digits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitcnn.recognition.reading import Digit

CONFIDENT = 0.9
"""A wrong answer with more confidence than this is the worst that a reader can do."""

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval of a fraction."""

    low: float
    high: float


@dataclass(frozen=True)
class DigitScore:
    """What a reader made of true digits; all but the number are fractions of it.

    Attributes:
        digits: how many.
        accuracy: answered, and right.
        interval: of the accuracy.
        refused: taken for something that is not a digit.
        confident_errors: answered wrongly with a confidence above `CONFIDENT`.
        calibration_error: expected calibration error of the answered ones.
    """

    digits: int
    accuracy: float
    interval: Interval
    refused: float
    confident_errors: float
    calibration_error: float


@dataclass(frozen=True)
class NonDigitScore:
    """What a reader made of things that are not digits; fractions of `drawings`.

    Attributes:
        drawings: how many.
        refused: rightly not answered.
        interval: of the refused.
        confident_answers: answered with a confidence above `CONFIDENT`.
    """

    drawings: int
    refused: float
    interval: Interval
    confident_answers: float


def score_digits(
    answers: Sequence[Digit | None], labels: np.ndarray, writers: np.ndarray | None = None
) -> DigitScore:
    """Compares answers with the truth.

    Args:
        answers: what the reader made of each; None where it found no ink at all, which counts as
            refused.
        labels: (n,) the true digits.
        writers: (n,) who wrote each. The interval then comes from a bootstrap over writers, since
            the digits of one hand are right or wrong together; without, it is Wilson's.

    Raises:
        ValueError: there are no answers, or not as many as labels.
    """
    if len(answers) != len(labels) or not answers:
        raise ValueError(
            f"expected an answer per label and at least one, received {len(answers)} and {len(labels)}"
        )
    said = np.array([-1 if answer is None or answer.label is None else answer.label for answer in answers])
    confidence = np.array([0.0 if answer is None else answer.confidence for answer in answers])
    right, answered = said == labels, said >= 0
    return DigitScore(
        digits=len(labels),
        accuracy=float(right.mean()),
        interval=interval_of_fraction(right) if writers is None else interval_by_group(right, writers),
        refused=float(1 - answered.mean()),
        confident_errors=float((answered & ~right & (confidence > CONFIDENT)).mean()),
        calibration_error=expected_calibration_error(confidence[answered], right[answered]),
    )


def score_nondigits(answers: Sequence[Digit]) -> NonDigitScore:
    """Counts refusals of things that are not digits.

    Raises:
        ValueError: there are no answers.
    """
    if not answers:
        raise ValueError("expected at least one answer, received none")
    refused = np.array([answer.label is None for answer in answers])
    confident = np.array([answer.confidence > CONFIDENT for answer in answers])
    return NonDigitScore(
        drawings=len(answers),
        refused=float(refused.mean()),
        interval=interval_of_fraction(refused),
        confident_answers=float((~refused & confident).mean()),
    )


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
    from scipy.stats import binomtest  # A second, and 60 MB: not for whoever only names an interval.

    found = binomtest(int(hits.sum()), hits.size).proportion_ci(method="wilson")
    return Interval(float(found.low), float(found.high))


def interval_by_group(hits: np.ndarray, groups: np.ndarray) -> Interval:
    """Interval of hits that come in groups, (n,) each, by resampling whole groups.

    With one group, or no variation between groups, there is nothing to resample: Wilson's interval.
    """
    from scipy.stats import bootstrap

    _, index = np.unique(groups, return_inverse=True)
    counts = np.bincount(index).astype(float)
    sums = np.bincount(index, weights=hits.astype(float))
    if len(counts) < 2 or np.ptp(sums / counts) == 0:
        return interval_of_fraction(hits)
    found = bootstrap(
        (sums, counts),
        lambda hit, count, axis=-1: hit.sum(axis=axis) / count.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=4000,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))
