"""Downloads a data set: `python -m digitcnn.training.fetch NAME`.

MNIST comes from Keras's address and is kept in Keras's folder, without TensorFlow, which would take 620 MB
of memory for a download of 11.
"""

import hashlib
import json
import sys
import urllib.request
from pathlib import Path

from digitcnn.errors import DatasetError
from digitcnn.run_folder import replacing
from digitcnn.training.collection import idx
from digitcnn.training.collection.idx import Report
from digitcnn.training.collection.registry import find_dataset
from digitcnn.training.datasets import keras_datasets, load_local_mnist
from digitcnn.training.pendigits import load_uci_digits

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""Checksum of Keras's file. Source: keras.datasets.mnist."""

_MNIST_BYTES = 11_490_434
_BLOCK = 1 << 16
_SECONDS = 30


def fetch(name: str, report: Report) -> None:
    """Downloads a data set, or the pen strokes ("pens").

    Raises:
        DatasetError: there is no such set, it has no download, or the download fails.
    """
    if name == "mnist":
        fetch_mnist(report)
    elif name == "pens":
        fetch_pens(report)
    elif (source := find_dataset(name).source) is not None:
        idx.fetch(source, report)
    else:
        raise DatasetError(f"There is no download of {find_dataset(name).title}.")


def fetch_mnist(report: Report, *, url: str = MNIST_URL) -> Path:
    """Downloads MNIST, checks it, and keeps it where Keras and `load_local_mnist` find it.

    Raises:
        DatasetError: it cannot be downloaded or written, or has the wrong checksum.
    """
    target = keras_datasets() / "mnist.npz"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as new:
            if _download(url, new, report) != MNIST_SHA256:
                raise DatasetError("The download is not MNIST: try again, or from another network.")
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise DatasetError(
            f"MNIST could not be downloaded ({reason}): check the network, or set DIGITCNN_DATA to a folder "
            "that holds mnist.npz."
        ) from None
    report(1.0, "MNIST is ready")
    return target


def fetch_pens(report: Report) -> None:
    """Downloads the UCI pen-based digits.

    Raises:
        DatasetError: they cannot be downloaded, written or parsed.
    """
    report(0.1, "Downloading the UCI pen-based digits")
    try:
        load_uci_digits()
    except OSError as error:
        raise DatasetError(f"The UCI pen-based digits could not be written to disk: {error}.") from None
    report(1.0, "The UCI pen-based digits are ready")


def _download(url: str, path: Path, report: Report) -> str:
    """Downloads a URL into a file; returns its SHA-256."""
    digest = hashlib.sha256()
    received = 0
    with urllib.request.urlopen(url, timeout=_SECONDS) as response, path.open("wb") as file:
        total = int(response.headers.get("Content-Length") or _MNIST_BYTES)
        while block := response.read(_BLOCK):
            file.write(block)
            digest.update(block)
            received += len(block)
            if received > 4 * _MNIST_BYTES:
                break
            report(
                min(received / max(total, 1), 1.0), f"{received / 1e6:.1f} of {total / 1e6:.1f} MB of MNIST"
            )
    return digest.hexdigest()


def main(arguments: list[str]) -> int:
    """Downloads one set and prints its progress as lines of JSON; returns the exit code."""

    def report(done: float, doing: str) -> None:
        print(json.dumps({"done": round(done, 3), "doing": doing}), flush=True)

    try:
        (name,) = arguments
        if name != "mnist" or load_local_mnist() is None:
            fetch(name, report)
    except DatasetError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
