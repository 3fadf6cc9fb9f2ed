"""Files of data sets as people bring them: real digits and made pets, as CSV and as ZIP."""

import csv
import io
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from digitcnn.training.datasets import DigitSet, load_bundled_digits

PIXELS = [f"pixel{number}" for number in range(784)]


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
