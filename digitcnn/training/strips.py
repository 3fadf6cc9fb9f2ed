"""Made numbers whose digits stand close, touch and overlap, and the network that learns to read them.

    python -m digitcnn.training.strips

writes `digitcnn/recognition/strips.tflite`. The digits are the pen strokes and MNIST images that `reader`
learns from; nobody wrote the numbers.
"""

import argparse
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from keras.layers import BatchNormalization, Conv2D, Dense, Dropout, Input, MaxPooling2D, ReLU, Reshape
from keras.optimizers import AdamW

from digitcnn.ink.house_digit import box_of_ink
from digitcnn.ink.images.strip import INK_HEIGHT, STRIP_HEIGHT, make_strip, step_of_column
from digitcnn.ink.strokes import box_of_strokes, draw_ink
from digitcnn.training.datasets import DigitSet, split_mnist
from digitcnn.training.export import save_tflite
from digitcnn.training.handwriting import MNIST_VALIDATION
from digitcnn.training.pen_strokes import Drawing, Part, load_pen_digits, load_pen_nondigits
from digitcnn.training.schedules import OneCycle

MODEL_FILE = Path(__file__).parent.parent / "recognition" / "strips.tflite"

STRIP_WIDTH = 128
"""Width of the training strips in pixels; the network takes any multiple of 8."""

BLANK = 10
"""The label of columns without the middle of a digit."""

_FINE = 4
"""Digits are drawn at this multiple of their size, then averaged down."""

_PENS = (0.04, 0.15)
"""Widths of the pen, in heights of a digit."""

_COUNTS = (0.08, 0.27, 0.27, 0.2, 0.18)
"""Probabilities of one, two ... digits in a number."""

_MIDDLE = 0.18
"""Width of the columns with a digit's label around its middle, in widths of its box."""

_INK = 0.3
"""The gray value from which a pixel counts as ink."""


