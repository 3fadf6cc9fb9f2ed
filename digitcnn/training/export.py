"""A trained Keras model into the files that others load."""

import os
from collections.abc import Callable
from pathlib import Path

import keras


def save_keras(model: keras.Model, path: Path) -> None:
    """Saves architecture and weights, without the optimizer's state, as `.keras`."""
    # clone_model would take the optimizer along.
    bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    _replace(path, bare.save)


def save_tflite(model: keras.Model, path: Path) -> None:
    """Saves a model of (n, 28, 28, 1) float32 to (n, classes) float32 as `.tflite`, for LiteRT."""
    _replace(path, lambda target: model.export(target, format="litert", verbose=False))


def _replace(path: Path, save: Callable[[str], None]) -> None:
    temporary = path.with_name(f"part-{path.name}")
    save(str(temporary))
    os.replace(temporary, path)
