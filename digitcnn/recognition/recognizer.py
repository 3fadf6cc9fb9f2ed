"""A trained CNN in LiteRT: house digits in, class probabilities out."""

import os
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from digitcnn.confidence import CLASSES
from digitcnn.errors import ModelNotFoundError
from digitcnn.ink.house_digit import SIDE

_BATCH = 256

_MANY = 1024
"""From so many digits on, all cores work on them; for fewer, starting threads takes longer than it saves."""


class Recognizer:
    """One `model.tflite`, loaded once, safe to use from several threads."""

    def __init__(self, path: str | Path):
        """Loads the model.

        Raises:
            ModelNotFoundError: the file is missing or is not a model of house digits.
        """
        try:
            # Given a path, LiteRT maps the file, and a file that is written anew ends the process.
            self._model = Path(path).read_bytes()
            self._interpreter = Interpreter(model_content=self._model, num_threads=1)
            self._interpreter.allocate_tensors()
            (self._input,) = self._interpreter.get_input_details()
            (self._output,) = self._interpreter.get_output_details()
        except (ValueError, RuntimeError, OSError) as error:
            raise ModelNotFoundError(f"{path} cannot be loaded as a LiteRT model: {error}.") from None
        self.classes = int(self._output["shape"][-1])
        if tuple(self._input["shape"][1:]) != (SIDE, SIDE, 1) or self.classes not in (CLASSES, CLASSES + 1):
            raise ModelNotFoundError(f"{path} is not a model of 28x28 digits.")
        self._lock = threading.Lock()

    def predict(self, digits: np.ndarray) -> np.ndarray:
        """Class probabilities of house digits, as the model gives them.

        Args:
            digits: (n, 28, 28) in 0-1.

        Returns:
            (n, 10) float32, or (n, 11) where the model knows "not a digit", the last column.

        Raises:
            ValueError: `digits` has another shape.
        """
        digits = np.asarray(digits, dtype=np.float32)
        if digits.ndim != 3 or digits.shape[1:] != (SIDE, SIDE):
            raise ValueError(f"expected digits of shape (n, 28, 28), received {digits.shape}")
        if len(digits) >= _MANY:
            # Its memory goes with it, and single digits don't wait until it is done.
            interpreter = Interpreter(model_content=self._model, num_threads=os.cpu_count() or 1)
            return self._run_in_batches(interpreter, digits)
        with self._lock:
            return self._run_in_batches(self._interpreter, digits)

    def _run_in_batches(self, interpreter: Interpreter, digits: np.ndarray) -> np.ndarray:
        parts = [self._run(interpreter, digits[at : at + _BATCH]) for at in range(0, len(digits), _BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, self.classes), dtype=np.float32)

    def _run(self, interpreter: Interpreter, digits: np.ndarray) -> np.ndarray:
        index = self._input["index"]
        if interpreter.get_input_details()[0]["shape"][0] != len(digits):
            interpreter.resize_tensor_input(index, (len(digits), SIDE, SIDE, 1))
            interpreter.allocate_tensors()
        interpreter.set_tensor(index, digits[..., np.newaxis])
        interpreter.invoke()
        return interpreter.get_tensor(self._output["index"])


@lru_cache(maxsize=16)
def load_recognizer(path: str, changed: int) -> Recognizer:
    """The recognizer of a file, one per process; `changed` is its time, so that a new file is loaded anew."""
    return Recognizer(path)
