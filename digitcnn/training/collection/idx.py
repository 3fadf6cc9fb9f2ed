"""Data sets in MNIST's own file format, IDX: their files on this machine, and their download.

A set has four gzipped files, images and labels to train and to test with. They are looked for in
`$DIGITCNN_DATA/FOLDER`, then where Keras keeps its downloads, then where Debian's packages put them.

The downloads of KMNIST and EMNIST are written after their publishers' pages and were never tried: the
machine that this was written on has no network. Fashion-MNIST's files were read and checked here.
"""

import gzip
import hashlib
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE
from digitcnn.run_folder import replacing
from digitcnn.training.datasets import DigitSet, data_folder, keras_datasets

DEBIAN = Path("/usr/share/datasets")
"""The folder of Debian's data set packages, such as `dataset-fashion-mnist`."""

FILES = {
    "train images": "train-images-idx3-ubyte.gz",
    "train labels": "train-labels-idx1-ubyte.gz",
    "test images": "t10k-images-idx3-ubyte.gz",
    "test labels": "t10k-labels-idx1-ubyte.gz",
}

Report = Callable[[float, str], None]
"""Takes the fraction that is done, 0-1, and a line about the current step."""

_BLOCK = 1 << 18
_SECONDS = 30
_MAX_IMAGES = 1_000_000


@dataclass(frozen=True)
class IdxSource:
    """Where a set's files come from.

    Attributes:
        title: of the set, shown to people.
        folder: of its files in each place.
        classes: names, in the order of the labels.
        url: of the four files' folder, or of one archive of them.
        checksums: of each file of `FILES`, or of the archive under its own name: SHA-256 of the content
            without its compression, or MD5 of the file as published, by their lengths.
        members: names of the files in the archive.
        first_label: of the first class.
        transposed: whether the file holds rows as columns.
        megabytes: of the download.
        images: number of training images.
    """

    title: str
    folder: str
    classes: tuple[str, ...]
    url: str
    checksums: Mapping[str, str]
    members: Mapping[str, str] = field(default_factory=dict)
    first_label: int = 0
    transposed: bool = False
    megabytes: int = 0
    images: int = 60_000


def find_files(source: IdxSource) -> dict[str, Path] | None:
    """The four files, all from one folder on this machine; None where no folder has all."""
    roots = [data_folder(), keras_datasets(), DEBIAN]
    for root in roots:
        paths = {key: root / source.folder / name for key, name in FILES.items()} if root else {}
        if paths and all(path.is_file() for path in paths.values()):
            return paths
    return None


def read_local(source: IdxSource) -> tuple[DigitSet, DigitSet] | None:
    """The training and test images on this machine; None where they are not here.

    Raises:
        DatasetError: a file is broken.
    """
    files = find_files(source)
    if files is None:
        return None
    return _read_part(source, files, "train", "training"), _read_part(source, files, "test", "test")


