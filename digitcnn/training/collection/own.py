"""Data sets that people added: one folder each beside the runs, written whole or not at all.

set.json      names of the classes, origin, and whether it is handwriting
images.npz    x_train, y_train, x_test, y_test, as in Keras's file of MNIST
"""

import json
import os
import re
import shutil
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from digitcnn.classes import are_classes
from digitcnn.errors import DatasetError
from digitcnn.run_folder import runs_root, write_json
from digitcnn.training.datasets import DigitSet

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True)
class OwnSet:
    """A data set that somebody added.

    Attributes:
        name: of its folder.
        classes: names, in the order of the labels.
        origin: the file or folder that it came from, for people.
        ink: whether it holds handwriting, as people draw and upload it.
        images: number of its training images.
        digest: of its test images: a set that is added anew under the same name is another test set.
    """

    name: str
    classes: tuple[str, ...]
    origin: str
    ink: bool
    images: int = 0
    digest: str = ""


def check_name(name: str) -> None:
    """Raises `DatasetError` unless it can be the name of a data set."""
    if not _NAME.fullmatch(name):
        raise DatasetError(
            f"{name[:60]!r} is no name for a data set: use small letters, digits and hyphens, 40 at most."
        )


def is_own(name: str) -> bool:
    """Whether somebody added a data set of this name here."""
    return bool(_NAME.fullmatch(name)) and (_folder(name) / "set.json").is_file()


def list_own() -> list[OwnSet]:
    """The sets that were added here, by name; broken ones are left out."""
    found = []
    try:
        names = sorted(path.name for path in sets_root().iterdir())
    except OSError:
        return []
    for name in names:
        if is_own(name):
            try:
                found.append(read_own(name))
            except DatasetError:
                continue
    return found


def read_own(name: str) -> OwnSet:
    """What a set is, without its images.

    Raises:
        DatasetError: there is none of this name, or its record is broken.
    """
    try:
        data = json.loads((_folder(name) / "set.json").read_text(encoding="utf-8"))
        classes, origin, ink = data["classes"], data["origin"], data["ink"]
        images, digest = data.get("images", 0), data.get("digest", "")
        texts = isinstance(origin, str), isinstance(digest, str)
        kinds = *texts, isinstance(ink, bool), isinstance(images, int)
        if not are_classes(classes) or not all(kinds):
            raise ValueError("a value is of another type")
    except (OSError, ValueError, KeyError, TypeError):
        raise DatasetError(
            f"The record of the data set {name!r} is broken: remove the set and add it again."
        ) from None
    return OwnSet(name, tuple(classes), origin, ink, images, digest)


def load_own(name: str) -> tuple[DigitSet, DigitSet]:
    """A set's training and test images.

    Raises:
        DatasetError: there is none of this name, or its files are broken.
    """
    found = read_own(name)
    try:
        with images_file(name).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            sets = [
                DigitSet(file[f"x_{part}"], file[f"y_{part}"].astype(np.int64), title, found.classes)
                for part, title in (("train", f"{name} training"), ("test", f"{name} test, {found.digest}"))
            ]
        if any(len(each) == 0 or each.labels.max() >= len(found.classes) for each in sets):
            raise ValueError("its labels do not fit its classes")
    except (OSError, TypeError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DatasetError(f"The images of {name!r} cannot be read ({error}): add the set again.") from None
    return sets[0], sets[1]


def images_file(name: str) -> Path:
    """The file of a set's images."""
    return _folder(name) / "images.npz"


def keep_own(found: OwnSet, train: DigitSet, test: DigitSet) -> None:
    """Writes a new set, whole or not at all.

    Raises:
        DatasetError: there is one of this name, or it cannot be written.
    """
    check_name(found.name)
    if _folder(found.name).exists():
        raise DatasetError(
            f"There is a data set {found.name!r} already: choose another name, or remove that one first."
        )
    new = sets_root() / f".part-{os.getpid()}-{found.name}"
    try:
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        with (new / "images.npz").open("wb") as file:
            np.savez(
                file,
                x_train=train.images,
                y_train=train.labels.astype(np.uint8),
                x_test=test.images,
                y_test=test.labels.astype(np.uint8),
            )
        write_json(new / "set.json", {key: value for key, value in asdict(found).items() if key != "name"})
        new.rename(_folder(found.name))
    except OSError as error:
        raise DatasetError(f"The data set {found.name!r} cannot be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(new, ignore_errors=True)


def remove_own(name: str) -> None:
    """Deletes a set that was added here; runs that learned from it stay.

    Raises:
        DatasetError: there is none of this name.
    """
    if not is_own(name):
        raise DatasetError(f"There is no data set {name!r} that was added here.")
    # Renamed first: nothing sees it half deleted.
    gone = sets_root() / f".gone-{os.getpid()}-{name}"
    _folder(name).rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def sets_root() -> Path:
    """The folder of the sets, beside the runs."""
    return runs_root() / ".sets"


def _folder(name: str) -> Path:
    return sets_root() / name
