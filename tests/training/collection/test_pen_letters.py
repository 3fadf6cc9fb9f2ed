import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.collection import pen_letters
from digitcnn.training.collection.pen_letters import (
    CLASSES,
    load_letters,
    load_test_letters,
    part_of,
    split_letters,
)


@pytest.fixture
def few_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of strokes under labels of every sort, by writers of two donors."""
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    entries = [
        {
            "label": label,
            "source": source,
            "writer": f"w{at}",
            "strokes": [[[0, 0], [at, 40]], [[5, 9], [30, 9]]],
        }
        for at in range(40)
        for source in ("unipen-aga", "unipen-ibm")
        for label in ("A", "c", "C", "l", "I", "i", "%")
    ]
    with gzip.open(tmp_path / pen_letters.FILE, "wt") as file:
        json.dump(entries, file)
    return tmp_path


@pytest.mark.usefixtures("few_letters")
def test_cases_of_one_shape_are_one_class_and_signs_are_left_out():
    classes = {each.name: CLASSES[each.label] for each in load_letters()}
    assert classes == {"A": "A", "c": "C", "C": "C", "l": "I", "I": "I", "i": "i"}
    assert len(CLASSES) == 38


@pytest.mark.usefixtures("few_letters")
def test_no_writer_is_in_two_parts_and_some_donors_only_test():
    parts: dict[tuple[str, str], set[str]] = {}
    for each in load_letters():
        parts.setdefault((each.source, each.writer), set()).add(part_of(each))
    assert all(len(found) == 1 for found in parts.values())
    assert {part for (donor, _), found in parts.items() if donor == "unipen-aga" for part in found} == {
        "test"
    }
    others = {part for (donor, _), found in parts.items() if donor == "unipen-ibm" for part in found}
    assert others == {"train", "validation", "test"}


@pytest.mark.usefixtures("few_letters")
def test_training_letters_have_several_pens_and_tests_one():
    split = split_letters(seed=0, images=None)
    letters = load_letters()
    count = sum(part_of(each) == "train" for each in letters)
    assert len(split.train) == pen_letters.VARIANTS * count
    assert len(split.test) == sum(part_of(each) == "test" for each in letters)
    assert split.test.classes == split.train.classes == CLASSES
    assert len(split_letters(seed=0, images=50).train) == 50


def test_test_letters_are_kept_and_drawn_again_where_the_file_is_another(few_letters: Path):
    first = load_test_letters()
    (kept,) = (few_letters / "runs" / ".data").iterdir()
    np.testing.assert_array_equal(load_test_letters().images, first.images)
    kept.write_bytes(b"broken")
    np.testing.assert_array_equal(load_test_letters().images, first.images)
    with gzip.open(few_letters / pen_letters.FILE, "wt") as file:
        json.dump([], file)
    assert len(load_test_letters()) == 0


def test_a_missing_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    with pytest.raises(DatasetError, match=r"not on this machine: set DIGITCNN_DATA .*pen_letters\.json\.gz"):
        load_letters()


def test_real_letters_of_unseen_writers(data: Path):
    writers = {"train": set(), "validation": set(), "test": set()}
    for each in load_letters():
        writers[part_of(each)].add((each.source, each.writer))
    assert len(writers["test"]) > 30
    assert not writers["train"] & writers["test"]
    assert not writers["validation"] & writers["test"]
