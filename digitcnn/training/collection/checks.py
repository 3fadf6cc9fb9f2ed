"""Checks of images that people bring, and their split: what is wrong is said in a sentence with a way out."""

from dataclasses import dataclass, replace

import numpy as np

from digitcnn.classes import MAX_CLASSES, MAX_NAME
from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE
from digitcnn.training.datasets import DigitSet

MAX_IMAGES = 300_000
"""Of a set: 240 MB of pixels."""

MIN_IMAGES = 20
MIN_PER_CLASS = 2
"""One to train and one to test with."""

TEST_SHARE = 1 / 6
"""Of the images of each class, where a set has no test images of its own: MNIST's share."""


@dataclass(frozen=True, eq=False)
class RawImages:
    """Images and labels as a file holds them.

    Attributes:
        images: (n, 28, 28) uint8.
        labels: (n,) int64, indices into the set's classes.
    """

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class RawSet:
    """A data set as somebody brings it.

    Attributes:
        classes: names, in the order of the labels.
        train: all images, or those to train with.
        test: those to test with; None where they are yet to be chosen.
    """

    classes: tuple[str, ...]
    train: RawImages
    test: RawImages | None = None


def check_and_split(raw: RawSet, *, name: str, ink: bool) -> tuple[DigitSet, DigitSet]:
    """The training and the test images of a set that passes every check.

    Handwriting that is dark on light is inverted, to ink 255 on paper 0. Images that are equal stay together
    when the split is made here.

    Raises:
        DatasetError: too few or too many images or classes, an image under two labels, or test images that
            are also among the training images.
    """
    _check_classes(raw)
    _check_labels(raw)
    if ink and _is_dark_on_light(raw.train.images):
        raw = RawSet(raw.classes, _invert(raw.train), raw.test and _invert(raw.test))
    train, test = (raw.train, raw.test) if raw.test else _split(raw)
    _check_parts(raw.classes, train, test)
    return (
        DigitSet(train.images, train.labels, f"{name} training", raw.classes),
        DigitSet(test.images, test.labels, f"{name} test", raw.classes),
    )


def name_classes(
    labels: np.ndarray, names: tuple[str, ...] | None = None
) -> tuple[tuple[str, ...], np.ndarray]:
    """The classes that whole numbers stand for, and the labels as indices into them.

    Args:
        labels: (n,) whole numbers from 0.
        names: of the classes, by label; by default the numbers themselves, also with gaps between them.

    Raises:
        DatasetError: the labels begin at another number than 0, or go beyond the names.
    """
    found = np.unique(labels)
    if found[0] < 0 or (found[0] != 0 and names is None):
        way = f"subtract {found[0]} from all of them" if found[0] > 0 else "number the classes from 0"
        raise DatasetError(f"Labels run from {found[0]} to {found[-1]}, and must begin at 0: {way}.")
    if names is not None:
        if found[-1] >= len(names):
            raise DatasetError(
                f"There is a label {found[-1]}, but only {len(names)} class names, for 0 to {len(names) - 1}."
            )
        return names, labels.astype(np.int64)
    return tuple(str(label) for label in found.tolist()), np.searchsorted(found, labels).astype(np.int64)


def _check_classes(raw: RawSet) -> None:
    if len(raw.classes) < 2:
        raise DatasetError("All images are of one class: a model needs two or more to tell apart.")
    if len(raw.classes) > MAX_CLASSES:
        raise DatasetError(f"There are {len(raw.classes)} classes, and at most {MAX_CLASSES} are possible.")
    for name in raw.classes:
        if not 0 < len(name) <= MAX_NAME:
            raise DatasetError(
                f"The class name {name[: MAX_NAME + 20]!r} must have 1 to {MAX_NAME} characters: shorten it."
            )


def _check_labels(raw: RawSet) -> None:
    labels = np.concatenate([raw.train.labels, raw.test.labels]) if raw.test else raw.train.labels
    counts = np.bincount(labels, minlength=len(raw.classes))
    for name, images in zip(raw.classes, counts.tolist(), strict=True):
        if images < MIN_PER_CLASS:
            raise DatasetError(
                f"The class {name!r} has {'one image' if images else 'no image'}: it needs {MIN_PER_CLASS} "
                "at least, one to train and one to test with. Add some, or leave the class out."
            )
    if not MIN_IMAGES <= len(labels) <= MAX_IMAGES:
        raise DatasetError(
            f"There are {len(labels):,} images: a data set needs {MIN_IMAGES} to {MAX_IMAGES:,}."
        )


