"""The CNNs, each a flat list of layers; every one takes (n, 28, 28, 1) and ends in a softmax.

All but `resnet-small`, whose data flow past layers as well as through them, are `keras.Sequential`, so that
a model reads from top to bottom as data flows through it.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

INPUT_SHAPE = (28, 28, 1)
MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081
"""Of the pixels of MNIST's training images."""


def simple(classes: int = 10) -> keras.Model:
    """Two convolutions, each with its pooling, and one hidden layer: where most courses begin."""
    return _network("simple", classes, *_two_convolutions(), layers.Dense(128, activation="relu"))


def _network(name: str, classes: int, *hidden: keras.Layer) -> keras.Model:
    answer = layers.Dense(classes, activation="softmax")
    return keras.Sequential([layers.Input(INPUT_SHAPE), *hidden, answer], name=name)


def _two_convolutions() -> list[keras.Layer]:
    """The first layers of most introductions."""
    return [
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
    ]


def deeper(classes: int = 10) -> keras.Model:
    """Three blocks of two convolutions: two 3x3 see as far as one 5x5 and bend twice."""
    return _network(
        "deeper",
        classes,
        *_block(24, dropout=0.2),
        *_block(48, dropout=0.2),
        *_block(96, dropout=0.2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dropout(0.5),
    )


def _block(filters: int, *, dropout: float, normalized: bool = False) -> list[keras.Layer]:
    """Two convolutions, with batch normalization behind each where asked for, then pooling and dropout."""
    convolutions: list[keras.Layer] = []
    for _ in range(2):
        convolutions.append(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        convolutions += [layers.BatchNormalization()] if normalized else []
    return [*convolutions, layers.MaxPooling2D(), layers.Dropout(dropout)]


def reader(classes: int = 11) -> keras.Model:
    """Six convolutions with batch normalization and a global average: small, and hard to overfit.

    Without padding where the images are large: their margins are blank, and the time is better spent
    on channels.
    """
    return _network(
        "reader",
        classes,
        *_normalized(32, padding="valid"),
        *_normalized(32, padding="valid", pool=True),
        *_normalized(80, padding="valid"),
        *_normalized(80, padding="valid", pool=True),
        *_normalized(160, padding="same"),
        *_normalized(160, padding="same"),
        layers.GlobalAveragePooling2D(),
        layers.Dropout(0.2),
    )


def _normalized(filters: int, *, padding: str, pool: bool = False) -> list[keras.Layer]:
    convolution = layers.Conv2D(filters, 3, padding=padding, use_bias=False)
    # Pooling first leaves a quarter of the values to normalize and rectify.
    pooling = [layers.MaxPooling2D()] if pool else []
    return [convolution, *pooling, layers.BatchNormalization(), layers.ReLU()]


def conv_dropout(classes: int = 10) -> keras.Model:
    """Two convolutions and no hidden layer, half of the features dropped: Keras's own first example."""
    return _network("conv_dropout", classes, *_two_convolutions(), layers.Dropout(0.5))


def conv_dense64(classes: int = 10) -> keras.Model:
    """Two convolutions and a hidden layer of 64."""
    return _network("conv_dense64", classes, *_two_convolutions(), layers.Dense(64, activation="relu"))


def vgg_batchnorm(classes: int = 10) -> keras.Model:
    """VGG in small: two blocks of two convolutions, with batch normalization behind every layer."""
    return _network(
        "vgg_batchnorm",
        classes,
        *_block(32, dropout=0.25, normalized=True),
        *_block(64, dropout=0.25, normalized=True),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.5),
    )


def conv3_rmsprop(classes: int = 10) -> keras.Model:
    """Three convolutions of growing width and two hidden layers."""
    return _network(
        "conv3_rmsprop",
        classes,
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(128, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
    )


def sprint(classes: int = 10) -> keras.Model:
    """Few channels on small images: made to learn in seconds on a CPU.

    The blank margin is cut off, and the first convolution takes steps of three instead of being pooled,
    for pooling's gradient takes as long as a convolution's: an eighth of the multiplications of
    `simple`. Batch normalization makes up for it, where there are few values to normalize.
    """
    return _network(
        "sprint",
        classes,
        layers.Rescaling(1 / MNIST_DEVIATION, offset=-MNIST_MEAN / MNIST_DEVIATION),
        layers.Cropping2D(2),
        layers.Conv2D(16, 5, strides=3, activation="relu"),
        layers.Conv2D(48, 3, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(96, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    )


def lenet5(classes: int = 10) -> keras.Model:
    """LeNet-5, the first CNN that read checks: three 5x5 convolutions, averages between them, tanh.

    As published but for three things: every filter of the second convolution sees all six maps before it,
    pooling has no weights of its own, and a softmax stands in the place of the distances to drawn digits.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998.
    """
    return _network(
        "lenet5",
        classes,
        # The paper pads the images to 32 x 32 instead.
        layers.Conv2D(6, 5, padding="same", activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(120, 5, activation="tanh"),
        layers.Flatten(),
        layers.Dense(84, activation="tanh"),
    )


def resnet_small(classes: int = 10) -> keras.Model:
    """A residual network of seven convolutions: each block adds to what came in.

    Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016; the
    blocks are those of its section 4.2, with a convolution of 1 x 1 where a block changes the shape.
    """
    image = value = layers.Input(INPUT_SHAPE)
    for layer in _normalized(18, padding="same", pool=True):
        value = layer(value)
    for filters, stride in ((18, 1), (36, 2), (72, 2)):
        value = residual_block(value, filters, stride=stride)
    value = layers.GlobalAveragePooling2D()(value)
    value = layers.Dense(classes, activation="softmax")(value)
    return keras.Model(image, value, name="resnet_small")


def residual_block(value: Any, filters: int, *, stride: int = 1) -> Any:
    """Two convolutions of 3 x 3 with batch normalization, added to what came in, then ReLU.

    Args:
        value: (n, height, width, channels), a Keras tensor.
        filters: of each convolution, and of one of 1 x 1 that what came in passes where its shape changes.
        stride: of the first convolution; 2 halves height and width.

    Returns:
        (n, height / stride rounded up, width / stride rounded up, filters), a Keras tensor.
    """
    inside = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(value)
    inside = layers.ReLU()(layers.BatchNormalization()(inside))
    inside = layers.Conv2D(filters, 3, padding="same", use_bias=False)(inside)
    inside = layers.BatchNormalization()(inside)
    if stride > 1 or value.shape[-1] != filters:
        value = layers.Conv2D(filters, 1, strides=stride, padding="same", use_bias=False)(value)
        value = layers.BatchNormalization()(value)
    return layers.ReLU()(layers.Add()([inside, value]))


def tiny(classes: int = 10) -> keras.Model:
    """Under 2,000 weights: separable convolutions, which filter each channel and then mix them."""
    return _network(
        "tiny",
        classes,
        *_normalized(10, padding="valid", pool=True),
        *_separable(16, pool=True),
        *_separable(20),
        *_separable(24),
        layers.GlobalAveragePooling2D(),
    )


def small(classes: int = 10) -> keras.Model:
    """Under 8,000 weights: `tiny` with more channels and one layer more."""
    return _network(
        "small",
        classes,
        *_normalized(16, padding="valid", pool=True),
        *_separable(32),
        *_separable(40, pool=True),
        *_separable(40),
        *_separable(48),
        layers.GlobalAveragePooling2D(),
    )


def _separable(filters: int, *, pool: bool = False) -> list[keras.Layer]:
    convolution = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)
    pooling = [layers.MaxPooling2D()] if pool else []
    return [convolution, *pooling, layers.BatchNormalization(), layers.ReLU()]


_BUILDERS = (
    simple,
    deeper,
    conv_dropout,
    conv_dense64,
    vgg_batchnorm,
    conv3_rmsprop,
    lenet5,
    resnet_small,
    sprint,
    tiny,
    small,
    reader,
)

ARCHITECTURES: dict[str, Callable[[int], keras.Model]] = {
    builder.__name__.replace("_", "-"): builder for builder in _BUILDERS
}
"""By the name of their preset."""
