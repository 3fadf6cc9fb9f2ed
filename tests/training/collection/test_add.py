"""Sets that people bring: four forms of a good one, their names, their split, and what is kept of them."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.lab.personal_digits import PersonalDigit, PersonalDigits
from digitcnn.training.collection import add, own
from digitcnn.training.collection.add import add_dataset
from tests.support.made_sets import PIXELS, digits, pictures, png, write_csv, write_zip


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
