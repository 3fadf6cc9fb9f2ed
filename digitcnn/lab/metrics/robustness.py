"""Robustness: a model's accuracy on digits that are rotated, shifted, blurred, and so on.

The bare model is measured on a fifth of its test images: Draw and Upload would center, scale and thicken
the ink first. Source of the idea: N. Mu, J. Gilmer, "MNIST-C: A
Robustness Benchmark for Computer Vision", 2019.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder, write_json
from digitcnn.training.datasets import DigitSet

EVERY = 5
"""Every fifth test image is measured: 2,000 of 10,000."""

CHUNK = 250
"""Images per batch: between two of them the server answers its other visitors."""

METRICS_KEY = "robustness"


class Disturbance(NamedTuple):
    """A way to disturb digits.

    `apply` takes house digits, (n, 28, 28) float32, and a level, and returns them disturbed.
    """

    kind: str
    unit: str
    untouched: float
    levels: tuple[float, ...]
    apply: Callable[[np.ndarray, float], np.ndarray]


@dataclass(frozen=True)
class Series:
    """Accuracy at the levels of one disturbance.

    Attributes:
        kind, unit: of the disturbance.
        untouched: the level that changes nothing.
        levels: rising in strength.
        accuracies: fractions, one per level.
    """

    kind: str
    unit: str
    untouched: float
    levels: tuple[float, ...]
    accuracies: tuple[float, ...]


@dataclass(frozen=True)
class Robustness:
    """The robustness of a model.

    Attributes:
        images: their number at every level.
        clean: accuracy on them untouched.
        series: one per disturbance.
    """

    images: int
    clean: float
    series: tuple[Series, ...]


class Progress(NamedTuple):
    """Progress of a measurement: `done` of `total` batches, now at `kind`."""

    done: int
    total: int
    kind: str


def measure_robustness(recognizer: Recognizer, test: DigitSet) -> Iterator[Progress | Robustness]:
    """Measures in batches: yields the progress after each, and the result last.

    Pass a recognizer that nothing else uses: the pages' shared one would make their visitors wait.
    """
    chosen = test.take(np.arange(0, len(test), EVERY))
    pixels, labels = chosen.pixels, chosen.labels
    parts = [slice(at, at + CHUNK) for at in range(0, len(labels), CHUNK)]
    conditions = [(each, level) for each in (UNTOUCHED, *DISTURBANCES) for level in each.levels]
    accuracies: dict[str, list[float]] = defaultdict(list)
    done = 0
    for each, level in conditions:
        disturbed, right = each.apply(pixels, level), 0
        for part in parts:
            answers = recognizer.predict(disturbed[part])[:, : len(test.classes)].argmax(axis=1)
            right += int((answers == labels[part]).sum())
            done += 1
            yield Progress(done, len(parts) * len(conditions), each.kind)
        accuracies[each.kind].append(right / len(labels))
    series = tuple(
        Series(each.kind, each.unit, each.untouched, each.levels, tuple(accuracies[each.kind]))
        for each in DISTURBANCES
    )
    yield Robustness(len(labels), accuracies[UNTOUCHED.kind][0], series)


def record_robustness(folder: RunFolder, robustness: Robustness) -> None:
    """Adds the figures to the run's `metrics.json`."""
    metrics = folder.read_metrics() if folder.metrics_json.is_file() else {}
    write_json(folder.metrics_json, metrics | {METRICS_KEY: asdict(robustness)})


def robustness_in(metrics: dict[str, Any]) -> Robustness | None:
    """The robustness that `metrics.json` records; None where there is none, or a damaged one."""
    from pydantic import TypeAdapter  # 10 MB and 0.2 s, which no other page needs.

    try:
        return TypeAdapter(Robustness).validate_python(metrics.get(METRICS_KEY))
    except ValueError:
        return None


def _rotate(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """Turns every second digit the other way."""
    from scipy.ndimage import rotate

    turned = np.empty_like(pixels)
    for first, angle in enumerate((degrees, -degrees)):
        turned[first::2] = rotate(pixels[first::2], angle, axes=(2, 1), reshape=False, order=1)
    return turned


def _shift(pixels: np.ndarray, distance: float) -> np.ndarray:
    """Moves every digit by whole pixels, in turn right, down, left and up."""
    steps, shifted = round(distance), np.zeros_like(pixels)
    shifted[0::4, :, steps:] = pixels[0::4, :, :-steps]
    shifted[1::4, steps:] = pixels[1::4, :-steps]
    shifted[2::4, :, :-steps] = pixels[2::4, :, steps:]
    shifted[3::4, :-steps] = pixels[3::4, steps:]
    return shifted


def _add_noise(pixels: np.ndarray, deviation: float) -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal(pixels.shape, dtype=np.float32)
    return np.clip(pixels + deviation * noise, 0.0, 1.0)


def _blur(pixels: np.ndarray, deviation: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(pixels, (0.0, deviation, deviation))


def _thicken(pixels: np.ndarray, width: float) -> np.ndarray:
    from scipy.ndimage import grey_dilation, grey_erosion

    side = 1 + round(abs(width))
    return (grey_dilation if width > 0 else grey_erosion)(pixels, size=(1, side, side))


def _fade(pixels: np.ndarray, strength: float) -> np.ndarray:
    return pixels * np.float32(strength)


UNTOUCHED = Disturbance("untouched", "", 1.0, (1.0,), _fade)

DISTURBANCES = (
    Disturbance("rotation", "degrees", 0.0, (10.0, 20.0, 30.0, 45.0), _rotate),
    Disturbance("shift", "pixels", 0.0, (1.0, 2.0, 3.0, 4.0), _shift),
    Disturbance("noise", "standard deviation", 0.0, (0.1, 0.2, 0.3, 0.4), _add_noise),
    Disturbance("blur", "standard deviation in pixels", 0.0, (0.5, 1.0, 1.5, 2.0), _blur),
    Disturbance("thickness", "pixels added to the pen", 0.0, (-1.0, 1.0, 2.0, 3.0), _thicken),
    Disturbance("contrast", "strength of the ink", 1.0, (0.75, 0.5, 0.25, 0.1), _fade),
)
