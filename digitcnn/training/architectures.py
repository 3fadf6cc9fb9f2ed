"""The CNNs, each a flat list of layers; every one takes (n, 28, 28, 1) and ends in a softmax.

All are `keras.Sequential`, so that a model is read top to bottom as data flows through it.
"""

from collections.abc import Callable

import keras
from keras.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    ReLU,
)

INPUT_SHAPE = (28, 28, 1)


def simple(classes: int = 10) -> keras.Model:
    """Two convolutions, each with its pooling, and one hidden layer: where most courses begin."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            Conv2D(32, 3, activation="relu"),
            MaxPooling2D(),
            Conv2D(64, 3, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(128, activation="relu"),
            Dense(classes, activation="softmax"),
        ],
        name="simple",
    )


def deeper(classes: int = 10) -> keras.Model:
    """Three blocks of two convolutions: two 3x3 see as far as one 5x5 and bend twice."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            *_block(24),
            *_block(48),
            *_block(96),
            Flatten(),
            Dense(256, activation="relu"),
            Dropout(0.5),
            Dense(classes, activation="softmax"),
        ],
        name="deeper",
    )


def _block(filters: int) -> list[keras.Layer]:
    return [
        Conv2D(filters, 3, padding="same", activation="relu"),
        Conv2D(filters, 3, padding="same", activation="relu"),
        MaxPooling2D(),
        Dropout(0.2),
    ]


def reader(classes: int = 11) -> keras.Model:
    """Six convolutions with batch normalization and a global average: small, and hard to overfit.

    Without padding where the images are large: their margins are blank, and the time is better spent
    on channels.
    """
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            *_normalized(32, padding="valid"),
            *_normalized(32, padding="valid", pool=True),
            *_normalized(80, padding="valid"),
            *_normalized(80, padding="valid", pool=True),
            *_normalized(160, padding="same"),
            *_normalized(160, padding="same"),
            GlobalAveragePooling2D(),
            Dropout(0.2),
            Dense(classes, activation="softmax"),
        ],
        name="reader",
    )


def _normalized(filters: int, *, padding: str, pool: bool = False) -> list[keras.Layer]:
    convolution = Conv2D(filters, 3, padding=padding, use_bias=False)
    # Pooling first leaves a quarter of the values to normalize and rectify.
    return [convolution, *([MaxPooling2D()] if pool else []), BatchNormalization(), ReLU()]


ARCHITECTURES: dict[str, Callable[[int], keras.Model]] = {
    builder.__name__: builder for builder in (simple, deeper, reader)
}