def _check_parts(classes: tuple[str, ...], train: RawImages, test: RawImages) -> None:
    label_of = {}
    for image, label in zip(train.images, train.labels.tolist(), strict=True):
        if label_of.setdefault(image.tobytes(), label) != label:
            pair = f"{classes[label_of[image.tobytes()]]!r} and {classes[label]!r}"
            raise DatasetError(f"The same image is in the classes {pair}: remove it from one of them.")
    shared = [
        label
        for image, label in zip(test.images, test.labels.tolist(), strict=True)
        if image.tobytes() in label_of
    ]
    if shared:
        raise DatasetError(
            f"{len(shared):,} of {len(test.labels):,} test images are also among the training images, the "
            f"first of the class {classes[shared[0]]!r}: remove them from one part, or bring all images "
            "in one part, and the split is made here."
        )
    for part, images in (("training", train), ("test", test)):
        missing = np.setdiff1d(np.arange(len(classes)), images.labels)
        if len(missing):
            raise DatasetError(
                f"The class {classes[missing[0]]!r} has no {part} image, or all of its images are equal: add "
                "some, or leave the class out."
            )


def _split(raw: RawSet) -> tuple[RawImages, RawImages]:
    """Holds a share of each class out for testing, chosen at random but always the same."""
    images, labels = raw.train.images, raw.train.labels
    _, group_of = np.unique(images.reshape(len(images), -1), axis=0, return_inverse=True)
    group_of = group_of.reshape(-1)
    rng, is_test = np.random.default_rng(0), np.zeros(len(labels), bool)
    for label in range(len(raw.classes)):
        of_class = np.flatnonzero(labels == label)
        wanted, held = max(1, round(TEST_SHARE * len(of_class))), 0
        groups = rng.permutation(np.unique(group_of[of_class]))
        for group in groups[: len(groups) - 1]:  # The last group always trains.
            if held >= wanted:
                break
            chosen = of_class[group_of[of_class] == group]
            is_test[chosen] = True
            held += len(chosen)
    return RawImages(images[~is_test], labels[~is_test]), RawImages(images[is_test], labels[is_test])


def _is_dark_on_light(images: np.ndarray) -> bool:
    """Whether the edges of most images are light."""
    edges = np.concatenate([images[:, [0, -1]].reshape(-1), images[:, :, [0, -1]].reshape(-1)])
    return bool(np.median(edges) > 127)


def _invert(part: RawImages) -> RawImages:
    return replace(part, images=255 - part.images)


def as_images(array: np.ndarray) -> np.ndarray:
    """Images in a usual form as (n, 28, 28) uint8.

    Args:
        array: (n, 28, 28), (n, 28, 28, 1) or (n, 784), of whole numbers 0-255, or of fractions 0-1.

    Raises:
        DatasetError: another shape or range.
    """
    shape = array.shape
    if array.ndim == 4 and shape[-1] == 1:
        array = array[..., 0]
    if array.ndim == 2 and shape[1] == SIDE * SIDE:
        array = array.reshape(-1, SIDE, SIDE)
    if array.ndim != 3 or array.shape[1:] != (SIDE, SIDE):
        raise DatasetError(
            f"The images have the shape {shape}: expected (n, 28, 28), so resize them to 28 × 28 in gray."
        )
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind not in "buif" or (array.dtype.kind == "f" and not np.isfinite(array).all()):
        raise DatasetError(f"The images hold {array.dtype}: expected numbers from 0 to 255, or from 0 to 1.")
    low, high = float(array.min(initial=0)), float(array.max(initial=0))
    if low < 0 or high > 255:
        raise DatasetError(f"The pixels run from {low:g} to {high:g}: expected 0 to 255, or 0 to 1.")
    scale = 255 if array.dtype.kind in "bf" and high <= 1 else 1
    return np.round(array.astype(np.float32) * scale).astype(np.uint8)
