import numpy as np
import pytest

from digitcnn.ink.images.histogram import gray_histogram, median_of, quantile_from_histogram


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (7, 9), (40, 50)])
@pytest.mark.parametrize("most", [1, 3, 256])
def test_quantiles_are_those_of_numpy(size: tuple[int, int], most: int):
    gray = np.random.default_rng(1).integers(0, most, size, dtype=np.uint8)
    for fraction in (0.0, 0.1, 0.35, 0.5, 0.85, 1.0):
        assert quantile_from_histogram(gray_histogram(gray), fraction) == pytest.approx(
            np.quantile(gray, fraction)
        )
    assert median_of(gray) == np.median(gray)


def test_quantiles_are_in_the_values_that_are_given():
    assert quantile_from_histogram(
        np.array([0, 2, 0, 2]), 0.5, np.array([0.0, 0.2, 0.5, 0.4])
    ) == pytest.approx(0.3)
