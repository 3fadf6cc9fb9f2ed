"""Seconds of training to 99.0 % of MNIST's test images, by each preset's own recipe."""

import statistics
import time
from typing import Any

from benchmarks.speed.figures import Figure, compare_speed
from digitcnn.training.datasets import Split, split_mnist
from digitcnn.training.presets import PRESETS

GOAL = 0.99
SEEDS = range(5)


def measure() -> list[Figure]:
    """`sprint` and `simple` by turns, five seeds each."""
    seconds: dict[str, list[float]] = {"sprint": [], "simple": []}
    for seed in SEEDS:
        for name, taken in seconds.items():
            taken.append(train_to_goal(name, seed))
            print(f"{name}, seed {seed}: {taken[-1]:.1f} s", flush=True)
    sprint, simple = (statistics.median(seconds[name]) for name in ("sprint", "simple"))
    what = f"training of `sprint` to {GOAL:.1%} of MNIST's test images, five seeds"
    return [compare_speed(what, sprint, "s", simple, "`simple` by its own recipe")]


def train_to_goal(name: str, seed: int) -> float:
    """Seconds until the test accuracy at the end of an epoch reaches the goal.

    Counts building and compiling the model and, as its recipe says, validating each epoch. Does not count
    loading the images and measuring on the test images.

    Raises:
        RuntimeError: the recipe ends before the goal.
    """
    import keras

    from digitcnn.training.architectures import ARCHITECTURES
    from digitcnn.training.feed import Feed
    from digitcnn.training.fit import EVALUATION_BATCH, make_optimizer

    recipe = PRESETS[name].recipe
    split: Split = split_mnist(recipe.validation_split, None, seed)
    test = split.test.pixels[..., None]
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    began = time.perf_counter()
    feed, held = (
        Feed(s, classes=10, one_hot=recipe.one_hot, seed=seed) for s in (split.train, split.validation)
    )
    steps = -(-len(split.train) // recipe.batch_size)
    model: Any = ARCHITECTURES[name](10)
    model.compile(
        optimizer=make_optimizer(recipe, steps=recipe.epochs * steps),
        loss="categorical_crossentropy" if recipe.one_hot else "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    for epoch in range(recipe.epochs):
        images, labels = feed.epoch(epoch)
        model.fit(
            images,
            labels,
            batch_size=recipe.batch_size,
            validation_data=held.all(),
            validation_batch_size=EVALUATION_BATCH,
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            verbose=0,
        )
        ended = time.perf_counter()
        answers = model.predict(test, batch_size=EVALUATION_BATCH, verbose=0).argmax(axis=1)
        if (answers == split.test.labels).mean() >= GOAL:
            return ended - began
        began += time.perf_counter() - ended
    raise RuntimeError(f"{name} with seed {seed} ended below {GOAL:.1%}")
