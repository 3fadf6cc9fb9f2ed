"""A data set from a NumPy archive: x_train, y_train and perhaps x_test, y_test, as in Keras's MNIST.

Also `my-digits.npz`, the digits that were corrected on Draw and Upload: pixels, labels.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.training.collection.checks import RawImages, RawSet, as_images, name_classes

MAX_BYTES = 2_500_000_000
"""Of all arrays together, unpacked: 300,000 images of eight bytes a pixel."""

_PAIRS = (("x_train", "y_train"), ("x", "y"), ("images", "labels"), ("pixels", "labels"))


def read_npz(path: Path, names: tuple[str, ...] | None) -> RawSet:
    """The images of an `.npz` file; an array "classes" of text names the classes.

    Raises:
        DatasetError: the file is broken, an array is missing or of another shape, or labels are no numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise DatasetError(
                    f"{path.name} is too large: it must unpack to {MAX_BYTES / 1e9} GB at most."
                )
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except (OSError, EOFError, KeyError, MemoryError, zipfile.BadZipFile, zlib.error):
        raise DatasetError(f"{path.name} is damaged, or no .npz file: save it again with np.savez.") from None
    except ValueError:
        raise DatasetError(
            f"{path.name} holds Python objects instead of numbers: save plain arrays with np.savez."
        ) from None
    pair = next((pair for pair in _PAIRS if set(pair) <= arrays.keys()), None)
    if pair is None:
        found = ", ".join(sorted(arrays)) or "nothing"
        raise DatasetError(f"{path.name} holds {found}: expected the arrays x_train and y_train.")
    if "classes" in arrays and arrays["classes"].dtype.kind == "U":
        names = names or tuple(map(str, arrays["classes"].reshape(-1)))
    parts = [_read_part(arrays, *pair)]
    if {"x_test", "y_test"} <= arrays.keys():
        parts.append(_read_part(arrays, "x_test", "y_test"))
    labels = np.concatenate([part.labels for part in parts])
    if pair[0] == "pixels" and names is None:
        names = tuple("0123456789")
        present = np.unique(labels)
        # Whoever has corrected no 3 so far can train on the others all the same.
        names, labels = tuple(names[label] for label in present), np.searchsorted(present, labels)
    else:
        names, labels = name_classes(labels, names)
    cut = len(parts[0].labels)
    sets = [RawImages(parts[0].images, labels[:cut])]
    sets += [RawImages(parts[1].images, labels[cut:])] if len(parts) > 1 else []
    return RawSet(names, *sets)


def _read_part(arrays: dict[str, np.ndarray], images: str, labels: str) -> RawImages:
    pixels, numbers = as_images(arrays[images]), arrays[labels]
    if numbers.ndim == 2 and numbers.shape[1] > 1 and numbers.dtype.kind in "uif":
        numbers = numbers.argmax(axis=1)  # One-hot.
    numbers = numbers.reshape(-1)
    if numbers.dtype.kind not in "ui":
        raise DatasetError(
            f"{labels} holds {numbers.dtype}: expected whole numbers from 0, one for each image."
        )
    if len(numbers) != len(pixels):
        raise DatasetError(
            f"{images} has {len(pixels):,} images and {labels} {len(numbers):,} labels: one each is needed."
        )
    if not len(numbers):
        raise DatasetError(f"{images} holds no images.")
    return RawImages(pixels, numbers.astype(np.int64))
