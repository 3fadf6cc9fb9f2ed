"""Sets that people bring: four forms of a good one, and broken ones with their sentences."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitcnn.errors import DatasetError
from digitcnn.lab.personal_digits import PersonalDigit, PersonalDigits
from digitcnn.training.collection import add, own
from digitcnn.training.collection.add import add_dataset
from digitcnn.training.datasets import DigitSet, load_bundled_digits

PIXELS = [f"pixel{number}" for number in range(784)]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    return tmp_path


@cache
def bundled() -> DigitSet:
    return load_bundled_digits()[0]


def digits(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Real digits, each of them different, as many of one as of another."""
    train = bundled()
    at = np.concatenate([np.flatnonzero(train.labels == digit)[: count // 10] for digit in range(10)])
    return train.images[at], train.labels[at]


def write_csv(path: Path, images: np.ndarray, labels: np.ndarray, header: list[str] | None = None) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header or ["label", *PIXELS])
        writer.writerows(
            [label, *image.reshape(-1).tolist()] for image, label in zip(images, labels.tolist(), strict=True)
        )
    return path


def png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def pictures(names: tuple[str, ...] = ("cat", "dog"), each: int = 15) -> dict[str, bytes]:
    """Pictures of two classes, dark on light, as people keep them."""
    images, _ = digits(10 * -(-each * len(names) // 10))
    return {
        f"{name}/{at}.png": png(255 - images[at * len(names) + place])
        for place, name in enumerate(names)
        for at in range(each)
    }


def test_a_csv_in_kaggles_form(tmp_path: Path):
    images, labels = digits()
    added = add_dataset("kaggle", write_csv(tmp_path / "train.csv", images, labels))
    assert (added.classes, added.ink) == (tuple("0123456789"), True)
    assert added.origin == "60 images of 10 classes from train.csv"
    train, test = own.load_own("kaggle")
    assert (len(train), len(test)) == (50, 10)
    assert np.bincount(test.labels).tolist() == [1] * 10
    both = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    assert all(
        both[image.tobytes()] == label for image, label in zip(train.images, train.labels, strict=True)
    )


def test_columns_of_a_csv_may_be_in_any_order(tmp_path: Path):
    images, labels = digits()
    header, rows = [*reversed(PIXELS), "label"], images.reshape(-1, 784)[:, ::-1]
    with (tmp_path / "turned.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([header, *([*row, label] for row, label in zip(rows.tolist(), labels, strict=True))])
    add_dataset("turned", tmp_path / "turned.csv")
    train, _ = own.load_own("turned")
    assert {image.tobytes() for image in train.images} <= {image.tobytes() for image in images}


def test_a_zip_of_class_folders_is_inverted_where_it_is_dark_on_light(tmp_path: Path):
    added = add_dataset("pets", write_zip(tmp_path / "pets.zip", pictures()))
    assert added.classes == ("cat", "dog")
    train, test = own.load_own("pets")
    assert (len(train), len(test)) == (26, 4)
    assert np.median(train.images) == 0
    add_dataset("photos", tmp_path / "pets.zip", ink=False)
    assert np.median(own.load_own("photos")[0].images) == 255


def test_a_folder_with_its_own_split(tmp_path: Path):
    files = pictures(("10", "9"), each=12)
    for at, (name, data) in enumerate(sorted(files.items())):
        path = tmp_path / "digits" / ("test" if at % 4 == 0 else "train") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "digits" / "train" / "9" / ".DS_Store").write_bytes(b"Finder")
    added = add_dataset("two", tmp_path / "digits")
    assert added.classes == ("9", "10")
    assert [len(each) for each in own.load_own("two")] == [18, 6]


def test_a_npz_of_keras_and_the_digits_that_were_corrected(tmp_path: Path):
    images, labels = digits()
    np.savez(
        tmp_path / "keras.npz",
        x_train=images[::2, ..., np.newaxis] / 255,
        y_train=np.eye(10)[labels[::2]],
        x_test=images[1::2],
        y_test=labels[1::2],
    )
    add_dataset("keras", tmp_path / "keras.npz")
    train, test = own.load_own("keras")
    np.testing.assert_array_equal(train.images, images[::2])
    np.testing.assert_array_equal(test.labels, labels[1::2])

    mine = PersonalDigits(
        tuple(
            PersonalDigit(image, int(label)) for image, label in zip(images, labels, strict=True) if label > 3
        )
    )
    (tmp_path / "my-digits.npz").write_bytes(mine.to_bytes())
    added = add_dataset("mine", tmp_path / "my-digits.npz")
    assert added.classes == ("4", "5", "6", "7", "8", "9")


def test_pictures_of_other_sizes_are_fitted_where_that_is_asked_for(tmp_path: Path):
    files = pictures()
    wide = np.full((30, 60), 255, np.uint8)
    wide[10:20, 20:40] = 0
    files["cat/wide.png"] = png(wide)
    path = write_zip(tmp_path / "pets.zip", files)
    with pytest.raises(
        DatasetError, match=r"cat/wide.png is 60 × 30 pixels, and every picture must be 28 × 28"
    ):
        add_dataset("pets", path)
    add_dataset("pets", path, fit=True)
    assert sum(map(len, own.load_own("pets"))) == 31


def test_equal_images_stay_on_one_side_of_the_split(tmp_path: Path):
    images, labels = digits()
    np.savez(tmp_path / "twice.npz", x_train=np.repeat(images, 2, axis=0), y_train=np.repeat(labels, 2))
    add_dataset("twice", tmp_path / "twice.npz")
    train, test = own.load_own("twice")
    assert len(train) + len(test) == 120
    assert not {image.tobytes() for image in train.images} & {image.tobytes() for image in test.images}


def test_gaps_between_labels_and_names_for_them(tmp_path: Path):
    images, labels = digits()
    path = write_csv(tmp_path / "signs.csv", images, np.where(labels > 4, labels + 1, labels))
    assert add_dataset("signs", path).classes == (*"01234", *"6789", "10")
    path = write_csv(tmp_path / "named.csv", images, labels)
    names = tuple("ABCDEFGHIJ")
    assert add_dataset("named", path, names=names).classes == names
    with pytest.raises(DatasetError, match="There is a label 9, but only 3 class names, for 0 to 2"):
        add_dataset("short", path, names=("A", "B", "C"))


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


@pytest.mark.parametrize("name", ["../runs", "Pets", "", "a/b", "x" * 41])
def test_a_name_that_cannot_be_a_folder_is_said(name: str, tmp_path: Path):
    with pytest.raises(DatasetError, match="is no name for a data set"):
        add_dataset(name, write_zip(tmp_path / "pets.zip", pictures()))


def test_names_that_are_taken_are_said(tmp_path: Path):
    path = write_zip(tmp_path / "pets.zip", pictures())
    add_dataset("pets", path)
    with pytest.raises(DatasetError, match="There is a data set 'pets' already"):
        add_dataset("pets", path)
    with pytest.raises(DatasetError, match="comes with digitcnn"):
        add_dataset("letters", path)
    own.remove_own("pets")
    assert own.list_own() == []
    add_dataset("pets", path)


def test_a_set_that_was_damaged_is_said(tmp_path: Path):
    add_dataset("pets", write_zip(tmp_path / "pets.zip", pictures()))
    own.images_file("pets").write_bytes(b"half")
    with pytest.raises(DatasetError, match=r"cannot be read .*add the set again"):
        own.load_own("pets")
    (own.sets_root() / "pets" / "set.json").write_text("{}")
    with pytest.raises(DatasetError, match="record of the data set 'pets' is broken"):
        own.read_own("pets")
    assert own.list_own() == []


def test_the_program_reports_progress_and_errors_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write_zip(tmp_path / "upload.zip", pictures())
    assert add.main(["pets", str(path), "--origin", "my pets.zip", "--pictures"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"done": 1.0, "doing": "pets is ready"}
    assert own.read_own("pets").origin == "30 images of 2 classes from my pets.zip"
    assert add.main(["pets", str(path)]) == 1
    assert "already" in json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
