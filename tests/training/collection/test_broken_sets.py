"""Broken sets that people bring: a sentence for each, and nothing of them is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.collection import own
from digitcnn.training.collection.add import add_dataset
from tests.support.made_sets import PIXELS, digits, pictures, png, write_csv, write_zip

Broken = Callable[[Path], Path]


def _csv(
    change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]], header: list[str] | None = None
) -> Broken:
    return lambda folder: write_csv(folder / "bad.csv", *change(*digits()), header)


def _zip(change: Callable[[dict[str, bytes]], object]) -> Broken:
    def write(folder: Path) -> Path:
        files = pictures()
        change(files)
        return write_zip(folder / "bad.zip", files)

    return write


def _npz(make: Callable[[np.ndarray, np.ndarray], dict[str, Any]]) -> Broken:
    def write(folder: Path) -> Path:
        np.savez(folder / "bad.npz", **make(*digits()))
        return folder / "bad.npz"

    return write


def _bytes(name: str, data: bytes) -> Broken:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


def _keep_one_dog(files: dict[str, bytes]) -> None:
    for name in [name for name in files if name.startswith("dog/") and name != "dog/0.png"]:
        del files[name]


def _with_text(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    changed = images.astype(object)
    changed[6, 0, 0] = "dark"
    return changed, labels


BROKEN: dict[str, tuple[Broken, str]] = {
    "no label column": (
        _csv(lambda x, y: (x, y), ["digit", *PIXELS]),
        r"column “label” is missing: the first line",
    ),
    "a pixel column is missing": (
        _csv(lambda x, y: (x.reshape(-1, 784)[:, :783], y), ["label", *PIXELS[:400], *PIXELS[401:]]),
        r"The column “pixel400” is missing: 783 pixels of 784 are there",
    ),
    "a CSV of 29 x 29": (
        _csv(
            lambda x, y: (np.pad(x, ((0, 0), (0, 1), (0, 1))), y),
            ["label", *(f"pixel{at}" for at in range(841))],
        ),
        r"A row has 841 pixels, pictures of 29 × 29: expected 784",
    ),
    "labels off by one": (_csv(lambda x, y: (x, y + 1)), r"Labels run from 1 to 10, .* subtract 1 from all"),
    "a pixel above 255": (
        _csv(lambda x, y: (x.astype(int) * 2, y)),
        r"Line \d+, column “pixel\d+”: expected a pixel",
    ),
    "a word for a pixel": (
        _csv(_with_text),
        r"Line 8, column “pixel0”: expected a pixel from 0 to 255, not 'dark'",
    ),
    "a row that ends early": (_bytes("bad.csv", f"label,{','.join(PIXELS)}\n1,2,3\n".encode()), r"Line 2"),
    "a CSV without rows": (_bytes("bad.csv", f"label,{','.join(PIXELS)}\n".encode()), r"no rows"),
    "a CSV that is a picture": (_bytes("bad.csv", b"\x89PNG\r\n\xff\xfe"), r"not a CSV file in UTF-8"),
    "a picture of 29 x 29": (
        _zip(lambda files: files.update({"dog/big.png": png(np.zeros((29, 29), np.uint8))})),
        r"dog/big.png is 29 × 29 pixels, and every picture must be 28 × 28: resize it",
    ),
    "a class with one image": (_zip(_keep_one_dog), r"The class 'dog' has one image: it needs 2 at least"),
    "a text file among the pictures": (
        _zip(lambda files: files.update({"cat/notes.txt": b"tabby"})),
        r"cat/notes.txt is no picture, or a damaged one: remove it",
    ),
    "a picture that is cut off": (
        _zip(lambda files: files.update({"cat/0.png": files["cat/0.png"][:60]})),
        r"cat/0.png is no picture, or a damaged one",
    ),
    "a picture outside of the folders": (
        _zip(lambda files: files.update({"stray.png": files["cat/0.png"]})),
        r"stray.png lies outside of the class folders: every picture must be in a folder named as its class",
    ),
    "a folder in a class folder": (
        _zip(lambda files: files.update({"cat/old/1.png": files["cat/0.png"]})),
        r"cat/old/1.png lies in a folder of a class folder",
    ),
    "one image in two classes": (
        _zip(lambda files: files.update({f"dog/{at}.png": files["cat/3.png"] for at in (20, 21)})),
        r"The same image is in the classes '(cat|dog)' and '(cat|dog)': remove it from one",
    ),
    "one class": (
        lambda folder: write_zip(folder / "bad.zip", pictures(("cat",), each=30)),
        r"All images are of one class",
    ),
    "too few images": (
        lambda folder: write_zip(folder / "bad.zip", pictures(each=4)),
        r"There are 8 images: a data set needs 20 to 300,000",
    ),
    "an empty archive": (lambda folder: write_zip(folder / "bad.zip", {}), r"There are no pictures"),
    "a broken archive": (_bytes("bad.zip", b"PK\x03\x04 cut off"), r"bad.zip is damaged"),
    "duplicates across the split": (
        _npz(lambda x, y: {"x_train": x, "y_train": y, "x_test": x[5:20], "y_test": y[5:20]}),
        r"15 of 15 test images are also among the training images, the first of the class '0': remove them",
    ),
    "another number of labels": (
        _npz(lambda x, y: {"x_train": x, "y_train": y[:-1]}),
        r"x_train has 60 images and y_train 59 labels",
    ),
    "arrays under other names": (
        _npz(lambda x, y: {"data": x, "target": y}),
        r"holds data, target: expected the arrays x_train",
    ),
    "an npz of 29 x 29": (
        _npz(lambda x, y: {"x": np.zeros((60, 29, 29)), "y": y}),
        r"The images have the shape \(60, 29, 29\): expected \(n, 28, 28\)",
    ),
    "pixels below zero": (
        _npz(lambda x, y: {"x": x / 127.5 - 1, "y": y}),
        r"The pixels run from -1 to 1: expected 0",
    ),
    "labels as words": (
        _npz(lambda x, y: {"x": x, "y": y.astype(str)}),
        r"y holds <U\d+: expected whole numbers",
    ),
    "Python objects": (
        _npz(lambda x, y: {"x": x.astype(object), "y": y}),
        r"holds Python objects instead of numbers",
    ),
    "a damaged npz": (_bytes("bad.npz", b"PK\x03\x04 cut off"), r"bad.npz is damaged"),
    "another kind of file": (_bytes("bad.tar", b"ustar"), r"bad.tar is of another kind: bring a folder"),
    "no file": (lambda folder: folder / "nowhere.csv", r"There is no file or folder"),
}


@pytest.mark.filterwarnings("ignore:.*object.*")
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_set_gets_a_sentence_and_nothing_is_kept(kind: str, tmp_path: Path):
    write, sentence = BROKEN[kind]
    path = write(tmp_path)
    with pytest.raises(DatasetError, match=sentence) as raised:
        add_dataset("bad", path)
    assert str(raised.value).endswith(".")
    assert own.list_own() == []
    assert not own.sets_root().exists() or list(own.sets_root().iterdir()) == []
