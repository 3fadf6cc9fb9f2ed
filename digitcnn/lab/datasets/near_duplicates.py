"""Images of a data set that are equal or almost equal."""

from dataclasses import dataclass

import numpy as np

_POOL = 4
_ROWS = 1000
_CANDIDATES = 40
"""Pairs of each digit that are compared pixel by pixel."""


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """The most alike pairs.

    Attributes:
        at: (n, 2) indices of the two images.
        distance: (n,) root mean square difference of their pixels, 0-1, smallest first.
    """

    at: np.ndarray
    distance: np.ndarray


def find_near_duplicates(images: np.ndarray, labels: np.ndarray, most: int) -> NearDuplicates:
    """The pairs of one label that are most alike without being equal.

    All pairs are compared on averages of 4 x 4 pixels, whose distance never exceeds that of the images
    themselves; then the closest of them pixel by pixel.

    Args:
        images: (n, 28, 28) uint8.
        labels: (n,).
        most: how many pairs; fewer where there are fewer.
    """
    pairs, distances = [], []
    for label in np.unique(labels):
        chosen = np.flatnonzero(labels == label)
        for first, second in _closest_averages(images[chosen]):
            one, other = images[chosen[first]].astype(np.float32), images[chosen[second]].astype(np.float32)
            distance = float(np.sqrt(((one - other) ** 2).mean()) / 255)
            if distance > 0:
                pairs.append((chosen[first], chosen[second]))
                distances.append(distance)
    order = np.argsort(distances)[:most]
    return NearDuplicates(np.array(pairs, dtype=np.int64).reshape(-1, 2)[order], np.array(distances)[order])


def count_shared(train: np.ndarray, test: np.ndarray) -> tuple[int, int]:
    """Counts training images that equal an earlier one, and test images that equal a training image."""
    known = {image.tobytes() for image in train}
    return len(train) - len(known), sum(image.tobytes() in known for image in test)


def _closest_averages(images: np.ndarray) -> list[tuple[int, int]]:
    """Index pairs of images of one label, (first, second), first before second."""
    count = len(images)
    if count < 2:
        return []
    small = images.reshape(count, 28 // _POOL, _POOL, 28 // _POOL, _POOL).mean(axis=(2, 4), dtype=np.float32)
    rows = small.reshape(count, -1)
    norms = (rows**2).sum(axis=1)
    nearest, least = np.zeros(count, int), np.zeros(count)
    for at in range(0, count, _ROWS):
        part = slice(at, at + _ROWS)
        distance = norms[part, np.newaxis] + norms - 2 * rows[part] @ rows.T
        # Each image's nearest among those after it: sorting all pairs would take ten times as long.
        distance[np.tri(len(distance), count, at, dtype=bool)] = np.inf
        nearest[part], least[part] = distance.argmin(axis=1), distance.min(axis=1)
    # The last one has none after it.
    return [(int(first), int(nearest[first])) for first in np.argsort(least[:-1])[:_CANDIDATES]]
