import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.datasets import DigitSet, load_bundled_digits, load_local_mnist, load_mnist


def write_mnist(path: Path, **changed: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (30, 28, 28), dtype=np.uint8),
        "y_train": np.arange(30, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (10, 28, 28), dtype=np.uint8),
        "y_test": np.arange(10, dtype=np.uint8),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **(arrays | changed))


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Empty places for `$DIGITCNN_DATA` and `$KERAS_HOME`."""
    data, keras = tmp_path / "data", tmp_path / "keras"
    monkeypatch.setenv("DIGITCNN_DATA", str(data))
    monkeypatch.setenv("KERAS_HOME", str(keras))
    return data / "mnist.npz", keras / "datasets" / "mnist.npz"


def test_without_a_file_there_is_no_local_mnist(homes: tuple[Path, Path]):
    assert load_local_mnist() is None


def test_the_data_folder_comes_before_keras(homes: tuple[Path, Path]):
    ours, kept = homes
    write_mnist(kept, x_train=np.zeros((30, 28, 28), np.uint8))
    train, test = load_local_mnist() or pytest.fail("Keras's file was not found")
    assert (len(train), len(test), train.images.max()) == (30, 10, 0)

    write_mnist(ours)
    train, test = load_mnist()
    assert train.images.max() > 0
    assert (train.name, test.name, train.labels.dtype) == ("MNIST training", "MNIST test", np.int64)


@pytest.mark.parametrize(
    "content", [b"", b"not an archive", b"PK\x03\x04 cut off"], ids=["empty", "text", "cut off"]
)
def test_a_broken_file_is_said_and_a_broken_download_counts_as_none(homes: tuple[Path, Path], content: bytes):
    ours, kept = homes
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    assert load_local_mnist() is None

    ours.parent.mkdir(parents=True)
    ours.write_bytes(content)
    with pytest.raises(DatasetError, match=r"mnist\.npz is not a readable MNIST file"):
        load_local_mnist()


def test_arrays_of_another_shape_are_no_mnist(homes: tuple[Path, Path]):
    write_mnist(homes[0], x_test=np.zeros((10, 8, 8), np.uint8))
    with pytest.raises(DatasetError, match="not a readable MNIST file"):
        load_local_mnist()


def test_local_mnist_needs_no_tensorflow(homes: tuple[Path, Path]):
    write_mnist(homes[0])
    code = (
        "import sys; from digitcnn.training.datasets import load_local_mnist; assert load_local_mnist();"
        "print({'keras', 'tensorflow', 'sklearn'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_bundled_digits_are_house_digits_of_every_label():
    train, test = load_bundled_digits()
    assert (len(train), len(test)) == (1437, 360)
    for each in (train, test):
        assert isinstance(each, DigitSet)
        assert set(each.labels) == set(range(10))
        rows, columns = each.pixels.max(axis=2) > 0.05, each.pixels.max(axis=1) > 0.05
        assert np.maximum(rows.sum(axis=1), columns.sum(axis=1)).max() <= 21
        assert each.pixels.max() > 0.9
