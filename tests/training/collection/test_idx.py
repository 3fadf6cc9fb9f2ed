import gzip
import hashlib
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.collection import idx
from digitcnn.training.collection.idx import EMNIST, FASHION, FILES, IdxSource, fetch, read_idx, read_local
from tests.support.fashion import require_fashion


def write_idx(path: Path, array: np.ndarray, magic: int | None = None) -> None:
    head = struct.pack(f">{1 + array.ndim}I", magic or 0x0800 + array.ndim, *array.shape)
    path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes(), mtime=0))


def write_set(folder: Path, labels: list[int]) -> None:
    folder.mkdir(parents=True)
    images = np.zeros((len(labels), 28, 28))
    images[:, 3, 20] = 255
    for part in ("train", "test"):
        write_idx(folder / FILES[f"{part} images"], images)
        write_idx(folder / FILES[f"{part} labels"], np.array(labels))


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without data; what is written under data/ is found."""
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(idx, "DEBIAN", tmp_path / "debian")
    return tmp_path


def test_fashion_mnist_is_read_from_debians_package():
    require_fashion()
    train, test = read_local(FASHION) or pytest.fail("it is not found")
    assert (train.images.shape, test.images.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert test.classes[int(test.labels[0])] == "Ankle boot"
    np.testing.assert_array_equal(np.bincount(train.labels), [6000] * 10)
    assert (train.name, test.name) == ("Fashion-MNIST training", "Fashion-MNIST test")


def test_checksums_are_those_of_debians_files():
    require_fashion()
    for path in (idx.find_files(FASHION) or {}).values():
        found = hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
        assert FASHION.checksums[path.name] == found


def test_the_data_folder_comes_before_all_others(nowhere: Path):
    assert read_local(FASHION) is None
    write_set(nowhere / "debian" / "fashion-mnist", [1, 2])
    write_set(nowhere / "data" / "fashion-mnist", [3, 4, 5])
    train, _ = read_local(FASHION) or pytest.fail("it is not found")
    assert train.labels.tolist() == [3, 4, 5]


def test_emnist_is_turned_upright_and_counts_from_a(nowhere: Path):
    write_set(nowhere / "data" / "emnist-letters", [1, 26])
    train, _ = read_local(EMNIST) or pytest.fail("it is not found")
    assert [train.classes[label] for label in train.labels] == ["A", "Z"]
    assert train.images[0, 20, 3] == 255


@pytest.mark.parametrize("labels", [[0, 5], [27, 1]])
def test_labels_outside_of_the_classes_are_said(nowhere: Path, labels: list[int]):
    write_set(nowhere / "data" / "emnist-letters", labels)
    with pytest.raises(DatasetError, match="do not fit together"):
        read_local(EMNIST)


@pytest.mark.parametrize("kind", ["cut", "magic", "size", "text", "more"])
def test_broken_files_are_said(tmp_path: Path, kind: str):
    path = tmp_path / "x.gz"
    images = np.zeros((3, 28, 28))
    if kind == "magic":
        write_idx(path, images, magic=0x0D03)
    elif kind == "size":
        write_idx(path, np.zeros((3, 29, 29)))
    elif kind == "text":
        path.write_bytes(b"<html>")
    else:
        write_idx(path, images)
        content = gzip.decompress(path.read_bytes())
        path.write_bytes(gzip.compress(content[:-1] if kind == "cut" else content + b"1"))
    with pytest.raises(DatasetError, match="not a readable IDX file"):
        read_idx(path, 3)


def served(tmp_path: Path) -> IdxSource:
    """A source whose address is a folder of this machine."""
    write_set(tmp_path / "home", [0, 1, 2])
    digests = {
        name: hashlib.sha256(gzip.decompress((tmp_path / "home" / name).read_bytes())).hexdigest()
        for name in FILES.values()
    }
    return replace(FASHION, url=(tmp_path / "home").as_uri() + "/", checksums=digests)


def test_a_download_is_checked_and_found_afterwards(nowhere: Path):
    source, told = served(nowhere), []
    folder = fetch(source, lambda done, doing: told.append(done))
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES.values())
    assert told == sorted(told)
    train, _ = read_local(source) or pytest.fail("it is not found")
    assert train.labels.tolist() == [0, 1, 2]


def test_another_file_is_not_kept(nowhere: Path):
    source = served(nowhere)
    write_idx(nowhere / "home" / FILES["test labels"], np.array([9, 9, 9]))
    with pytest.raises(DatasetError, match="The download is not Fashion-MNIST"):
        fetch(source, lambda *_: None)
    assert read_local(source) is None


def test_an_archive_is_checked_and_unpacked(nowhere: Path):
    write_set(nowhere / "home", [1, 2])
    with zipfile.ZipFile(nowhere / "home" / "all.zip", "w") as archive:
        for key, member in EMNIST.members.items():
            archive.write(nowhere / "home" / FILES[key], member)
    data = (nowhere / "home" / "all.zip").read_bytes()
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    address = (nowhere / "home" / "all.zip").as_uri()
    source = replace(EMNIST, url=address, checksums={"archive.zip": digest})
    folder = fetch(source, lambda *_: None)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES.values())
    with pytest.raises(DatasetError, match="not EMNIST"):
        fetch(replace(source, checksums={"archive.zip": "0" * 32}), lambda *_: None)


def test_without_a_network_there_is_a_way_out(nowhere: Path):
    source = replace(FASHION, url=(nowhere / "nobody").as_uri() + "/")
    with pytest.raises(DatasetError, match=r"could not be downloaded .*DIGITCNN_DATA"):
        fetch(source, lambda *_: None)
