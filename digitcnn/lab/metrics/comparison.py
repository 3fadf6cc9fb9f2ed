"""Comparison of models: significance of their difference, and rows of their settings and figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitcnn.errors import NotSupportedError
from digitcnn.lab.metrics.test_set import Predictions

SIGNIFICANT_BELOW = 0.05
"""A difference is significant if its p value is below this."""


@dataclass(frozen=True, eq=False)
class Pairing:
    """Two models on the same test images.

    Attributes:
        both, neither: number of images that both read right, or neither.
        only_baseline: (n,) indices of the images that only the baseline reads right.
        only_challenger: (n,) indices of those that only the challenger reads right.
        p_value: of McNemar's mid-p test, two-sided.
    """

    both: int
    neither: int
    only_baseline: np.ndarray
    only_challenger: np.ndarray
    p_value: float

    @property
    def images(self) -> int:
        return self.both + self.neither + len(self.only_baseline) + len(self.only_challenger)

    @property
    def lead(self) -> int:
        """The number of images by which the challenger leads; negative where the baseline leads."""
        return len(self.only_challenger) - len(self.only_baseline)

    @property
    def is_significant(self) -> bool:
        return self.p_value < SIGNIFICANT_BELOW


def pair(baseline: Predictions, challenger: Predictions) -> Pairing:
    """Compares two models image by image.

    Raises:
        NotSupportedError: they were tested on different images.
    """
    if not baseline.have_images_of(challenger):
        raise NotSupportedError(
            "They were tested on different images, so they can't be compared image by image."
        )
    first, second = baseline.right, challenger.right
    only_baseline, only_challenger = np.flatnonzero(first & ~second), np.flatnonzero(second & ~first)
    return Pairing(
        both=int((first & second).sum()),
        neither=int((~first & ~second).sum()),
        only_baseline=only_baseline,
        only_challenger=only_challenger,
        p_value=mcnemar_mid_p(len(only_baseline), len(only_challenger)),
    )


def mcnemar_mid_p(only_first: int, only_second: int) -> float:
    """The two-sided p value of McNemar's mid-p test.

    Args:
        only_first: number of images that only the first reads right.
        only_second: number of images that only the second reads right.

    Source: M. Fagerland, S. Lydersen, P. Laake, "The McNemar test for binary matched-pairs data:
    mid-p and asymptotic are better than exact conditional", BMC Medical Research Methodology 13:91,
    2013.
    """
    fewer, total = min(only_first, only_second), only_first + only_second
    if 2 * fewer == total:
        return 1.0
    beyond, ways = 0, 1  # Whole numbers are exact, and need no SciPy, which takes half a second to load.
    for count in range(fewer):
        beyond, ways = beyond + ways, ways * (total - count) // (count + 1)
    return (2 * beyond + ways) / 2**total


def format_verdict(baseline: str, challenger: str, pairing: Pairing) -> str:
    """One sentence on which of two models is better, and whether the difference is significant.

    Example: "deeper is better than simple: 33 images apart of 10,000, which is more than luck
    (p < 0.001)."
    """
    apart = abs(pairing.lead)
    if apart == 0:
        return (
            f"{challenger} and {baseline} read equally many of the {pairing.images:,} test images right: "
            "no difference (p = 1)."
        )
    better, other = (challenger, baseline) if pairing.lead > 0 else (baseline, challenger)
    images = "1 image" if apart == 1 else f"{apart:,} images"
    distance = f"{images} apart of {pairing.images:,}"
    if pairing.is_significant:
        return f"{better} is better than {other}: {distance}, which is more than luck ({format_p(pairing)})."
    return (
        f"{better} is ahead of {other}, perhaps by luck: {distance}, not significant ({format_p(pairing)})."
    )


def format_p(pairing: Pairing) -> str:
    """A p value as papers write it: "p = 0.42", "p = 0.049", "p < 0.001"."""
    if pairing.p_value < 0.001:
        return "p < 0.001"
    return f"p = {pairing.p_value:.{2 if pairing.p_value >= 0.1 else 3}f}"


@dataclass(frozen=True)
class Row:
    """A setting or a figure of several runs.

    Attributes:
        group: "Settings" and so on.
        name: of the setting or figure.
        values: as text, one per run, in their order; "–" where a run has none.
    """

    group: str
    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def rows_of(group: str, columns: Sequence[dict[str, str]]) -> list[Row]:
    """Rows of the runs' values, in the order in which their names first appear."""
    names = dict.fromkeys(name for column in columns for name in column)
    return [Row(group, name, tuple(column.get(name, "–") for column in columns)) for name in names]
