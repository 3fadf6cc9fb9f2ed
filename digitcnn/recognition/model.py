"""A trained CNN in LiteRT: house digits in, class probabilities out."""

import os
import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from digitcnn.errors import ModelNotFoundError
from digitcnn.file_cache import cached_by_file
from digitcnn.ink.house_digit import SIDE

_BATCH = 256

_MANY = 1024
"""Arrays of at least this many digits use all cores; for fewer, starting threads costs more than it saves."""


class Recognizer:
    """One `model.tflite`, loaded once, safe to use from several threads."""

    def __init__(self, source: str | Path | bytes):
        """Loads the model from a file, or from the bytes of one.

        Raises:
            ModelNotFoundError: the file is missing or is not a model of house digits.
        """
        name = "The model" if isinstance(source, bytes) else source
        try:
            self.content = source if isinstance(source, bytes) else Path(source).read_bytes()
            self._network = open_network(self.content)
            (entry,) = self._network.get_input_details()
            (result,) = self._network.get_output_details()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelNotFoundError(f"{name} cannot be loaded as a LiteRT model: {error}.") from None
        self.classes = int(result["shape"][-1])
        if tuple(entry["shape"][1:]) != (SIDE, SIDE, 1) or len(result["shape"]) != 2 or self.classes < 2:
            raise ModelNotFoundError(f"{name} is not a model of 28x28 digits.")
        self._lock = threading.Lock()

    def predict(self, digits: np.ndarray) -> np.ndarray:
        """Class probabilities of house digits, as the model gives them.

        Args:
            digits: (n, 28, 28) in 0-1.

        Returns:
            (n, classes) float32, with one more column at the end where the model knows "not a digit".

        Raises:
            ValueError: `digits` has another shape.
        """
        digits = np.asarray(digits, dtype=np.float32)
        if digits.ndim != 3 or digits.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"expected digits of shape (n, 28, 28), received {digits.shape}")
        if len(digits) >= _MANY:
            # A network of its own, used once: its memory is freed, and single digits need not wait for it.
            return self._run(open_network(self.content, threads=os.cpu_count() or 1), digits)
        # LiteRT's interpreter holds one set of tensors: two threads would mix their digits.
        with self._lock:
            return self._run(self._network, digits)

    def _run(self, network: Interpreter, digits: np.ndarray) -> np.ndarray:
        batches = [digits[at : at + _BATCH, ..., np.newaxis] for at in range(0, len(digits), _BATCH)]
        empty = np.empty((0, self.classes), dtype=np.float32)
        return np.concatenate([run_network(network, batch) for batch in batches] or [empty])


@cached_by_file(maxsize=16)
def load_recognizer(path: Path) -> Recognizer:
    """The recognizer of a file, one per process."""
    return Recognizer(path)


class SharedNetwork:
    """A network in LiteRT for arrays of any shape, loaded once, safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        # Memory is laid out for the first array: not every network fits the placeholder of a free shape.
        self._network = Interpreter(model_content=path.read_bytes(), num_threads=1)
        self._lock = threading.Lock()

    def run(self, array: np.ndarray) -> np.ndarray:
        """The network's answer to a float32 array."""
        with self._lock:
            return run_network(self._network, array)


def open_network(model: bytes, *, threads: int = 1) -> Interpreter:
    """Opens a network of one input and one output; two threads must not run it at once.

    Args:
        model: the bytes of a `.tflite` file. Given a path, LiteRT maps the file, and
            rewriting the file would crash the process.
        threads: of LiteRT, that work on one array.

    Raises:
        ValueError: the bytes are not a network.
        RuntimeError: the layers of the network do not fit together.
    """
    network = Interpreter(model_content=model, num_threads=threads)
    network.allocate_tensors()
    return network


def run_network(network: Interpreter, array: np.ndarray) -> np.ndarray:
    """Runs the network on a float32 array, whose shape may differ from call to call."""
    (entry,) = network.get_input_details()
    (result,) = network.get_output_details()
    if tuple(entry["shape"]) != array.shape:
        network.resize_tensor_input(entry["index"], array.shape)
        network.allocate_tensors()
    network.set_tensor(entry["index"], array)
    network.invoke()
    return network.get_tensor(result["index"])
