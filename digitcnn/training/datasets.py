"""Labelled house digits for training and testing, and their sources."""

import os
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE, make_house_digit

NOT_A_DIGIT = 10
"""The label of ink that is not a digit, in data sets of eleven classes."""

_BUNDLED_TEST = 360


@dataclass(frozen=True, eq=False)
class DigitSet:
    """Labelled images: house digits, or those of another data set in the same form.

    Attributes:
        images: (n, 28, 28) uint8, ink 255 on paper 0.
        labels: (n,) int64, indices into `classes`, or `NOT_A_DIGIT`.
        name: shown to people and recorded in `run.json`.
        classes: names of the classes.
    """

    images: np.ndarray
    labels: np.ndarray
    name: str
    classes: tuple[str, ...] = DIGITS

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

    @classmethod
    def from_pixels(cls, pixels: np.ndarray, labels: np.ndarray, name: str) -> "DigitSet":
        """House digits as (n, 28, 28) float32 in 0-1, with their labels."""
        return cls(np.round(pixels * 255).astype(np.uint8), labels.astype(np.int64), name)

    def take(self, chosen: np.ndarray) -> "DigitSet":
        """The images at these indices, or where this mask is true."""
        return replace(self, images=self.images[chosen], labels=self.labels[chosen])


@dataclass(frozen=True)
class Split:
    """The images to train on, to tune on and to test on; no image is in two of them."""

    train: DigitSet
    validation: DigitSet
    test: DigitSet


def data_folder() -> Path | None:
    """`$DIGITCNN_DATA`, a folder of data sets that comes before any download; None where it is not set."""
    folder = os.environ.get("DIGITCNN_DATA")
    return Path(folder) if folder else None


def find_data(name: str) -> Path | None:
    """The file of this name in `$DIGITCNN_DATA`; None where there is none."""
    folder = data_folder()
    return folder / name if folder and (folder / name).is_file() else None


def load_mnist() -> tuple[DigitSet, DigitSet]:
    """MNIST's 60,000 training and 10,000 test images.

    Files on this machine come first (`load_local_mnist`); then Keras's download
    (`keras.datasets.mnist`), which is checked and kept. Source: LeCun, Cortes, Burges; CC BY-SA 3.0.

    Raises:
        DatasetError: the download fails, or the file is broken.
    """
    return load_local_mnist() or _as_mnist(*_download_mnist())


def load_local_mnist() -> tuple[DigitSet, DigitSet] | None:
    """MNIST's training and test images from a file on this machine, without a download or TensorFlow.

    `$DIGITCNN_DATA/mnist.npz` comes first; then the file that Keras keeps. None where there is
    neither; a broken file of Keras counts as missing, since the next download replaces it.

    Raises:
        DatasetError: the file in `$DIGITCNN_DATA` is broken.
    """
    if path := find_data("mnist.npz"):
        return _read_mnist(path)
    try:
        return _read_mnist(keras_datasets() / "mnist.npz")
    except DatasetError:
        return None


def keras_datasets() -> Path:
    """The folder of Keras's downloads: `$KERAS_HOME/datasets`, or in the home folder."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets"


def load_bundled_digits() -> tuple[DigitSet, DigitSet]:
    """scikit-learn's digits as house digits: the stand-in for MNIST where there is no download.

    1,797 digits, originally 8 x 8 in 17 shades of gray; the last 360 are the test set. The file lists
    its writers one after another, so that other writers wrote most of the test digits.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, CC BY 4.0.
    """
    from sklearn.datasets import load_digits

    shades, target = load_digits(return_X_y=True)
    pixels = np.stack([make_house_digit(image.reshape(8, 8) / 16.0) for image in np.asarray(shades)])
    labels, cut = np.asarray(target), -_BUNDLED_TEST
    return (
        DigitSet.from_pixels(pixels[:cut], labels[:cut], "scikit-learn's digits, training"),
        DigitSet.from_pixels(pixels[cut:], labels[cut:], "scikit-learn's digits, test"),
    )


def split_mnist(validation_split: float, images: int | None, seed: int) -> Split:
    """MNIST with a validation split taken at random from the training images."""
    return split_at_random(*load_mnist(), validation_split, images, seed)


def split_at_random(
    training: DigitSet, test: DigitSet, validation_split: float, images: int | None, seed: int
) -> Split:
    """A validation split taken at random from the training images.

    Args:
        training: the images to split.
        test: stays whole.
        validation_split: fraction of the training images, 0-1.
        images: how many of the training images are used; None for all.
        seed: of the choice and the split.
    """
    order = np.random.default_rng(seed).permutation(len(training))[:images]
    held = round(len(order) * validation_split)
    return Split(training.take(order[held:]), training.take(order[:held]), test)


def concatenate(sets: list[DigitSet], name: str) -> DigitSet:
    """One set of all images, in the order of the sets."""
    return DigitSet(
        np.concatenate([each.images for each in sets]),
        np.concatenate([each.labels for each in sets]),
        name,
        sets[0].classes,
    )


def _read_mnist(path: Path) -> tuple[DigitSet, DigitSet]:
    try:
        # NumPy leaves a file open that it opened itself and found to be no archive.
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
    # Keras loads TensorFlow, so it is imported only for a download.
    import keras

    try:
        return keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails.
        raise DatasetError(
            "MNIST could not be downloaded: check the network, or set DIGITCNN_DATA to a folder "
            f"that holds mnist.npz ({error})."
        ) from None
