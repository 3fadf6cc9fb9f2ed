"""Trains the page detector on pages that another process makes meanwhile.

    python -m digitcnn.training.page_detector.train --to runs/page-detector

Run it again to resume from the last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from digitcnn.training.datasets import data_folder
from digitcnn.training.page_detector.hands import load_hands
from digitcnn.training.page_detector.pages import SIDE, PageMaker
from digitcnn.training.page_detector.print import FONT_FOLDERS, find_fonts

BATCH = 16
_PAGES_PER_POOL = 6000
"""Then the maker takes new surfaces and new print."""

_SAVE_EVERY = 100


def make_batches(
    seed: int, fonts: Sequence[Path], size: int = BATCH
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Endless batches of the training writers' pages.

    Yields:
        (size, 160, 160, 3) uint8 pixels and (size, 40, 40, 9) float32 targets.
    """
    from digitcnn.training.page_detector.network import make_targets

    hands = load_hands("train")
    rng = np.random.default_rng(seed)
    while True:
        maker = PageMaker(hands, fonts, rng)
        for _ in range(_PAGES_PER_POOL // size):
            pages = [maker.make() for _ in range(size)]
            targets = [make_targets(p.boxes, p.labels, p.printed, p.ignored, SIDE) for p in pages]
            yield np.stack([page.pixels for page in pages]), np.stack(targets)


def _feed(queue: Any, seed: int, fonts: list[Path]) -> None:
    cv2.setNumThreads(1)
    for pixels, targets in make_batches(seed, fonts):
        queue.put((pixels, targets.astype(np.float16)))


def train(folder: Path, *, steps: int, rate: float, seed: int, fonts: list[Path]) -> None:
    """Trains up to `steps` in all, saving every 100 into `folder`; writes `model.tflite` at the end."""
    import keras
    import tensorflow as tf

    from digitcnn.training.page_detector import network

    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(seed)
    state, weights = folder / "state.json", folder / "last.weights.h5"
    done = json.loads(state.read_text())["step"] if state.is_file() else 0
    model: Any = network.build()
    optimizer: Any = keras.optimizers.AdamW(rate, weight_decay=0.01, clipnorm=10.0)
    optimizer.build(model.trainable_variables)
    if done:
        model.load_weights(weights)

    @tf.function(jit_compile=False)
    def learn(pixels: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            value = network.loss(targets, model(tf.cast(pixels, tf.float32) / 255.0, training=True))
        optimizer.apply_gradients(
            zip(tape.gradient(value, model.trainable_variables), model.trainable_variables, strict=True)
        )
        return value

    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=8)
    feeder = context.Process(target=_feed, args=(queue, seed + 7919 * done, fonts), daemon=True)
    feeder.start()
    began, losses = time.monotonic(), []
    try:
        for step in range(done, steps):
            warm = min(1.0, (step + 1) / 100)
            optimizer.learning_rate = rate * warm * (0.51 + 0.49 * np.cos(np.pi * step / steps))
            pixels, targets = queue.get(timeout=300)
            losses.append(float(learn(pixels, targets.astype(np.float32))))
            if (step + 1) % _SAVE_EVERY == 0 or step + 1 == steps:
                temporary = folder / "part.weights.h5"
                model.save_weights(temporary)
                temporary.replace(weights)
                state.write_text(json.dumps({"step": step + 1, "steps": steps}))
                pace = (time.monotonic() - began) / (step + 1 - done)
                print(f"step {step + 1} loss {np.mean(losses[-100:]):.3f} {pace:.2f} s a step", flush=True)
    finally:
        feeder.terminate()
    network.save_network(model, folder / "model.tflite")


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=Path("runs/page-detector"))
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fonts", type=Path, action="append", help="folder of typefaces; may be repeated")
    options = parser.parse_args()
    folder = data_folder()
    folders = options.fonts or [*([folder / "fonts"] if folder else []), *FONT_FOLDERS]
    train(options.to, steps=options.steps, rate=options.rate, seed=options.seed, fonts=find_fonts(folders))


if __name__ == "__main__":
    main()
