"""Scores of a reader on labeled digits, and on ink that is no digit, as the benchmarks record them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitcnn.lab.metrics.evaluation import Interval, expected_calibration_error, interval_of_fraction
from digitcnn.recognition.reading import Digit

CONFIDENT = 0.9
"""Errors above this confidence are counted apart: they mislead most."""


@dataclass(frozen=True)
class DigitScore:
    """A reader's score on digits; fractions but for their number.

    Attributes:
        digits: their number.
        accuracy: answered, and right.
        interval: of the accuracy.
        refused: answered with "not a digit".
        confident_errors: answered wrongly with a confidence above `CONFIDENT`.
        calibration_error: expected calibration error of the answers.
    """

    digits: int
    accuracy: float
    interval: Interval
    refused: float
    confident_errors: float
    calibration_error: float


@dataclass(frozen=True)
class NonDigitScore:
    """A reader's score on drawings that are no digits; fractions of `drawings`.

    Attributes:
        drawings: their number.
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
        answers: the reader's answers; None where it found no ink, which counts as refused.
        labels: (n,) the true digits.
        writers: (n,) their writers. The interval then comes from a bootstrap over writers, because the
            digits of one writer are right or wrong together; else it is Wilson's.

    Raises:
        ValueError: there are no answers, or not as many as labels.
    """
    if len(answers) != len(labels) or not answers:
        raise ValueError(
            f"expected an answer per label and at least one, received {len(answers)} and {len(labels)}"
        )
    labels_read = np.array(
        [-1 if answer is None or answer.label is None else answer.label for answer in answers]
    )
    confidence = np.array([0.0 if answer is None else answer.confidence for answer in answers])
    right, answered = labels_read == labels, labels_read >= 0
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