class NumberMaker:
    """Makes numbers out of real digits."""

    def __init__(
        self, drawings: Sequence[Drawing], others: Sequence[Drawing], printed: DigitSet | None
    ) -> None:
        """Makes them out of pen strokes and MNIST images, with a drawing that is not a digit now and then."""
        writer = attrgetter("writer")
        self._hands = [list(hand) for _, hand in groupby(sorted(drawings, key=writer), writer)]
        self._weights = np.sqrt([len(found) for found in self._hands])
        self._weights /= self._weights.sum()
        self._others = list(others)
        self._printed = printed

    def make(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Makes strips of numbers.

        Returns:
            (count, 32, 128, 1) float32 in 0-1, and (count, 64) int64: the digit whose middle is at
            each answer of the network, or `BLANK`.
        """
        strips = np.empty((count, STRIP_HEIGHT, STRIP_WIDTH, 1), dtype=np.float32)
        labels = np.full((count, STRIP_WIDTH // 2), BLANK, dtype=np.int64)
        for index in range(count):
            patches, digits = self._choose(rng)
            field, boxes = _write(patches, rng)
            strips[index, ..., 0] = _photograph(make_strip(field, width=STRIP_WIDTH), rng)
            scale = INK_HEIGHT / field.shape[0]
            _label(labels[index], digits, boxes, scale)
        return strips, labels

    def _choose(self, rng: np.random.Generator) -> tuple[list[np.ndarray], list[int]]:
        count = 1 + int(rng.choice(len(_COUNTS), p=_COUNTS))
        if self._printed is not None and rng.random() < 0.3:
            printed = self._printed.take(rng.integers(len(self._printed), size=count))
            patches = [_resize(image[box_of_ink(image, _INK) or ...], rng) for image in printed.pixels]
            return patches, printed.labels.tolist()
        hand = self._hands[rng.choice(len(self._hands), p=self._weights)]
        chosen = [hand[at] for at in rng.integers(len(hand), size=count)]
        if self._others and rng.random() < 0.06:
            chosen[rng.integers(count)] = self._others[rng.integers(len(self._others))]
        pen = rng.uniform(*_PENS)
        patches = [_draw(drawing, pen, rng) for drawing in chosen]
        return patches, [drawing.label for drawing in chosen]


def _draw(drawing: Drawing, pen: float, rng: np.random.Generator) -> np.ndarray:
    box = box_of_strokes(drawing.strokes)
    height = INK_HEIGHT * rng.uniform(0.8, 1.2)
    scale = _FINE * height / max(box.height, 0.5 * box.width, 1e-9)
    width = max(pen * INK_HEIGHT * _FINE, 2.0)
    stretch = np.array([np.exp(rng.uniform(-0.12, 0.12)), 1.0])
    corner = np.array([box.x, box.y])
    strokes = [(stroke - corner) * scale * stretch + width / 2 for stroke in drawing.strokes]
    size = [int(np.ceil(side * scale * by + width)) for side, by in zip(box[2:], stretch, strict=True)]
    fine = draw_ink(strokes, (size[0], size[1]), width)
    small = max(round(size[0] / _FINE), 1), max(round(size[1] / _FINE), 1)
    return cv2.resize(fine, small, interpolation=cv2.INTER_AREA)


def _resize(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    scale = INK_HEIGHT * rng.uniform(0.8, 1.2) / max(image.shape[0], 0.6 * image.shape[1])
    size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
    return np.clip(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), 0, 1)


def _write(
    patches: Sequence[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Sets digits side by side.

    Returns:
        (height, width) float32, cropped to the ink, and the left and right edge of each digit's box.
    """
    field = np.zeros(
        (3 * max(patch.shape[0] for patch in patches), sum(patch.shape[1] + INK_HEIGHT for patch in patches)),
        np.float32,
    )
    middle = field.shape[0] // 2
    kerned, wander = rng.random() < 0.5, rng.uniform(0, 0.12)
    boxes: list[tuple[int, int]] = []
    for patch in patches:
        high, wide = patch.shape
        top = middle - high // 2 + round(rng.uniform(-wander, wander) * INK_HEIGHT)
        left = _place(field[top : top + high], patch, boxes, kerned, rng)
        window = field[top : top + high, left : left + wide]
        np.maximum(window, patch, out=window)
        boxes.append((left, left + wide))
    ink = box_of_ink(field, _INK)
    if ink is None:
        return np.zeros((INK_HEIGHT, 1), np.float32), boxes
    start = int(ink[1].start)
    return field[ink], [(left - start, right - start) for left, right in boxes]


def _place(
    rows: np.ndarray, patch: np.ndarray, boxes: list[tuple[int, int]], kerned: bool, rng: np.random.Generator
) -> int:
    """Left edge of the next digit: at a gap between the boxes, or where its ink meets the last digit's."""
    if not boxes:
        return INK_HEIGHT // 2
    right = boxes[-1][1]
    if not kerned:
        return max(right + round(rng.uniform(-0.25, 0.15) * INK_HEIGHT), boxes[-1][0] + 2)
    # Per row: the last column of ink so far, and the first column of ink of the new digit.
    ends = np.where(rows.max(axis=1) > _INK, rows.shape[1] - (rows[:, ::-1] > _INK).argmax(axis=1), -1000)
    begins = np.where(patch.max(axis=1) > _INK, (patch > _INK).argmax(axis=1), 1000)
    touching = int((ends - begins).max())
    nearest = max(right - round(0.35 * INK_HEIGHT), boxes[-1][0] + 2)
    return max(touching - round(rng.uniform(-1, 4)), nearest)


def _photograph(strip: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slants, blurs and sharpens a strip as pens, cameras and thresholds do."""
    shear, turn = rng.uniform(-0.25, 0.25), rng.normal(0, 0.02)
    center = STRIP_HEIGHT / 2
    matrix = np.array([[1.0, shear, -shear * center], [turn, 1.0, -turn * STRIP_WIDTH / 4]])
    strip = cv2.warpAffine(strip, matrix, (STRIP_WIDTH, STRIP_HEIGHT), flags=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        strip = cv2.GaussianBlur(strip, (5, 5), rng.uniform(0.3, 1.0))
    if rng.random() < 0.5:
        low = rng.uniform(0.0, 0.4)
        strip = np.clip((strip - low) / rng.uniform(0.2, 0.6), 0, 1)
    return strip


def _label(row: np.ndarray, digits: Sequence[int], boxes: Sequence[tuple[int, int]], scale: float) -> None:
    middles = [step_of_column((left + right - 1) / 2, scale) for left, right in boxes]
    reach = [max(_MIDDLE * (right - left) * scale / 2, 0.6) for left, right in boxes]
    distances = np.abs(np.arange(len(row)) - np.array(middles)[:, np.newaxis])
    nearest = distances.argmin(axis=0)
    close = distances.min(axis=0) <= np.array(reach)[nearest]
    row[close] = np.array(digits)[nearest[close]]


def build() -> keras.Model:
    """A fully convolutional network: (n, 32, width, 1) to (n, width / 2, 11), softmax."""
    layers: list[Any] = [Input((STRIP_HEIGHT, None, 1))]
    for filters, pool in ((16, (2, 2)), (32, None), (48, (2, 1)), (64, None), (64, (2, 1)), (96, None)):
        layers.append(Conv2D(filters, 3, padding="same", use_bias=False))
        layers += [MaxPooling2D(pool)] if pool else []
        layers += [BatchNormalization(), ReLU()]
    for size, padding in (((4, 1), "valid"), ((1, 5), "same")):
        layers += [Conv2D(112, size, padding=padding, use_bias=False), BatchNormalization(), ReLU()]
    layers += [Dropout(0.2), Reshape((-1, 112)), Dense(BLANK + 1, activation="softmax")]
    return keras.Sequential(layers, name="strips")


def load_makers(seed: int) -> dict[Part, NumberMaker]:
    """A maker of numbers per part, with that part's writers; only the training part has MNIST images."""
    digits = [each for each in load_pen_digits() if not each.suspect]
    digits = [each for each in digits if any(len(stroke) > 2 for stroke in each.strokes)]
    others = load_pen_nondigits()
    printed = split_mnist(MNIST_VALIDATION, None, seed).train
    parts: tuple[Part, ...] = ("train", "validation")
    return {
        part: NumberMaker(
            [each for each in digits if each.part == part],
            [each for each in others if each.part == part],
            printed if part == "train" else None,
        )
        for part in parts
    }


def main() -> None:
    """Trains the network and exports it for LiteRT."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=21)
    parser.add_argument("--numbers", type=int, default=14_000, help="made anew in every epoch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path, default=Path("runs/strips-checkpoint"))
    parser.add_argument("--to", type=Path, default=MODEL_FILE)
    options = parser.parse_args()
    keras.utils.set_random_seed(options.seed)
    makers, batch = load_makers(options.seed), 64
    held = makers["validation"].make(1000, np.random.default_rng(options.seed))
    model: Any = build()  # Keras's own annotations are too narrow to check against.
    steps = -(-options.numbers // batch) * options.epochs
    rate: Any = OneCycle(4e-3, steps)
    model.compile(
        AdamW(rate, weight_decay=0.01),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    last, done = options.checkpoint / "last.keras", 0
    if last.is_file():
        model = keras.models.load_model(last)
        model.optimizer.learning_rate = rate  # Of this many epochs, whatever the checkpoint's were.
        done = int(model.optimizer.iterations.numpy()) * options.epochs // steps
    for epoch in range(done, options.epochs):
        strips, labels = makers["train"].make(options.numbers, np.random.default_rng((options.seed, epoch)))
        model.fit(
            strips,
            labels,
            batch_size=batch,
            validation_data=held,
            initial_epoch=epoch,
            epochs=epoch + 1,
            verbose=2,
        )
        options.checkpoint.mkdir(parents=True, exist_ok=True)
        model.save(last)
    save_tflite(model, options.to)


if __name__ == "__main__":
    main()