def fetch(source: IdxSource, report: Report) -> Path:
    """Downloads the four files, checks them, and keeps them where Keras keeps its own; the folder.

    Raises:
        DatasetError: they cannot be downloaded or written, or a checksum is wrong.
    """
    target = keras_datasets() / source.folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        if source.members:
            _fetch_archive(source, target, report)
        else:
            for at, name in enumerate(FILES.values()):
                with replacing(target / name) as new:
                    _download(f"{source.url}{name}", new, report, (at / 4, 1 / 4), source.title)
                    _check(new, source.checksums[name], source.title)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise DatasetError(
            f"{source.title} could not be downloaded ({reason}): check the network, or set DIGITCNN_DATA to "
            f"a folder that holds {source.folder}/ with its four files."
        ) from None
    report(1.0, f"{source.title} is ready")
    return target


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The bytes of a gzipped IDX file, uint8, in the shape that its header gives.

    Raises:
        DatasetError: the file is broken, or of another kind or size.

    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
    """
    try:
        with gzip.open(path) as file:
            head = np.frombuffer(file.read(4 + 4 * dimensions), ">u4")
            if len(head) != 1 + dimensions or head[0] != 0x0800 + dimensions:
                raise ValueError("its header is not that of IDX bytes")
            shape = tuple(map(int, head[1:]))
            if shape[0] > _MAX_IMAGES or any(side != SIDE for side in shape[1:]):
                raise ValueError(f"its header says {shape}")
            size = int(np.prod(shape))
            data = file.read(size + 1)
            if len(data) != size:
                raise ValueError("it ends early or holds more than its header says")
            return np.frombuffer(data, np.uint8).reshape(shape)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DatasetError(f"{path} is not a readable IDX file ({error}): fetch the set again.") from None


def _read_part(source: IdxSource, files: Mapping[str, Path], part: str, purpose: str) -> DigitSet:
    images = read_idx(files[f"{part} images"], 3)
    labels = read_idx(files[f"{part} labels"], 1).astype(np.int64) - source.first_label
    if len(images) != len(labels) or labels.min() < 0 or labels.max() >= len(source.classes):
        raise DatasetError(
            f"{source.title}'s files in {files['train labels'].parent} do not fit together: delete them "
            "and fetch the set again."
        )
    if source.transposed:
        images = np.ascontiguousarray(images.transpose(0, 2, 1))
    return DigitSet(images, labels, f"{source.title} {purpose}", source.classes)


def _fetch_archive(source: IdxSource, target: Path, report: Report) -> None:
    archive = target / "archive.zip"
    try:
        _download(source.url, archive, report, (0.0, 0.9), source.title)
        _check(archive, source.checksums[archive.name], source.title)
        with zipfile.ZipFile(archive) as opened:
            for key, member in source.members.items():
                with replacing(target / FILES[key]) as new:
                    new.write_bytes(opened.read(member))
    except (KeyError, zipfile.BadZipFile):
        raise DatasetError(f"The download is not {source.title}: try again, or another network.") from None
    finally:
        archive.unlink(missing_ok=True)


def _download(url: str, path: Path, report: Report, span: tuple[float, float], title: str) -> None:
    """Downloads a URL into a file; its progress fills `span`, the start and the length of a part of 0-1."""
    received = 0
    with urllib.request.urlopen(url, timeout=_SECONDS) as response, path.open("wb") as file:
        total = int(response.headers.get("Content-Length") or 1 << 30)
        while block := response.read(_BLOCK):
            file.write(block)
            received += len(block)
            share = span[0] + span[1] * min(received / total, 1.0)
            report(share, f"{received / 1e6:.1f} of {total / 1e6:.1f} MB of {title}")


def _check(path: Path, expected: str, title: str) -> None:
    """Raises unless a file has its checksum."""
    if len(expected) == 64:
        with gzip.open(path) as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    else:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != expected:
        raise DatasetError(f"The download is not {title}: try again, or from another network.")


FASHION = IdxSource(
    title="Fashion-MNIST",
    folder="fashion-mnist",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    checksums={
        "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    megabytes=31,
)
"""Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST", 2017, MIT licence; Keras's address. The checksums
are those of the content of Debian's package `dataset-fashion-mnist`."""

KMNIST = IdxSource(
    title="KMNIST",
    folder="kmnist",
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    url="http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    checksums={
        "train-images-idx3-ubyte.gz": "bdb82020997e1d708af4cf47b453dcf7",
        "train-labels-idx1-ubyte.gz": "e144d726b3acfaa3e44228e80efcd344",
        "t10k-images-idx3-ubyte.gz": "5c965bf0a639b31b8f53240b1b52f4d7",
        "t10k-labels-idx1-ubyte.gz": "7320c461ea6c1c855c0b718fb2a4b134",
    },
    megabytes=21,
)
"""Source: T. Clanuwat et al., "Deep Learning for Classical Japanese Literature", 2018, CC BY-SA 4.0; address
and checksums as in torchvision's `KMNIST`."""

EMNIST = IdxSource(
    title="EMNIST Letters",
    folder="emnist-letters",
    classes=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    url="https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
    checksums={"archive.zip": "58c8d27c78d21e728a6bc7b3cc06412e"},
    members={
        "train images": "gzip/emnist-letters-train-images-idx3-ubyte.gz",
        "train labels": "gzip/emnist-letters-train-labels-idx1-ubyte.gz",
        "test images": "gzip/emnist-letters-test-images-idx3-ubyte.gz",
        "test labels": "gzip/emnist-letters-test-labels-idx1-ubyte.gz",
    },
    first_label=1,
    transposed=True,
    megabytes=562,
    images=124_800,
)
"""Upper and lower case together, from NIST's archive of all of EMNIST. Source: G. Cohen et al., "EMNIST: an
extension of MNIST to handwritten letters", 2017; address and checksum as in torchvision's `EMNIST`."""
