"""Measures and exports a trained model: what a run folder holds in the end."""

from typing import Any

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.run_folder import RunFolder, write_json
from digitcnn.training.calibration import FittedCalibration, calibrate
from digitcnn.training.collection.registry import Dataset
from digitcnn.training.datasets import Split
from digitcnn.training.export import save_keras, save_tflite
from digitcnn.training.features import keep_features
from digitcnn.training.handwriting import load_calibration_set
from digitcnn.training.session.callbacks import Echo

EVALUATION_BATCH = 500


def finish(
    model: Any, folder: RunFolder, dataset: Dataset, split: Split, *, echo: Echo = print
) -> FittedCalibration:
    """Writes the model's files, its answers to the test images and its figures into the run folder.

    Args:
        model: a Keras model of (n, 28, 28, 1) float32 to (n, outputs) float32.
        folder: of its run.
        dataset: that it learned from.
        split: of these data.
        echo: receives the test accuracy in a line.

    Returns:
        The calibration, on images that the model did not learn from.

    Raises:
        OSError: a file cannot be written.
    """
    save_keras(model, folder.keras_file)
    save_tflite(model, folder.tflite_file)
    test = split.test
    of_classes = predict(model, test.pixels)[:, : len(dataset.classes)]
    of_classes /= of_classes.sum(axis=1, keepdims=True)
    np.savez_compressed(folder.predictions_npz, probabilities=of_classes, labels=test.labels)
    accuracy = float((of_classes.argmax(axis=1) == test.labels).mean())
    loss = float(-np.log(np.maximum(of_classes[np.arange(len(test)), test.labels], 1e-7)).mean())
    measured = {"dataset": test.name, "images": len(test), "accuracy": accuracy, "loss": loss}
    write_json(folder.metrics_json, {"test": measured})
    echo(f"Test accuracy {accuracy:.2%}, loss {loss:.4f} on {len(test)} images.")
    held, refuses = split.validation, dataset.refuses
    if dataset.name in ("mnist", "handwriting"):
        held = load_calibration_set(refuses, split)
    if dataset.ink and dataset.classes == DIGITS:  # Hands are learned digit by digit.
        keep_features(model, folder, split.train, held, test)
    return calibrate(predict(model, held.pixels), held.labels, refuses=refuses)


def predict(model: Any, pixels: np.ndarray) -> np.ndarray:
    """(n, outputs) float32 probabilities for (n, 28, 28) float32 pixels in 0-1."""
    return model.predict(pixels[..., np.newaxis], batch_size=EVALUATION_BATCH, verbose=0)
