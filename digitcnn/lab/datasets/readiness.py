"""Whether a training finds its images, known before it starts."""

import urllib.error
import urllib.request
from typing import Literal

from digitcnn.lab.datasets.sources import SetName, is_at_hand
from digitcnn.training.fetch import MNIST_URL
from digitcnn.training.pendigits import URL

_SOURCES: dict[SetName, tuple[str, str, str]] = {
    "mnist": ("MNIST", MNIST_URL, "mnist.npz"),
    "pens": ("The pen strokes", URL, "pen_digits.json.gz"),
}
"""Of every set that is downloaded: its name, its address, and its file in `$DIGITCNN_DATA`."""

_SECONDS = 3
"""That an address may take to answer."""


def find_obstacle(data: Literal["mnist", "handwriting"]) -> str | None:
    """Why a training on these data cannot begin, and what to do, in a sentence; None where it can."""
    needed: tuple[SetName, ...] = ("mnist",) if data == "mnist" else ("mnist", "pens")
    for name, address, file in (_SOURCES[each] for each in needed if not is_at_hand(each)):
        try:
            urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=_SECONDS).close()
        except (OSError, urllib.error.URLError):
            be = "is" if name == "MNIST" else "are"
            return (
                f"{name} {be} not on this machine and cannot be downloaded: connect it to the network, or "
                f"set DIGITCNN_DATA to a folder that holds {file} and start the app again."
            )
    return None
