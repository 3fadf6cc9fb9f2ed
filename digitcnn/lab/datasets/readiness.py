"""Whether a training finds its images, known before it starts."""

import urllib.error
import urllib.request

from digitcnn.errors import DatasetError
from digitcnn.lab.datasets.sources import PENS, find_dataset, how_to_get, is_at_hand
from digitcnn.training.fetch import MNIST_URL
from digitcnn.training.pendigits import URL

_SECONDS = 3
"""That an address may take to answer."""


def find_obstacle(data: str) -> str | None:
    """Why a training on this data set cannot begin, and what to do, in a sentence; None where it can."""
    try:
        dataset = find_dataset(data)
    except DatasetError as error:
        return str(error)
    needed = ["mnist", PENS] if data == "handwriting" else [data]
    for name in (each for each in needed if not is_at_hand(each)):
        source = None if name == PENS else find_dataset(name).source
        if name == PENS:
            title, address, file = "The pen strokes", URL, "pen_digits.json.gz"
        elif name == "mnist":
            title, address, file = "MNIST", MNIST_URL, "mnist.npz"
        elif source is not None:
            # A folder has no answer of its own, but one of its files has.
            first = "" if source.members else next(iter(source.checksums))
            title, address, file = source.title, source.url + first, f"{source.folder}/ with its four files"
        else:
            return f"The data set “{dataset.title}” is not on this machine: {how_to_get(dataset)}."
        if not _answers(address):
            be = "are" if name == PENS else "is"
            return (
                f"{title} {be} not on this machine and cannot be downloaded: connect it to the network, or "
                f"set DIGITCNN_DATA to a folder that holds {file} and start the app again."
            )
    return None


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=_SECONDS).close()
    except (OSError, urllib.error.URLError):
        return False
    return True
