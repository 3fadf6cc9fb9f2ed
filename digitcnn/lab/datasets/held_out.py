"""The test images behind a run's predictions, without TensorFlow and without a download."""

from dataclasses import dataclass

import numpy as np

from digitcnn.training.datasets import load_local_mnist


@dataclass(frozen=True, eq=False)
class TestImages:
    """MNIST's test set.

    Attributes:
        images: (n, 28, 28) uint8, ink 255 on paper 0.
        labels: (n,) int64.
    """

    __test__ = False  # pytest takes names that start so for tests.

    images: np.ndarray
    labels: np.ndarray

    def belong_to(self, labels: np.ndarray) -> bool:
        """Whether a run with these labels was tested on these images."""
        return np.array_equal(self.labels, labels)


def load_test_images() -> TestImages | None:
    """MNIST's 10,000 test images as far as they are on this machine; None where they are not.

    Raises:
        DatasetError: the file in `$DIGITCNN_DATA` is broken.
    """
    found = load_local_mnist()
    if found is None:
        return None
    _, test = found
    return TestImages(test.images.copy(), test.labels)
