import numpy as np
import pytest

from digitcnn.training.datasets import DigitSet
from digitcnn.training.feed import Feed


@pytest.fixture
def numbered() -> DigitSet:
    """Ten images, each filled with its own number."""
    images = np.repeat(np.arange(10, dtype=np.uint8), 28 * 28).reshape(10, 28, 28)
    return DigitSet(images, np.arange(10), "numbered")


def feed_of(digits: DigitSet, *, one_hot: bool = True) -> Feed:
    return Feed(digits, classes=10, one_hot=one_hot, seed=1)


def numbers_in(images: np.ndarray) -> list[int]:
    return [round(value * 255) for value in images[:, 0, 0, 0].tolist()]


def test_an_epoch_holds_every_image_once_with_its_label(numbered: DigitSet):
    images, labels = feed_of(numbered).epoch(0)

    assert images.shape == (10, 28, 28, 1)
    assert sorted(numbers_in(images)) == list(range(10))
    assert numbers_in(images) == labels.argmax(axis=1).tolist()


def test_epochs_differ_and_a_resumed_epoch_is_the_same(numbered: DigitSet):
    images, _ = feed_of(numbered).epoch(1)

    assert numbers_in(images) != numbers_in(feed_of(numbered).epoch(0)[0])
    assert numbers_in(images) == numbers_in(feed_of(numbered).epoch(1)[0])


def test_augmentation_repeats_with_its_seed_and_epoch(numbered: DigitSet):
    def add_noise(images: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
        return images + strength * rng.random(images.shape, dtype=np.float32)

    feed = feed_of(numbered)
    assert np.array_equal(feed.epoch(3, add_noise)[0], feed.epoch(3, add_noise)[0])
    assert not np.array_equal(feed.epoch(3, add_noise)[0], feed.epoch(3, add_noise, 0.5)[0])


def test_sparse_labels_are_numbers_and_all_keeps_the_order(numbered: DigitSet):
    images, labels = feed_of(numbered, one_hot=False).all()

    assert numbers_in(images) == labels.tolist() == list(range(10))
