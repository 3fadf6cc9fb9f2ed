"""Images per second of each preset's training: with its input pipeline, and on static data."""

import time
from typing import Any

import numpy as np

from benchmarks.speed.figures import Figure, compare
from digitcnn.training.datasets import DigitSet, load_mnist
from digitcnn.training.presets import PRESETS

SECONDS, ROUNDS = 3.0, 3
"""Approximate seconds of a turn, and turns of each way."""


def measure() -> list[Figure]:
    """A line per preset, on the number of images that this machine trains in a few seconds."""
    digits, _ = load_mnist()
    return [_measure_preset(name, digits) for name in PRESETS]


def _measure_preset(name: str, digits: DigitSet) -> Figure:
    import keras

    from digitcnn.training.architectures import ARCHITECTURES
    from digitcnn.training.augmentation import distort
    from digitcnn.training.feed import Feed
    from digitcnn.training.fit import make_optimizer

    preset = PRESETS[name]
    recipe, batch = preset.recipe, preset.recipe.batch_size
    augmentation = distort if recipe.augmentation else None
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    model: Any = ARCHITECTURES[name](preset.classes)
    model.compile(
        optimizer=make_optimizer(recipe, steps=10_000),
        loss="categorical_crossentropy" if recipe.one_hot else "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )

    def feed_of(count: int) -> Feed:
        chosen = digits.take(np.arange(count) % len(digits))
        return Feed(chosen, classes=preset.classes, one_hot=recipe.one_hot, seed=0)

    def fit(images: np.ndarray, labels: np.ndarray) -> None:
        model.fit(images, labels, batch_size=batch, shuffle=False, verbose=0)

    fit(*feed_of(4 * batch).epoch(0))
    began = time.perf_counter()
    fit(*feed_of(8 * batch).epoch(0))
    per_batch = (time.perf_counter() - began) / 8
    count = batch * max(8, round(SECONDS / per_batch))
    feed = feed_of(count)
    still = feed.epoch(0, augmentation)
    flowing, standing = [], []
    for turn in range(ROUNDS):
        began = time.perf_counter()
        fit(*still)
        standing.append(time.perf_counter() - began)
        began = time.perf_counter()
        fit(*feed.epoch(turn, augmentation))
        flowing.append(time.perf_counter() - began)
    with_pipeline, without = count / float(np.median(flowing)), count / float(np.median(standing))
    return compare(
        f"training `{name}`, input pipeline on", with_pipeline, "images/s", without, "data standing still"
    )
