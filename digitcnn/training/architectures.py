"""The CNNs, each a flat list of layers; every one takes (n, 28, 28, 1) and ends in a softmax.

All are `keras.Sequential`, so that a model is read top to bottom as data flows through it.
"""

from collections.abc import Callable

import keras
from keras.layers import (
    BatchNormalization,
    Conv2D,
    Cropping2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    ReLU,
    Rescaling,
)

INPUT_SHAPE = (28, 28, 1)
MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081
"""Of the pixels of MNIST's training images."""


def simple(classes: int = 10) -> keras.Model:
    """Two convolutions, each with its pooling, and one hidden layer: where most courses begin."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            *_two_convolutions(),
            Dense(128, activation="relu"),
            Dense(classes, activation="softmax"),
        ],
        name="simple",
    )


def _two_convolutions() -> list[keras.Layer]:
    """What most first examples begin with."""
    return [
        Conv2D(32, 3, activation="relu"),
        MaxPooling2D(),
        Conv2D(64, 3, activation="relu"),
        MaxPooling2D(),
        Flatten(),
    ]


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


def conv_dropout(classes: int = 10) -> keras.Model:
    """Two convolutions and no hidden layer, half of the features dropped: Keras's own first example."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            *_two_convolutions(),
            Dropout(0.5),
            Dense(classes, activation="softmax"),
        ],
        name="conv_dropout",
    )


def conv_dense64(classes: int = 10) -> keras.Model:
    """Two convolutions and a hidden layer of 64."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            *_two_convolutions(),
            Dense(64, activation="relu"),
            Dense(classes, activation="softmax"),
        ],
        name="conv_dense64",
    )


def vgg_batchnorm(classes: int = 10) -> keras.Model:
    """VGG in small: two blocks of two convolutions, with batch normalization behind every layer."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            *_vgg_block(32),
            *_vgg_block(64),
            Flatten(),
            Dense(512, activation="relu"),
            BatchNormalization(),
            Dropout(0.5),
            Dense(classes, activation="softmax"),
        ],
        name="vgg_batchnorm",
    )


def _vgg_block(filters: int) -> list[keras.Layer]:
    return [
        Conv2D(filters, 3, padding="same", activation="relu"),
        BatchNormalization(),
        Conv2D(filters, 3, padding="same", activation="relu"),
        BatchNormalization(),
        MaxPooling2D(),
        Dropout(0.25),
    ]


def conv3_rmsprop(classes: int = 10) -> keras.Model:
    """Three convolutions of growing width and two hidden layers."""
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            Conv2D(32, 3, padding="same", activation="relu"),
            MaxPooling2D(),
            Conv2D(64, 3, padding="same", activation="relu"),
            MaxPooling2D(),
            Conv2D(128, 3, padding="same", activation="relu"),
            Flatten(),
            Dense(128, activation="relu"),
            Dense(64, activation="relu"),
            Dropout(0.5),
            Dense(classes, activation="softmax"),
        ],
        name="conv3_rmsprop",
    )


def sprint(classes: int = 10) -> keras.Model:
    """Few channels on small images: made to learn in seconds on a CPU.

    The blank margin is cut off, and the first convolution takes steps of three instead of being pooled,
    for pooling's gradient takes as long as a convolution's: an eighth of the multiplications of
    `simple`. Batch normalization makes up for it, where there are few values to normalize.
    """
    return keras.Sequential(
        [
            Input(INPUT_SHAPE),
            Rescaling(1 / MNIST_DEVIATION, offset=-MNIST_MEAN / MNIST_DEVIATION),
            Cropping2D(2),
            Conv2D(16, 5, strides=3, activation="relu"),
            Conv2D(48, 3, use_bias=False),
            BatchNormalization(momentum=0.9),
            ReLU(),
            Flatten(),
            Dense(96, use_bias=False),
            BatchNormalization(momentum=0.9),
            ReLU(),
            Dense(classes, activation="softmax"),
        ],
        name="sprint",
    )


ARCHITECTURES: dict[str, Callable[[int], keras.Model]] = {
    builder.__name__.replace("_", "-"): builder
    for builder in (
        simple,
        deeper,
        conv_dropout,
        conv_dense64,
        vgg_batchnorm,
        conv3_rmsprop,
        sprint,
        reader,
    )
}
"""By the name of their preset."""
