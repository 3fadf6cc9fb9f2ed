"""A trained Keras model into the files that others load."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import cast

import keras

from digitcnn.errors import RunFolderError


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


def save_h5(source: Path, path: Path) -> None:
    """Saves a `.keras` file as the legacy HDF5 file that older Keras and its converters read.

    Raises:
        RunFolderError: there is no model, or it cannot be read.
    """
    try:
        model = keras.models.load_model(source, compile=False)
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{source} cannot be read: {error}.") from None
    with warnings.catch_warnings(action="ignore"):
        # Keras warns that the format is a legacy one, which is what was asked for.
        _replace(path, cast(keras.Model, model).save)
