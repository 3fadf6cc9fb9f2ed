"""Histograms of eight-bit pictures: quantiles from 256 counts, without visiting each pixel again."""

import cv2
import numpy as np

LEVELS = 256


def gray_histogram(gray: np.ndarray) -> np.ndarray:
    """How many pixels of a (height, width) uint8 picture have each level: (256,) int64."""
    counts = cv2.calcHist([np.ascontiguousarray(gray)], [0], None, [LEVELS], [0, LEVELS])
    return counts.ravel().astype(np.int64)


def quantile_from_histogram(counts: np.ndarray, fraction: float, values: np.ndarray | None = None) -> float:
    """A quantile of counted values, as `np.quantile` gives it for the values themselves.

    Args:
        counts: (n,) how often there is each value; at least one of them is above zero.
        fraction: of the values that lie below, 0-1.
        values: (n,) rising; by default 0 to n - 1.
    """
    upto = np.cumsum(counts)
    # Linear interpolation between the two counted values around the place, as NumPy does by default.
    place = fraction * (int(upto[-1]) - 1)
    below = int(place)
    first, second = (int(at) for at in np.searchsorted(upto, [below + 1, below + 2]))
    second = min(second, len(counts) - 1) if place > below else first
    low, high = (first, second) if values is None else (float(values[first]), float(values[second]))
    return float(low + (high - low) * (place - below))


def median_of(gray: np.ndarray) -> float:
    """The median of a uint8 picture."""
    return quantile_from_histogram(gray_histogram(gray), 0.5)
