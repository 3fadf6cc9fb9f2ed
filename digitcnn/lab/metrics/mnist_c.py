"""A model's accuracy on MNIST-C: test digits in fifteen corruptions, as the field measures robustness.

Where `robustness` shows how accuracy falls as one disturbance grows, MNIST-C gives one number to compare with
what others have measured. The bare model is measured: ten classes, no calibration, no test-time augmentation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from digitcnn.lab.metrics.corruptions import CORRUPTIONS, corrupt
from digitcnn.lab.metrics.robustness import CHUNK, Progress
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder, write_json
from digitcnn.training.datasets import NOT_A_DIGIT, DigitSet

METRICS_KEY = "mnist_c"


@dataclass(frozen=True)
class CorruptedScore:
    """The accuracy of a model under each corruption.

    Attributes:
        images: their number.
        accuracies: fractions, by the names of `CORRUPTIONS`.
    """

    images: int
    accuracies: dict[str, float]

    @cached_property
    def mean(self) -> float:
        """Over all corruptions, each counting the same."""
        return float(np.mean(list(self.accuracies.values())))


def measure_corrupted(
    recognizer: Recognizer, test: DigitSet, corrupted: Mapping[str, np.ndarray] | None = None
) -> Iterator[Progress | CorruptedScore]:
    """Measures in batches: yields the progress after each, and the result last.

    Args:
        recognizer: one that nothing else uses: the pages' shared one would make their visitors wait.
        test: the digits.
        corrupted: these digits, corrupted, where that was done before, for another model.
    """
    pixels, accuracies = test.pixels, {}
    starts = range(0, len(test), CHUNK)
    for place, name in enumerate(CORRUPTIONS):
        images, right = corrupted[name] if corrupted else corrupt(name, pixels), 0
        for done, at in enumerate(starts, 1):
            answers = recognizer.predict(images[at : at + CHUNK])[:, :NOT_A_DIGIT].argmax(axis=1)
            right += int((answers == test.labels[at : at + CHUNK]).sum())
            yield Progress(place * len(starts) + done, len(starts) * len(CORRUPTIONS), name.replace("_", " "))
        accuracies[name] = right / len(test)
    yield CorruptedScore(len(test), accuracies)


def record_corrupted(folder: RunFolder, score: CorruptedScore) -> None:
    """Adds the figures to the run's `metrics.json`."""
    metrics = folder.read_metrics() if folder.metrics_json.is_file() else {}
    write_json(folder.metrics_json, metrics | {METRICS_KEY: asdict(score)})


def corrupted_in(metrics: dict[str, Any]) -> CorruptedScore | None:
    """The score that `metrics.json` records; None where there is none, or not one of these corruptions."""
    from pydantic import TypeAdapter  # 10 MB and 0.2 s, which no other page needs.

    try:
        score = TypeAdapter(CorruptedScore).validate_python(metrics.get(METRICS_KEY))
    except ValueError:
        return None
    return score if set(score.accuracies) == set(CORRUPTIONS) else None
