"""The data sets that the Lab shows and measures with, and their files on this machine."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.errors import DatasetError
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.training.collection import pen_letters
from digitcnn.training.collection.registry import Dataset, find_dataset, how_to_get, list_datasets
from digitcnn.training.datasets import DigitSet, find_data, keras_datasets
from digitcnn.training.fetch import Report
from digitcnn.training.pen_strokes import Drawing, load_pen_digits

__all__ = ["Dataset", "DigitSet", "find_dataset", "how_to_get", "list_datasets"]

DRAWN_TRAINING, DRAWN_TEST = 300, 100
"""Pen drawings of each digit that are drawn as pixels, at most: drawing all takes minutes."""

PENS = "pens"
"""The pen strokes by themselves: shown, and part of what `handwriting` trains on."""


@dataclass(frozen=True)
class Part:
    """One part of a data set.

    Attributes:
        name: its purpose, such as "test".
        counts: number of images of each class, in their order.
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


def shown_sets() -> list[str]:
    """Names of the sets that can be shown: all but mixtures of others."""
    names = [dataset.name for dataset in list_datasets() if not dataset.refuses]
    return [names[0], PENS, *names[1:]]


def title_of(name: str) -> str:
    """A set's name for people."""
    return "Pen strokes" if name == PENS else find_dataset(name).title


def is_ink(name: str) -> bool:
    """Whether a set holds handwriting."""
    return name == PENS or find_dataset(name).ink


def find_file(name: str) -> Path | None:
    """The file of a set; None where it is not on this machine, or the set needs none."""
    if name == PENS:
        downloaded = keras_datasets() / "pendigits.zip"
        return find_data("pen_digits.json.gz") or (downloaded if downloaded.is_file() else None)
    return find_dataset(name).file()


def is_at_hand(name: str) -> bool:
    """Whether the set can be read without a download."""
    return find_file(name) is not None if name == PENS else find_dataset(name).is_here


def fingerprint(name: str) -> str:
    """Changes when the set's file does."""
    path = find_file(name)
    stat = path.stat() if path else None
    parts = (name, path, stat and stat.st_size, stat and stat.st_mtime_ns)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def load_set(name: str, report: Report) -> LoadedSet:
    """Reads a set that is at hand; needs seconds and a few hundred megabytes.

    Raises:
        DatasetError: it is not at hand, or its file is broken.
    """
    if not is_at_hand(name):
        raise DatasetError(f"The set {name!r} is not on this machine: download it first.")
    if name == PENS:
        return _load_pens(report)
    report(0.02, "Reading the images")
    if name == "letters":
        return _load_letters()
    found = find_dataset(name).load()
    if found is None:
        raise DatasetError(f"The files of {title_of(name)} are broken: fetch it again.")
    train, test = found
    return LoadedSet((_count("training", train), _count("test", test)), train, test)


def load_test_images(name: str = "mnist") -> DigitSet | None:
    """A set's test images, without TensorFlow or a download; None where they are not on this machine.

    Raises:
        DatasetError: there is no such set, or its files are broken.
    """
    if name == "letters":
        return pen_letters.load_test_letters() if pen_letters.find_file() else None
    found = find_dataset(name).load()
    return found[1] if found else None


def _load_pens(report: Report) -> LoadedSet:
    report(0.02, "Reading the strokes")
    drawings = [drawing for drawing in load_pen_digits() if not drawing.suspect]
    parts = tuple(
        _count(name, np.array([each.label for each in drawings if each.part == name], dtype=np.int64))
        for name in ("train", "validation", "test")
    )
    train = _draw(
        drawings, "train", DRAWN_TRAINING, lambda share: report(0.15 + 0.45 * share, "Drawing digits")
    )
    test = _draw(drawings, "test", DRAWN_TEST, lambda share: report(0.6 + 0.15 * share, "Drawing digits"))
    return LoadedSet(parts, train, test, writers=len({(each.source, each.writer) for each in drawings}))


def _load_letters() -> LoadedSet:
    drawings = pen_letters.load_letters()
    train, test = pen_letters.load_both(drawings)
    writers = len({(each.source, each.writer) for each in drawings})
    return LoadedSet((_count("training", train), _count("test", test)), train, test, writers)


def _draw(drawings: list[Drawing], part: str, most: int, report: Callable[[float], None]) -> DigitSet:
    """Draws at most `most` strokes of each digit of a part, chosen at random."""
    rng = np.random.default_rng(0)
    chosen: list[Drawing] = []
    for digit in range(len(DIGITS)):
        of_digit = [each for each in drawings if each.part == part and each.label == digit]
        chosen += [of_digit[at] for at in sorted(rng.permutation(len(of_digit))[:most])]
    images = np.zeros((len(chosen), 28, 28), np.uint8)
    for at, each in enumerate(chosen):
        images[at] = np.round(draw_house_digit(each.strokes) * 255)
        if at % 100 == 0:
            report(at / len(chosen))
    return DigitSet(images, np.array([each.label for each in chosen], dtype=np.int64), f"pen strokes, {part}")


def _count(name: str, images: DigitSet | np.ndarray) -> Part:
    """A part of a whole set, from its images, or from its labels where they are digits."""
    classes = len(images.classes if isinstance(images, DigitSet) else DIGITS)
    labels = images.labels if isinstance(images, DigitSet) else images
    return Part(name, tuple(np.bincount(labels, minlength=classes)[:classes].tolist()))
