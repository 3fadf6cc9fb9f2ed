"""Batches for Keras: shuffled anew each epoch, augmented on the way, the same for the same seed."""

from collections.abc import Callable

import keras
import numpy as np

from digitcnn.training.datasets import DigitSet

Augmentation = Callable[[np.ndarray, np.random.Generator, float], np.ndarray]
"""(n, 28, 28) float32 in 0-1, a generator and a strength of 0-1 to the same shape, distorted."""


class Batches(keras.utils.PyDataset):
    """A set's images in batches of (n, 28, 28, 1) float32 with their labels.

    What a batch holds depends on the seed, the epoch and its place alone, so that a resumed run sees
    what an undisturbed one would have seen. `epoch` and `strength`, of the augmentation, are set by the
    trainer.
    """

    def __init__(
        self,
        digits: DigitSet,
        *,
        batch_size: int,
        classes: int,
        one_hot: bool,
        seed: int,
        shuffle: bool = False,
        augmentation: Augmentation | None = None,
    ):
        super().__init__(workers=1)
        self.digits = digits
        self.epoch = 0
        self.strength = 1.0
        self._batch_size = batch_size
        self._labels = np.eye(classes, dtype=np.float32)[digits.labels] if one_hot else digits.labels
        self._seed = seed
        self._shuffle = shuffle
        self._augmentation = augmentation
        self._order = (-1, np.arange(len(digits)))

    def __len__(self) -> int:
        return -(-len(self.digits) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self._shuffled()[index * self._batch_size : (index + 1) * self._batch_size]
        images = self.digits.images[chosen].astype(np.float32) / 255.0
        if self._augmentation:
            rng = np.random.default_rng((self._seed, self.epoch, index))
            images = self._augmentation(images, rng, self.strength)
        return images[..., np.newaxis], self._labels[chosen]

    def _shuffled(self) -> np.ndarray:
        if self._shuffle and self._order[0] != self.epoch:
            order = np.random.default_rng((self._seed, self.epoch)).permutation(len(self.digits))
            self._order = (self.epoch, order)
        return self._order[1]
