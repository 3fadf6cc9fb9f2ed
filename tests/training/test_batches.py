import numpy as np
import pytest

from digitcnn.training.batches import Batches
from digitcnn.training.datasets import DigitSet


@pytest.fixture
def numbered() -> DigitSet:
    """Ten images, each filled with its own number."""
    images = np.repeat(np.arange(10, dtype=np.uint8), 28 * 28).reshape(10, 28, 28)
    return DigitSet(images, np.arange(10), "numbered")


def batches_of(digits: DigitSet, *, shuffle: bool = True, one_hot: bool = True) -> Batches:
    return Batches(digits, batch_size=4, classes=10, one_hot=one_hot, seed=1, shuffle=shuffle)


def order_of(batches: Batches) -> list[int]:
    return [round(value * 255) for index in range(len(batches)) for value in batches[index][0][:, 0, 0, 0]]


def test_an_epoch_holds_every_image_once(numbered: DigitSet):
    assert sorted(order_of(batches_of(numbered))) == list(range(10))


def test_labels_stay_with_their_images(numbered: DigitSet):
    images, labels = batches_of(numbered)[0]

    assert np.array_equal(np.round(images[:, 0, 0, 0] * 255), labels.argmax(axis=1))


def test_epochs_differ_and_a_resumed_epoch_is_the_same(numbered: DigitSet):
    first, resumed = batches_of(numbered), batches_of(numbered)
    epoch_0 = order_of(first)
    first.epoch = resumed.epoch = 1

    assert order_of(first) != epoch_0
    assert order_of(first) == order_of(resumed)


def test_sparse_labels_are_numbers(numbered: DigitSet):
    _, labels = batches_of(numbered, one_hot=False, shuffle=False)[0]

    assert labels.tolist() == [0, 1, 2, 3]
