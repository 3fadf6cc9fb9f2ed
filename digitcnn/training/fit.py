"""Trains a preset into a run folder, and resumes an interrupted run."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import keras

from digitcnn.errors import DigitcnnError, RunFolderError
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.training.architectures import build
from digitcnn.training.augmentation import choose_augmentation
from digitcnn.training.calibration import FittedCalibration
from digitcnn.training.collection.registry import Dataset, find_dataset, split_dataset
from digitcnn.training.datasets import Split
from digitcnn.training.feed import Feed
from digitcnn.training.finish import EVALUATION_BATCH, finish
from digitcnn.training.presets import PRESETS, Preset, Recipe
from digitcnn.training.schedules import ScaledRate, make_rate
from digitcnn.training.session.callbacks import (
    Checkpoint,
    Echo,
    ProgressFile,
    Requests,
    best_weights,
    last_model,
    load_checkpoint,
)
from digitcnn.training.session.changes import Clock
from digitcnn.training.session.record import begin, recorded

GENTLE = 0.3
"""The strength of augmentation in a recipe's last, gentle epochs."""


def train(
    preset: Preset,
    folder: RunFolder,
    *,
    recipe: Recipe | None = None,
    seed: int = 0,
    images: int | None = None,
    echo: Echo = print,
) -> RunRecord:
    """Trains to the end of the recipe, from the folder's checkpoint where there is one.

    After every epoch the folder holds a checkpoint that the same call resumes from. The result is that of
    an uninterrupted run, up to the rounding of parallel sums. SIGTERM and Ctrl-C stop at once: the run is
    recorded as stopped first, then its best epoch, if one is complete, is measured and exported as at the
    end of a run, so that it can be used and compared. A second SIGTERM or Ctrl-C skips that.

    Args:
        preset: architecture and default recipe.
        folder: records the run; created where it is missing.
        recipe: instead of the preset's.
        seed: of weights, split, shuffling and augmentation.
        images: number of training images; None for all.
        echo: receives one line per event.

    Returns:
        The record as it stands in `run.json`: "finished", or "stopped".

    Raises:
        RunFolderError: the folder holds a finished run, or one with other settings, or cannot be
            written to.
        DatasetError: the data is not here and cannot be downloaded.
    """
    recipe = recipe or preset.recipe
    design = None if preset.name in PRESETS else [each.as_json() for each in preset.layers]
    session = begin(preset.name, folder, asdict(recipe) | {"images": images}, seed, design=design)
    clock = Clock()
    run = None
    with recorded(session, clock) as check:
        keras.utils.set_random_seed(seed)
        dataset = find_dataset(recipe.data)
        split = split_dataset(recipe.data, recipe.validation_split, images, seed)
        run = _Run(preset, recipe, folder, dataset, split, seed, echo, clock)
        parts = {part: {"name": digits.name, "images": len(digits)} for part, digits in vars(split).items()}
        session.note(
            dataset=parts,
            parameters=run.model.count_params(),
            classes=dataset.classes,
            ink=dataset.ink,
        )
        run.fit(check)
        session.record = replace(session.record, **asdict(run.finish()))
    if session.record.state == "stopped":
        done = len(run.history) if run else 0
        echo(f"Stopped after epoch {done} of {recipe.epochs}. Run it again to resume.")
        if run and run.history:
            try:
                session.record = replace(session.record, **asdict(run.finish()))
            except (KeyboardInterrupt, OSError, DigitcnnError) as problem:
                echo(f"The best epoch was not exported ({problem}): resume the run to export it.")
    session.close()
    return session.record


class _Run:
    """A model in training, from the first epoch or the checkpoint to the exported files."""

    def __init__(
        self,
        preset: Preset,
        recipe: Recipe,
        folder: RunFolder,
        dataset: Dataset,
        split: Split,
        seed: int,
        echo: Echo,
        clock: Clock,
    ) -> None:
        self.recipe, self.folder, self.split, self.echo = recipe, folder, split, echo
        self.dataset, self.clock = dataset, clock
        self.model: Any  # Keras's own annotations are too narrow to check against.
        self.feed = Feed(split.train, classes=dataset.outputs, one_hot=recipe.one_hot, seed=seed)
        self.held = Feed(split.validation, classes=dataset.outputs, one_hot=recipe.one_hot, seed=seed)
        self.steps = -(-len(split.train) // recipe.batch_size)
        if last_model(folder).is_file():
            self.model = load_checkpoint(folder)
            done = int(self.model.optimizer.iterations.numpy()) // self.steps
            self.history = folder.read_history()[:done]
            if len(self.history) < done:
                raise RunFolderError(
                    f"{folder.history_csv} lacks epochs: delete {folder.name} and train it again."
                )
            echo(f"Resuming after epoch {done} of {recipe.epochs}.")
            return
        self.history = []
        self.model = build(preset.layers, dataset.outputs, name=preset.name.replace("-", "_"))
        self.model.compile(
            optimizer=make_optimizer(recipe, steps=recipe.epochs * self.steps),
            loss="categorical_crossentropy" if recipe.one_hot else "sparse_categorical_crossentropy",
            metrics=["accuracy"],
            jit_compile=False,  # On a CPU, XLA makes convolutions three times slower.
        )

    def fit(self, check: Callable[[], None]) -> None:
        self.folder.checkpoint.mkdir(parents=True, exist_ok=True)
        epochs, done = self.recipe.epochs, len(self.history)
        rate = ScaledRate(make_rate(self.recipe, steps=epochs * self.steps))
        self.model.optimizer.learning_rate = rate
        place: dict[str, Any] = {"done": done, "steps": self.steps, "clock": self.clock}
        callbacks = [
            Requests(self.folder, self.recipe, rate, **place, echo=self.echo, check=check),
            ProgressFile(self.folder, self.recipe, **place),
            Checkpoint(self.folder, self.history, epochs=epochs, echo=self.echo),
        ]
        vary = choose_augmentation(ink=self.dataset.ink, mirrors=self.dataset.mirrors)
        augmentation = vary if self.recipe.augmentation else None
        for epoch in range(done, epochs):
            strength = GENTLE if epoch >= epochs - self.recipe.gentle_epochs else 1.0
            images, labels = self.feed.epoch(epoch, augmentation, strength)
            self.model.fit(
                images,
                labels,
                batch_size=self.recipe.batch_size,
                validation_data=self.held.all(),
                validation_batch_size=EVALUATION_BATCH,
                initial_epoch=epoch,
                epochs=epoch + 1,
                shuffle=False,  # The feed shuffles, so that a resumed epoch has the same order.
                verbose=0,
                callbacks=callbacks,
            )

    def finish(self) -> FittedCalibration:
        """Loads the weights that the recipe keeps, measures them, and exports the model."""
        if self.recipe.keep == "best" or len(self.history) < self.recipe.epochs:
            self.model.load_weights(best_weights(self.folder))
        return finish(self.model, self.folder, self.dataset, self.split, echo=self.echo)


def make_optimizer(recipe: Recipe, *, steps: int) -> keras.optimizers.Optimizer:
    """The recipe's optimizer, with its schedule of the learning rate over `steps` steps."""
    rate: Any = make_rate(recipe, steps=steps)
    betas: dict[str, Any] = {"beta_1": recipe.beta_1, "beta_2": recipe.beta_2}
    match recipe.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate, **betas)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **betas)
        case "nadam":
            return keras.optimizers.Nadam(rate, **betas)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "sgd":
            return keras.optimizers.SGD(
                rate, momentum=recipe.momentum, nesterov=True, weight_decay=recipe.weight_decay or None
            )
