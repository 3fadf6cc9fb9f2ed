"""The images of an epoch, shuffled and augmented: the same for the same seed and epoch."""

import numpy as np

from digitcnn.ink.house_digit import SIDE
from digitcnn.training.augmentation import Augmentation
from digitcnn.training.datasets import DigitSet

_BLOCK = 512


class Feed:
    """A set's images and labels as Keras takes them, epoch by epoch.

    An epoch is made in full before it is trained on: on few cores, generators that compete with the
    convolutions take longer than the training step itself (0.38 s against 0.17 s a step on two cores).
    An epoch depends only on the seed and its number, so that a resumed run sees the same images as an
    uninterrupted one.
    """

    def __init__(self, digits: DigitSet, *, classes: int, one_hot: bool, seed: int) -> None:
        """Feeds `digits`, with labels as vectors of `classes`, or as numbers."""
        self.digits = digits
        self._labels = np.eye(classes, dtype=np.float32)[digits.labels] if one_hot else digits.labels
        self._seed = seed

    def all(self) -> tuple[np.ndarray, np.ndarray]:
        """Every image, (n, 28, 28, 1) float32, in order and unchanged, with its label."""
        return self.digits.pixels[..., np.newaxis], self._labels

    def epoch(
        self, number: int, augmentation: Augmentation | None = None, strength: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Every image once, (n, 28, 28, 1) float32, in this epoch's order, with its label."""
        order = np.random.default_rng((self._seed, number)).permutation(len(self.digits))
        images = np.empty((len(order), SIDE, SIDE), dtype=np.float32)
        for start in range(0, len(order), _BLOCK):
            block = self.digits.images[order[start : start + _BLOCK]].astype(np.float32) / 255.0
            if augmentation:
                rng = np.random.default_rng((self._seed, number, start))
                block = augmentation(block, rng, strength)
            images[start : start + _BLOCK] = block
        return images[..., np.newaxis], self._labels[order]
