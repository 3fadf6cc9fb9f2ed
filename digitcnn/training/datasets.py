"""Labelled house digits to train and test on, and where they come from."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE

NOT_A_DIGIT = 10
"""The label of ink that is no digit, in data sets of eleven classes."""


@dataclass(frozen=True, eq=False)
class DigitSet:
    """Labelled house digits.

    Attributes:
        images: (n, 28, 28) uint8, ink 255 on paper 0.
        labels: (n,) int64, 0-9, or `NOT_A_DIGIT`.
        name: what they are, for people and for `run.json`.
    """

    images: np.ndarray
    labels: np.ndarray
    name: str

    def __post_init__(self) -> None:
        if self.images.shape != (len(self.labels), SIDE, SIDE) or self.images.dtype != np.uint8:
            raise ValueError(
                f"expected uint8 images (n, 28, 28), received {self.images.dtype} {self.images.shape}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def pixels(self) -> np.ndarray:
        """(n, 28, 28) float32 in 0-1: house digits."""
        return self.images.astype(np.float32) / 255.0

    def take(self, chosen: np.ndarray) -> "DigitSet":
        """The images at these indices, or where this mask is true."""
        return DigitSet(self.images[chosen], self.labels[chosen], self.name)


@dataclass(frozen=True)
class Split:
    """What a model learns from, is tuned on, and is measured on; no image is in two of them."""

    train: DigitSet
    validation: DigitSet
    test: DigitSet


def data_folder() -> Path | None:
    """`$DIGITCNN_DATA`, a folder of data sets that is looked in before anything is downloaded."""
    folder = os.environ.get("DIGITCNN_DATA")
    return Path(folder) if folder else None


def load_mnist() -> tuple[DigitSet, DigitSet]:
    """MNIST's 60,000 training and 10,000 test images.

    `$DIGITCNN_DATA/mnist.npz` comes first; then Keras's cache and download
    (`keras.datasets.mnist`). Source: LeCun, Cortes, Burges; CC BY-SA 3.0.

    Raises:
        DatasetError: neither can be had, or the file is broken.
    """
    folder = data_folder()
    path = folder / "mnist.npz" if folder else None
    if path and path.is_file():
        try:
            with np.load(path, allow_pickle=False) as file:
                x_train, y_train = file["x_train"], file["y_train"]
                x_test, y_test = file["x_test"], file["y_test"]
        except (OSError, ValueError, KeyError) as error:
            raise DatasetError(f"{path} is not a readable MNIST file: {error}.") from None
    else:
        (x_train, y_train), (x_test, y_test) = _download_mnist()
    return (
        DigitSet(x_train, y_train.astype(np.int64), "MNIST training"),
        DigitSet(x_test, y_test.astype(np.int64), "MNIST test"),
    )


def split_mnist(validation_split: float, images: int | None, seed: int) -> Split:
    """MNIST with a validation split taken at random from the training images.

    Args:
        validation_split: fraction of the training images, 0-1.
        images: how many of the training images are used; None for all.
        seed: which ones.
    """
    training, test = load_mnist()
    order = np.random.default_rng(seed).permutation(len(training))[:images]
    held = round(len(order) * validation_split)
    return Split(training.take(order[held:]), training.take(order[:held]), test)


def concatenate(sets: list[DigitSet], name: str) -> DigitSet:
    """One set of several, in their order."""
    return DigitSet(
        np.concatenate([each.images for each in sets]), np.concatenate([each.labels for each in sets]), name
    )


def _download_mnist() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    # Keras brings TensorFlow along: only where the file is not already there.
    import keras

    try:
        return keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails.
        raise DatasetError(
            "MNIST could not be downloaded: check the network, or set DIGITCNN_DATA to a folder "
            f"that holds mnist.npz ({error})."
        ) from None
