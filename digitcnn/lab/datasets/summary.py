"""The summary of a data set, small enough to keep: counts, averages, pixels, and outliers.

`python -m digitcnn.lab.datasets.summary NAME PATH` writes one in a separate process: reading a data set takes
a few hundred megabytes, which a web server would keep.
"""

import json
import sys
import zlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from PIL import Image

from digitcnn.classes import DIGITS
from digitcnn.errors import DatasetError, DigitcnnError
from digitcnn.ink.house_digit import SIDE
from digitcnn.lab.datasets.near_duplicates import count_shared, find_near_duplicates
from digitcnn.lab.datasets.sources import DRAWN_TEST, LoadedSet, Part, Report, load_set, shown_sets
from digitcnn.lab.jobs.background import be_nice, report_error, report_progress
from digitcnn.run_folder import replacing
from digitcnn.training.datasets import DigitSet

VERSION = 3
"""Of the file: a summary of another version is computed again."""

SAMPLES = 60
"""Images of each class that are kept as samples, chosen at random."""

OUTLIERS = 12
NEAR_DUPLICATES = 12
GRAY_BINS = 16
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_CHUNK = 2000


@dataclass(frozen=True, eq=False)
class DataSummary:
    """Summary of a data set; images are uint8 with ink 255 on paper 0, the first axis is the class.

    Attributes:
        parts: of the whole set.
        measured: number of training and test images that the figures below come from.
        writers: number of people who wrote them; None where it is unknown.
        mean, deviation: of the training images' pixels, 0-1.
        gray_histogram: (16,) fraction of the training images' pixels in each sixteenth from paper to ink.
        ink: (classes, 5) quantiles of the share of the field that is ink: 5, 25, 50, 75 and 95 %.
        means, deviations: (classes, 28, 28) float32, pixel by pixel over the training images, 0-1.
        own_mean: (classes,) fraction of the test images that are nearer to the mean of their own class than
            to that of any other.
        samples: (classes, 60, 28, 28) of the training images; repeated where there are fewer.
        test_samples: the same of the test images.
        outliers: (classes, 12, 28, 28) the training images that are furthest from their class's mean.
        outlier_at: (classes, 12) their indices among the training images.
        near_duplicates: (12, 2, 28, 28) the pairs of one class that are most alike without being equal.
        near_duplicate_distance: (12,) root mean square difference of their pixels, 0-1.
        equal: number of training images that equal an earlier one.
        shared: number of test images that equal a training image.
        classes: their names.
    """

    parts: tuple[Part, ...]
    measured: tuple[int, int]
    writers: int | None
    mean: float
    deviation: float
    gray_histogram: np.ndarray
    ink: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    own_mean: np.ndarray
    samples: np.ndarray
    test_samples: np.ndarray
    outliers: np.ndarray
    outlier_at: np.ndarray
    near_duplicates: np.ndarray
    near_duplicate_distance: np.ndarray
    equal: int
    shared: int
    classes: tuple[str, ...] = DIGITS

    @property
    def near_own(self) -> float:
        """The fraction of all test images that are nearest to the mean of their own class."""
        counts = np.array(self.parts[-1].counts, dtype=float)
        if counts.sum() != self.measured[1]:
            counts = np.minimum(counts, DRAWN_TEST)
        return float(np.average(np.nan_to_num(self.own_mean), weights=counts))


