"""A notebook that trains a network from its data to its report, with Keras and Matplotlib alone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from digitcnn.classes import DIGITS
from digitcnn.lab.designs.keras_code import write_keras_code
from digitcnn.lab.runs.settings import Settings
from digitcnn.run_folder import RunFolder
from digitcnn.training.collection.registry import find_dataset
from digitcnn.training.networks.of_presets import Network
from digitcnn.training.presets import Recipe

FROM_KERAS = {"mnist": "mnist", "handwriting": "mnist", "fashion-mnist": "fashion_mnist"}
"""Data sets that Keras downloads, by our name, and its own."""


@dataclass(frozen=True)
class NotebookSource:
    """What a notebook is made of.

    Attributes:
        name: of the preset, the design or the run.
        layers: of the network, without the last one.
        recipe: how it is trained.
        classes: their names, in the order of the labels.
        data: the name of the data set; of one that Keras does not download, the notebook reads NAME.npz.
        ink, mirrors: of the data set, as in `Dataset`.
        seed: of weights, split and order.
        images: number of training images; None for all.
    """

    name: str
    layers: Network
    recipe: Recipe
    classes: Sequence[str] = DIGITS
    data: str = "mnist"
    ink: bool = True
    mirrors: bool = False
    seed: int = 0
    images: int | None = None

    @classmethod
    def of_settings(cls, settings: Settings, *, name: str | None = None) -> "NotebookSource":
        """What a training with these settings learns, from the same images."""
        assert settings.base
        dataset = find_dataset(settings.data)
        return cls(
            name or settings.preset,
            settings.base.layers,
            settings.recipe,
            dataset.classes,
            settings.data,
            dataset.ink,
            dataset.mirrors,
            settings.seed,
            settings.images,
        )

    @classmethod
    def of_run(cls, folder: RunFolder) -> "NotebookSource":
        """What a run learned, with the class names of its record.

        Raises:
            RunFolderError: its record cannot be read.
            InputError: its preset is no longer there, or a setting is outside of its limits.
            DatasetError: its data set is no longer there.
        """
        record = folder.read_record()
        settings = Settings.of_record(record)
        return replace(cls.of_settings(settings, name=folder.path.absolute().name), classes=record.classes)


def write_notebook(source: NotebookSource) -> str:
    """The notebook as JSON, format 4.5 (Jupyter, Colab, VS Code).

    Raises:
        InputError: the layers do not fit together.
    """
    cells = [
        _cell(number, kind, text.strip("\n"))
        for number, (kind, text) in enumerate(
            (
                ("markdown", _title(source)),
                ("code", _settings(source)),
                ("markdown", f"## Data\n\n{_about_data(source)}"),
                ("code", _load(source)),
                ("markdown", "## Model"),
                ("code", write_keras_code(source.layers, len(source.classes)) + "\nmodel.summary()"),
                ("markdown", f"## Training\n\n{_about_training(source)}"),
                ("code", _train(source)),
                ("markdown", "## Learning curves"),
                ("code", _CURVES),
                ("markdown", "## Confusion matrix"),
                ("code", _MATRIX),
                ("markdown", "## Report"),
                ("code", _REPORT),
                ("code", f'model.save("{source.name}.keras")'),
            )
        )
    ]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _title(source: NotebookSource) -> str:
    return f"""# {source.name}

Trains this network from its data to its report. Written by digitcnn's Model Lab; it needs nothing of it:
`pip install keras tensorflow matplotlib`."""


def _settings(source: NotebookSource) -> str:
    return f"""
import keras
import matplotlib.pyplot as plt
import numpy as np

CLASSES = {list(source.classes)!r}
EPOCHS = {source.recipe.epochs}
BATCH_SIZE = {source.recipe.batch_size}
VALIDATION_SPLIT = {source.recipe.validation_split}
IMAGES = {source.images}  # of the training images; None for all

keras.utils.set_random_seed({source.seed})"""


def _about_data(source: NotebookSource) -> str:
    if source.data == "handwriting":
        return (
            "The model that digitcnn ships also learned from pen strokes, scans and things that are no "
            "digits. This notebook takes MNIST alone, and ten classes."
        )
    if source.data in FROM_KERAS:
        return "Keras downloads it once. Images are 28 × 28, 0 is paper and 1 is ink."
    return (
        f"`{source.data}.npz` must lie beside this notebook, with the arrays x_train, y_train, x_test and "
        "y_test: images (n, 28, 28) of bytes, ink 255 on paper 0, and labels from 0. Of a data set "
        "that was added to digitcnn, it is a copy of the set's images.npz."
    )


def _load(source: NotebookSource) -> str:
    if source.data in FROM_KERAS:
        module = FROM_KERAS[source.data]
        load = f"(x_train, y_train), (x_test, y_test) = keras.datasets.{module}.load_data()"
    else:
        load = f"""with np.load("{source.data}.npz") as file:
    x_train, y_train, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))"""
    return f"""
{load}
order = np.random.default_rng({source.seed}).permutation(len(x_train))[:IMAGES]
x_train, y_train = x_train[order, ..., np.newaxis] / np.float32(255), y_train[order].astype("int32")
x_test, y_test = x_test[..., np.newaxis] / np.float32(255), y_test.astype("int32")
held = max(1, round(VALIDATION_SPLIT * len(x_train)))
x_held, y_held, x_train, y_train = x_train[:held], y_train[:held], x_train[held:], y_train[held:]
print(len(x_train), "images to train on,", held, "to watch it with,", len(x_test), "to test it")

