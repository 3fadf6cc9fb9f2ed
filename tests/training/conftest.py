import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.datasets import DigitSet, load_mnist
from tests.support.data import NO_DATA


@pytest.fixture(scope="session")
def mnist() -> tuple[DigitSet, DigitSet]:
    """MNIST's training and test images, or a skip where they cannot be had."""
    try:
        return load_mnist()
    except DatasetError:
        pytest.skip(NO_DATA)
