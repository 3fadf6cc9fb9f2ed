"""A file like MNIST's, made of the digits that come with scikit-learn: real ones, and few."""

from pathlib import Path

import numpy as np

from digitcnn.training.datasets import load_bundled_digits


def write_mnist(folder: Path) -> None:
    """Writes `mnist.npz`, as `$DIGITCNN_DATA` holds it."""
    train, test = load_bundled_digits()
    np.savez(
        folder / "mnist.npz",
        x_train=train.images,
        y_train=train.labels,
        x_test=test.images,
        y_test=test.labels,
    )