figure, places = plt.subplots(1, 10, figsize=(10, 1.5))
for place, image, label in zip(places, x_train, y_train):
    place.imshow(image[..., 0], cmap="gray_r")
    place.set_title(CLASSES[label], fontsize=8)
    place.axis("off")
plt.show()"""


def _about_training(source: NotebookSource) -> str:
    words = "The recipe is digitcnn's, but for the weights that are kept: here those of the last epoch."
    if source.recipe.augmentation and source.ink:
        words += (
            " Images are turned, shifted and scaled anew in every epoch; digitcnn also bends and blurs them."
        )
    elif source.recipe.augmentation:
        words += f" Images are shifted{' and mirrored' * source.mirrors} anew in every epoch."
    return words


def _train(source: NotebookSource) -> str:
    recipe = source.recipe
    fitted = "model"
    augmentation = ""
    if recipe.augmentation:
        fitted = "distorting"
        changes = [
            ('RandomRotation(0.03, fill_mode="constant")', source.ink),
            ('RandomTranslation(0.05, 0.05, fill_mode="constant")', True),
            ('RandomZoom(0.1, fill_mode="constant")', source.ink),
            ('RandomFlip("horizontal")', source.mirrors),
        ]
        chosen = "\n".join(f"    layers.{change}," for change, is_apt in changes if is_apt)
        augmentation = f"""
# Active in training only; the model behind them is the one that is kept.
distorting = keras.Sequential([
    layers.Input((28, 28, 1)),
{chosen}
    model,
])
"""
    callbacks = "\n    callbacks=[OneCycle()]," if recipe.schedule == "one-cycle" else ""
    return f"""
steps = EPOCHS * -(-len(x_train) // BATCH_SIZE)
{_write_schedule(recipe)}
{augmentation}
{fitted}.compile(
    optimizer={_write_optimizer(recipe)},
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = {fitted}.fit(
    x_train,
    y_train,
    batch_size=BATCH_SIZE,
    epochs=EPOCHS,
    validation_data=(x_held, y_held),{callbacks}
    verbose=2,
)"""


def _write_schedule(recipe: Recipe) -> str:
    rate = repr(recipe.learning_rate)
    match recipe.schedule:
        case "cosine":
            return f"""warm_up = round(0.05 * steps)
rate = keras.optimizers.schedules.CosineDecay(
    {rate} / 10, max(1, steps - warm_up), warmup_target={rate}, warmup_steps=warm_up
)"""
        case "steps":
            return f"""rate = keras.optimizers.schedules.PiecewiseConstantDecay(
    [round(0.5 * steps), round(0.75 * steps)], [{rate}, {rate} / 10, {rate} / 100]
)"""
        case "one-cycle":
            return f'''

class OneCycle(keras.callbacks.Callback):
    """The rate rises over the first third of the steps and falls to zero at the last."""

    def on_train_batch_begin(self, batch, logs=None):
        done = int(self.model.optimizer.iterations) / steps
        self.model.optimizer.learning_rate = {rate} * max(0.0, min(done * 3, (1 - done) * 1.5))


rate = {rate}'''
    return f"rate = {rate}"


def _write_optimizer(recipe: Recipe) -> str:
    betas = "".join(
        f", {name}={getattr(recipe, name)!r}"
        for name, default in (("beta_1", 0.9), ("beta_2", 0.999))
        if getattr(recipe, name) != default
    )
    decay = f", weight_decay={recipe.weight_decay!r}" if recipe.weight_decay else ""
    match recipe.optimizer:
        case "adam":
            return f"keras.optimizers.Adam(rate{betas})"
        case "adamw":
            return f"keras.optimizers.AdamW(rate, weight_decay={recipe.weight_decay!r}{betas})"
        case "nadam":
            return f"keras.optimizers.Nadam(rate{betas})"
        case "rmsprop":
            return "keras.optimizers.RMSprop(rate)"
        case "sgd":
            return f"keras.optimizers.SGD(rate, momentum={recipe.momentum!r}, nesterov=True{decay})"


_CURVES = """
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.5))
for place, name in ((left, "accuracy"), (right, "loss")):
    place.plot(history.history[name], label="training")
    place.plot(history.history[f"val_{name}"], label="validation")
    place.set(xlabel="epoch", ylabel=name)
    place.legend()
plt.show()
"""

_MATRIX = """
probabilities = model.predict(x_test, batch_size=500, verbose=0)
answers = probabilities.argmax(axis=1)
matrix = np.zeros((len(CLASSES), len(CLASSES)), int)
np.add.at(matrix, (y_test, answers), 1)

figure, place = plt.subplots(figsize=(6, 6))
place.imshow(np.log1p(matrix), cmap="Blues")
place.set(xlabel="answer", ylabel="what it is")
place.set_xticks(range(len(CLASSES)), CLASSES, rotation=90)
place.set_yticks(range(len(CLASSES)), CLASSES)
if len(CLASSES) <= 12:
    for (row, column), count in np.ndenumerate(matrix):
        place.text(column, row, count, ha="center", va="center", fontsize=7)
plt.show()
"""

_REPORT = """
accuracy = (answers == y_test).mean()
right = matrix.diagonal()
precision = right / np.maximum(matrix.sum(axis=0), 1)
recall = right / np.maximum(matrix.sum(axis=1), 1)
f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
print(f"Test accuracy {accuracy:.2%} on {len(y_test):,} images\\n")
print(f"{'class':>12} precision  recall      F1  images")
for name, *figures, images in zip(CLASSES, precision, recall, f1, matrix.sum(axis=1)):
    print(f"{name:>12}   {figures[0]:.4f}  {figures[1]:.4f}  {figures[2]:.4f}  {images:6}")
"""
