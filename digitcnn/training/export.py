"""Exports a trained Keras model to the files that other programs load."""

import logging
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digitcnn.errors import NotSupportedError, RunFolderError
from digitcnn.run_folder import replacing


def save_keras(model: keras.Model, path: Path) -> None:
    """Saves architecture and weights, without the optimizer's state, as `.keras`."""
    # clone_model would copy the optimizer, too.
    bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    with replacing(path) as new:
        bare.save(new)


def save_tflite(model: keras.Model, path: Path) -> None:
    """Saves a model of (n, 28, 28, 1) float32 to (n, classes) float32 as `.tflite`, for LiteRT."""
    with replacing(path) as new:
        model.export(str(new), format="litert", verbose=False)


def save_h5(source: Path, path: Path) -> None:
    """Saves a `.keras` file as HDF5, the older format of Keras; Keras 2 can't read what Keras 3 writes there.

    Raises:
        RunFolderError: there is no model, or it cannot be read.
    """
    model = _load(source)
    # Keras warns that the format is a legacy one; here it was asked for.
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with replacing(path) as new:
            model.save(new)
    finally:
        logger.setLevel(before)


def save_onnx(source: Path, path: Path) -> None:
    """Saves a `.keras` file as ONNX, through tf2onnx: (n, 28, 28, 1) float32 to (n, classes) float32.

    Raises:
        RunFolderError: there is no model, or it cannot be read.
        NotSupportedError: tf2onnx is not installed.
    """
    if find_spec("tf2onnx") is None:
        raise NotSupportedError("ONNX needs tf2onnx, which is not installed: pip install 'tf2onnx>=1.17,<2'.")
    model = _load(source)
    # Keras exports only a model that has been called.
    model(np.zeros((1, *model.input_shape[1:]), dtype=np.float32))
    # Keras patches tf2onnx for NumPy 2 with names that NumPy warns about.
    with warnings.catch_warnings(action="ignore"), replacing(path) as new:
        model.export(str(new), format="onnx", verbose=False)


def _load(source: Path) -> Any:
    try:
        return keras.models.load_model(source, compile=False)
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{source} cannot be read: {error}.") from None
