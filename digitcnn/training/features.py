"""Keeps a trained model's features in its run folder, so that the model can later learn one hand."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from digitcnn.kept_features import summarize_features, write_features
from digitcnn.run_folder import RunFolder, replacing
from digitcnn.training.datasets import NOT_A_DIGIT, DigitSet

MAX_IMAGES = 40_000
"""Training images that are looked at: more change the second moment by less than a thousandth."""

_BATCH = 500


def keep_features(model: Any, folder: RunFolder, train: DigitSet, held: DigitSet, test: DigitSet) -> bool:
    """Writes `features.npz`; False for a model that does not end in a dense layer with softmax.

    Args:
        model: the trained Keras model.
        folder: of its run.
        train: the images that it learned from.
        held: images of its classes that it did not learn from, such as those of its calibration.
        test: its test images.
    """
    last: Any = model.layers[-1]
    softmax = keras.activations.softmax
    if not (isinstance(last, keras.layers.Dense) and last.use_bias and last.activation is softmax):
        return False
    extract: Any = keras.Model(model.inputs, last.input)

    def features_of(digits: DigitSet) -> np.ndarray:
        return extract.predict(digits.pixels[..., np.newaxis], batch_size=_BATCH, verbose=0)

    chosen = np.random.default_rng(0).permutation(len(train))[:MAX_IMAGES]
    sets = {name: (features_of(each), each.labels) for name, each in _held_sets(held, test).items()}
    weights, bias = (np.asarray(array) for array in last.get_weights())
    kept = summarize_features(features_of(train.take(np.sort(chosen))), sets, (weights, bias))
    with replacing(folder.features_npz) as new:
        write_features(new, kept)
    return True


def _held_sets(held: DigitSet, test: DigitSet) -> Mapping[str, DigitSet]:
    """The sets whose digits must not suffer, by the names that people see."""
    sets = {test.name: test}
    if held.name != test.name:
        is_digit = held.labels != NOT_A_DIGIT
        sets[held.name] = held.take(is_digit)
        sets["ink that is not a digit"] = held.take(~is_digit)
    return {name: each for name, each in sets.items() if len(each)}
