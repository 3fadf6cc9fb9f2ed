import numpy as np
import pytest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.training.augmentation import choose_augmentation, distort

SEVEN = [np.array([(0, 0), (10, 0), (4, 18)], dtype=float)]


@pytest.fixture
def sevens() -> np.ndarray:
    return np.repeat(draw_house_digit(SEVEN)[np.newaxis], 64, axis=0)


def test_distorted_digits_stay_house_digits(sevens: np.ndarray):
    distorted = distort(sevens, np.random.default_rng(0))

    assert distorted.shape == sevens.shape
    assert distorted.dtype == np.float32
    assert distorted.min() >= 0.0
    assert distorted.max() <= 1.0


def test_each_copy_is_distorted_in_its_own_way(sevens: np.ndarray):
    distorted = distort(sevens, np.random.default_rng(0))

    assert len(np.unique(distorted.reshape(64, -1).round(3), axis=0)) == 64


def test_same_generator_gives_same_distortion(sevens: np.ndarray):
    assert np.array_equal(
        distort(sevens, np.random.default_rng(3)), distort(sevens, np.random.default_rng(3))
    )


def test_ink_stays_near_where_it_was(sevens: np.ndarray):
    distorted = distort(sevens, np.random.default_rng(1))

    rows = (distorted.sum(axis=2) * np.arange(28)).sum(axis=1) / distorted.sum(axis=(1, 2))
    assert np.abs(rows - 13.5).max() < 5
    mass = distorted.sum(axis=(1, 2)) / sevens.sum(axis=(1, 2))
    assert 0.7 < np.median(mass) < 1.4


def test_neighbours_in_the_batch_leave_no_ink_on_each_other():
    images = np.zeros((3, 28, 28), dtype=np.float32)
    images[1] = 1.0
    distorted = distort(images, np.random.default_rng(5))

    assert distorted[[0, 2], 6:-6, 6:-6].max() < 0.5


def test_strength_zero_leaves_digits_alone(sevens: np.ndarray):
    assert np.abs(distort(sevens, np.random.default_rng(0), 0.0) - sevens).max() < 1e-3


def test_a_gentle_distortion_stays_nearer(sevens: np.ndarray):
    def distance(strength: float) -> float:
        return float(np.abs(distort(sevens, np.random.default_rng(0), strength) - sevens).mean())

    assert distance(0.3) < 0.7 * distance(1.0)


def test_pictures_are_shifted_by_two_pixels_at_most_and_only_some_sets_mirrored(sevens: np.ndarray):
    small = np.zeros_like(sevens)
    small[:, 10:18, 10:14] = np.arange(1, 5) / 4  # Darker to the right.
    seen = set()
    for mirrors in (False, True):
        vary = choose_augmentation(ink=False, mirrors=mirrors)
        for image in vary(small, np.random.default_rng(0), 1.0):
            rows, columns = np.nonzero(image)
            shape = image[rows[0], columns[0] : columns[-1] + 1]
            assert np.array_equal(np.sort(shape), np.arange(1, 5) / 4)
            seen.add((mirrors, bool(shape[0] < shape[-1])))
            assert abs(rows[0] - 10) <= 2
            assert min(abs(columns[0] - 10), abs(columns[0] - 14)) <= 2
    assert seen == {(False, True), (True, True), (True, False)}


def test_pictures_at_strength_zero_stay_as_they_are(sevens: np.ndarray):
    for mirrors in (False, True):
        vary = choose_augmentation(ink=False, mirrors=mirrors)
        assert np.array_equal(vary(sevens, np.random.default_rng(0), 0.0), sevens)
