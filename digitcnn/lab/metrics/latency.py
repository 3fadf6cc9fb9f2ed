"""How long a model takes for one digit, on this machine."""

from statistics import median
from timeit import repeat

import numpy as np

from digitcnn.ink.house_digit import SIDE
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder

_WARM_UP, _TIMES = 5, 40


def measure_milliseconds(folder: RunFolder) -> float:
    """Milliseconds that LiteRT takes for one digit on one core: the median of 40 times.

    Raises:
        ModelNotFoundError: the folder has no `model.tflite`, or a broken one.
    """
    recognizer = Recognizer(folder.tflite_file)
    digit = np.zeros((1, SIDE, SIDE), np.float32)
    seconds = repeat(lambda: recognizer.predict(digit), number=1, repeat=_WARM_UP + _TIMES)
    return 1000 * median(seconds[_WARM_UP:])