def summarize(loaded: LoadedSet, report: Report) -> DataSummary:
    """Summarizes a data set, a few thousand images at a time.

    Raises:
        DatasetError: it has no training or no test images.
    """
    train, test = loaded.train, loaded.test
    if not len(train) or not len(test):
        raise DatasetError("This data set holds no images to train or to test with: fetch it again.")
    rng, classes = np.random.default_rng(0), len(train.classes)
    values = np.arange(256) / 255
    # Pillow counts bytes without widening them, as NumPy would: a few hundred megabytes.
    of_value = np.array(Image.fromarray(train.images.reshape(-1, SIDE)).histogram()) / train.images.size
    mean = float((values * of_value).sum())
    report(0.78, "Averaging each class")
    means, deviations, ink, outlier_at = [], [], [], []
    for digit in range(classes):
        at = np.flatnonzero(train.labels == digit)
        rows = _as_rows(train.images[at])
        means.append(rows.mean(axis=0))
        deviations.append(rows.std(axis=0))
        ink.append(np.quantile(rows.mean(axis=1), QUANTILES))
        furthest = np.argsort(np.linalg.norm(rows - means[-1], axis=1))[::-1]
        outlier_at.append(np.resize(at[furthest[:OUTLIERS]], OUTLIERS))
    digit_means = np.reshape(means, (classes, SIDE, SIDE))
    right = test.labels[nearest_mean(test.images, digit_means) == test.labels]
    of_digit = np.bincount(test.labels, minlength=classes)
    report(0.84, "Looking for doubles")
    near_duplicates = find_near_duplicates(train.images, train.labels, NEAR_DUPLICATES)
    equal, shared = count_shared(train.images, test.images)
    report(0.97, "Keeping samples")
    return DataSummary(
        parts=loaded.parts,
        measured=(len(train), len(test)),
        writers=loaded.writers,
        mean=mean,
        deviation=float(np.sqrt((of_value * (values - mean) ** 2).sum())),
        gray_histogram=of_value.reshape(GRAY_BINS, -1).sum(axis=1),
        ink=np.array(ink),
        means=digit_means,
        deviations=np.reshape(deviations, (classes, SIDE, SIDE)),
        own_mean=np.where(of_digit, np.bincount(right, minlength=classes) / np.maximum(of_digit, 1), np.nan),
        samples=_sample(train, rng),
        test_samples=_sample(test, rng),
        outliers=train.images[outlier_at],
        outlier_at=np.array(outlier_at),
        near_duplicates=train.images[near_duplicates.at],
        near_duplicate_distance=near_duplicates.distance,
        equal=equal,
        shared=shared,
        classes=train.classes,
    )


def nearest_mean(images: np.ndarray, means: np.ndarray) -> np.ndarray:
    """(n,) indices of the mean, of (classes, 28, 28), nearest to each image, of (n, 28, 28) uint8.

    The simplest classifier: it knows one picture of each class, and nothing of shift, slant or size.
    """
    flat = means.reshape(len(means), -1)
    offset = (flat**2).sum(axis=1) / 2
    chunks = [_as_rows(images[at : at + _CHUNK]) @ flat.T - offset for at in range(0, len(images), _CHUNK)]
    return np.concatenate(chunks).argmax(axis=1)


def save_summary(summary: DataSummary, path: Path) -> None:
    """Writes a summary atomically: a reader sees all of it or nothing."""
    data = {field.name: getattr(summary, field.name) for field in fields(summary)}
    arrays = {name: value for name, value in data.items() if isinstance(value, np.ndarray)}
    plain = json.dumps({name: data[name] for name in data.keys() - arrays}, default=asdict)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new, new.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, plain=np.array(plain), **arrays)


def load_summary(path: Path) -> DataSummary:
    """Reads a summary that `save_summary` wrote.

    Raises:
        DatasetError: the file is missing or broken.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != "plain"}
            plain = json.loads(str(file["plain"]))
        plain["parts"] = tuple(Part(part["name"], tuple(part["counts"])) for part in plain["parts"])
        plain["measured"], plain["classes"] = tuple(plain["measured"]), tuple(plain["classes"])
        return DataSummary(**plain, **arrays)
    except (OSError, TypeError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from None


def _sample(digits: DigitSet, rng: np.random.Generator) -> np.ndarray:
    of_digit = (
        rng.permutation(np.flatnonzero(digits.labels == digit)) for digit in range(len(digits.classes))
    )
    return digits.images[np.stack([np.resize(at[:SAMPLES], SAMPLES) for at in of_digit])]


def _as_rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255


def _main(arguments: list[str]) -> int:
    """Writes the summary of a set; the exit code."""
    name, path = arguments
    if name not in shown_sets():
        raise SystemExit(f"expected one of {', '.join(shown_sets())}, received {name}")
    be_nice()
    try:
        summary = summarize(load_set(name, report_progress), report_progress)
        save_summary(summary, Path(path))
    except DigitcnnError as error:
        report_error(str(error))
        return 1
    except OSError as error:
        report_error(f"{path} cannot be written: {error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
