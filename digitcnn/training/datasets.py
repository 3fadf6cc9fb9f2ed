"""Labelled house digits to train and test on, and where they come from."""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE, make_house_digit

NOT_A_DIGIT = 10
"""The label of ink that is no digit, in data sets of eleven classes."""

_BUNDLED_TEST = 360


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

    What is on this machine comes first (`load_local_mnist`); then Keras's download
    (`keras.datasets.mnist`), which is checked and kept. Source: LeCun, Cortes, Burges; CC BY-SA 3.0.

    Raises:
        DatasetError: neither can be had, or the file is broken.
    """
    return load_local_mnist() or _as_mnist(*_download_mnist())


def load_local_mnist() -> tuple[DigitSet, DigitSet] | None:
    """MNIST's training and test images as far as they are on this machine: no download, no TensorFlow.

    `$DIGITCNN_DATA/mnist.npz` comes first; then the file that Keras keeps. None where there is
    neither; a broken file of Keras's counts as none, since the next download replaces it.

    Raises:
        DatasetError: the file in `$DIGITCNN_DATA` is broken.
    """
    folder = data_folder()
    if folder and (folder / "mnist.npz").is_file():
        return _read_mnist(folder / "mnist.npz")
    kept = keras_datasets() / "mnist.npz"
    if not kept.is_file():
        return None
    try:
        return _read_mnist(kept)
    except DatasetError:
        return None


def keras_datasets() -> Path:
    """The folder in which Keras keeps what it downloads: `$KERAS_HOME/datasets`, or in the home folder."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets"


def load_bundled_digits() -> tuple[DigitSet, DigitSet]:
    """The digits that come with scikit-learn, made house digits: what stands in where MNIST can't be had.

    1,797 digits, 8 x 8 and 17 shades of gray in the original; the last 360 are the test set. The
    file has its writers one after another, so that most of the test digits are by other hands.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.
    """
    from sklearn.datasets import load_digits

    shades, target = load_digits(return_X_y=True)
    pixels = np.stack([make_house_digit(image.reshape(8, 8) / 16.0) for image in np.asarray(shades)])
    images, labels = np.round(pixels * 255).astype(np.uint8), np.asarray(target).astype(np.int64)
    return (
        DigitSet(images[:-_BUNDLED_TEST], labels[:-_BUNDLED_TEST], "scikit-learn's digits, training"),
        DigitSet(images[-_BUNDLED_TEST:], labels[-_BUNDLED_TEST:], "scikit-learn's digits, test"),
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


def _read_mnist(path: Path) -> tuple[DigitSet, DigitSet]:
    try:
        # NumPy leaves a file open that it opened itself and that is no archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return _as_mnist((file["x_train"], file["y_train"]), (file["x_test"], file["y_test"]))
    except (OSError, TypeError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DatasetError(f"{path} is not a readable MNIST file: {error}.") from None


def _as_mnist(
    train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]
) -> tuple[DigitSet, DigitSet]:
    return (
        DigitSet(train[0], train[1].astype(np.int64), "MNIST training"),
        DigitSet(test[0], test[1].astype(np.int64), "MNIST test"),
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
