"""The data sets that the Lab shows and measures with, and their files on this machine."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.training.datasets import (
    DigitSet,
    find_data,
    keras_datasets,
    load_bundled_digits,
    load_local_mnist,
)
from digitcnn.training.fetch import Report
from digitcnn.training.pen_strokes import Drawing, load_pen_digits

SetName = Literal["mnist", "pens", "bundled"]

DRAWN_TRAINING, DRAWN_TEST = 300, 100
"""Pen drawings of each digit that are drawn as pixels, at most: drawing all takes minutes."""


@dataclass(frozen=True)
class Part:
    """One part of a data set.

    Attributes:
        name: its purpose, such as "test".
        counts: number of images of each digit, 0 to 9.
    """

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LoadedSet:
    """A data set as pixels.

    Attributes:
        parts: of the whole set.
        train, test: the images that are measured, which may be fewer.
        writers: number of people who wrote them; None where it is unknown.
    """

    parts: tuple[Part, ...]
    train: DigitSet
    test: DigitSet
    writers: int | None = None


def find_file(name: SetName) -> Path | None:
    """The file of a set; None where it is not on this machine, or the set needs none."""
    if name == "bundled":
        return None
    ours, kept = ("mnist.npz", "mnist.npz") if name == "mnist" else ("pen_digits.json.gz", "pendigits.zip")
    downloaded = keras_datasets() / kept
    return find_data(ours) or (downloaded if downloaded.is_file() else None)


def is_at_hand(name: SetName) -> bool:
    """Whether the set can be read without a download."""
    return name == "bundled" or find_file(name) is not None


def fingerprint(name: SetName) -> str:
    """Changes when the set's file does."""
    path = find_file(name)
    stat = path.stat() if path else None
    parts = (name, path, stat and stat.st_size, stat and stat.st_mtime_ns)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def load_set(name: SetName, report: Report) -> LoadedSet:
    """Reads a set that is at hand; needs seconds and a few hundred megabytes.

    Raises:
        DatasetError: it is not at hand, or its file is broken.
    """
    if not is_at_hand(name):
        raise DatasetError(f"The set {name!r} is not on this machine: download it first.")
    if name == "pens":
        return _load_pens(report)
    report(0.02, "Reading the images")
    found = load_bundled_digits() if name == "bundled" else load_local_mnist()
    if found is None:
        raise DatasetError("MNIST's file is broken: fetch it again.")
    train, test = found
    parts = Part("training", _count(train.labels)), Part("test", _count(test.labels))
    return LoadedSet(parts, train, test)


def load_test_images() -> DigitSet | None:
    """MNIST's 10,000 test images, without TensorFlow or a download; None where they are not on this machine.

    Raises:
        DatasetError: the file in `$DIGITCNN_DATA` is broken.
    """
    found = load_local_mnist()
    return found[1] if found else None


def _load_pens(report: Report) -> LoadedSet:
    report(0.02, "Reading the strokes")
    drawings = [drawing for drawing in load_pen_digits() if not drawing.suspect]
    parts = tuple(
        Part(name, _count(np.array([each.label for each in drawings if each.part == name], dtype=np.int64)))
        for name in ("train", "validation", "test")
    )
    train = _draw(
        drawings, "train", DRAWN_TRAINING, lambda share: report(0.15 + 0.45 * share, "Drawing digits")
    )
    test = _draw(drawings, "test", DRAWN_TEST, lambda share: report(0.6 + 0.15 * share, "Drawing digits"))
    return LoadedSet(parts, train, test, writers=len({(each.source, each.writer) for each in drawings}))


def _draw(drawings: list[Drawing], part: str, most: int, report: Callable[[float], None]) -> DigitSet:
    """Draws at most `most` strokes of each digit of a part, chosen at random."""
    rng = np.random.default_rng(0)
    chosen: list[Drawing] = []
    for digit in range(10):
        of_digit = [each for each in drawings if each.part == part and each.label == digit]
        chosen += [of_digit[at] for at in sorted(rng.permutation(len(of_digit))[:most])]
    images = np.zeros((len(chosen), 28, 28), np.uint8)
    for at, each in enumerate(chosen):
        images[at] = np.round(draw_house_digit(each.strokes) * 255)
        if at % 100 == 0:
            report(at / len(chosen))
    return DigitSet(images, np.array([each.label for each in chosen], dtype=np.int64), f"pen strokes, {part}")


def _count(labels: np.ndarray) -> tuple[int, ...]:
    return tuple(np.bincount(labels, minlength=10)[:10].tolist())
