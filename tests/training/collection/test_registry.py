from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.collection import idx
from digitcnn.training.collection.own import OwnSet, keep_own
from digitcnn.training.collection.registry import (
    BUILT_IN,
    find_dataset,
    list_datasets,
    load_dataset,
    split_dataset,
)
from digitcnn.training.datasets import DigitSet
from tests.support.fashion import require_fashion

CATS = ("cat", "dog")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(idx, "DEBIAN", tmp_path)
    return tmp_path


def made(count: int, name: str) -> DigitSet:
    images = np.random.default_rng(count).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return DigitSet(images, np.arange(count) % 2, name, CATS)


def test_every_set_says_what_it_is_and_has_classes_of_its_own():
    for name, dataset in BUILT_IN.items():
        assert dataset.name == name
        assert len(dataset.about) > 50
        assert 2 <= len(set(dataset.classes)) == len(dataset.classes)
    assert [name for name, each in BUILT_IN.items() if each.refuses] == ["handwriting"]
    assert [name for name, each in BUILT_IN.items() if not each.ink] == ["fashion-mnist"]
    assert BUILT_IN["handwriting"].outputs == 11


def test_bundled_digits_are_split_at_random_and_the_same_each_time(home: Path):
    first, second = (split_dataset("bundled", 0.2, 500, seed=3) for _ in range(2))
    assert (len(first.train), len(first.validation), len(first.test)) == (400, 100, 360)
    np.testing.assert_array_equal(first.train.images, second.train.images)


def test_fashion_mnist_keeps_its_class_names():
    require_fashion()
    train, test = load_dataset("fashion-mnist")
    assert train.classes == test.classes == BUILT_IN["fashion-mnist"].classes
    assert "Sneaker" in train.classes


def test_own_sets_are_listed_behind_the_others(home: Path):
    keep_own(OwnSet("pets", CATS, "pets.zip", ink=False, images=6), made(6, "a"), made(4, "b"))
    assert [each.name for each in list_datasets()] == [*BUILT_IN, "pets"]
    found = find_dataset("pets")
    assert (found.classes, found.ink, found.outputs, found.images, found.own) == (CATS, False, 2, 6, True)
    assert len(load_dataset("pets")[1]) == 4


def test_an_unknown_set_is_said_with_those_there_are(home: Path):
    with pytest.raises(DatasetError, match="no data set 'birds' here; there are: mnist, handwriting"):
        find_dataset("birds")
    with pytest.raises(DatasetError, match=r"no data set '\.\./mnist'"):
        find_dataset("../mnist")


def test_a_set_without_a_download_says_how_to_get_it(home: Path):
    with pytest.raises(DatasetError, match=r"set DIGITCNN_DATA to a folder that holds pen_letters\.json\.gz"):
        load_dataset("letters")
