"""The networks of the presets, each a flat list of layers, without Keras.

Every one takes (n, 28, 28, 1); a dense layer with a softmax over the classes follows the last layer.
"""

from digitcnn.training.networks.layers import DesignLayer, layer

Network = tuple[DesignLayer, ...]

MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081
"""Of the pixels of MNIST's training images."""


def _two_convolutions() -> Network:
    """The first layers of most introductions."""
    return (
        layer("Conv2D", filters=32, padding="valid"),
        layer("MaxPooling2D"),
        layer("Conv2D", filters=64, padding="valid"),
        layer("MaxPooling2D"),
        layer("Flatten"),
    )


def _block(filters: int, *, dropout: float, normalized: bool = False) -> Network:
    """Two convolutions, with batch normalization behind each where asked for, then pooling and dropout."""
    normalization = (layer("BatchNormalization"),) if normalized else ()
    convolution = (layer("Conv2D", filters=filters), *normalization)
    return (*convolution, *convolution, layer("MaxPooling2D"), layer("Dropout", rate=dropout))


def _normalized(filters: int, *, padding: str, pool: bool = False) -> Network:
    convolution = layer("Conv2D", filters=filters, padding=padding, activation="linear", bias=False)
    # Pooling first leaves a quarter of the values to normalize and rectify.
    pooling = (layer("MaxPooling2D"),) if pool else ()
    return (convolution, *pooling, layer("BatchNormalization"), layer("Activation"))


def _separable(filters: int, *, pool: bool = False) -> Network:
    convolution = layer("SeparableConv2D", filters=filters, activation="linear", bias=False)
    pooling = (layer("MaxPooling2D"),) if pool else ()
    return (convolution, *pooling, layer("BatchNormalization"), layer("Activation"))


SIMPLE: Network = (*_two_convolutions(), layer("Dense", units=128))
"""Two convolutions, each with its pooling, and one hidden layer: where most courses begin."""

DEEPER: Network = (
    *_block(24, dropout=0.2),
    *_block(48, dropout=0.2),
    *_block(96, dropout=0.2),
    layer("Flatten"),
    layer("Dense", units=256),
    layer("Dropout", rate=0.5),
)
"""Three blocks of two convolutions: two 3x3 see as far as one 5x5 and bend twice."""

CONV_DROPOUT: Network = (*_two_convolutions(), layer("Dropout", rate=0.5))
"""Two convolutions and no hidden layer, half of the features dropped: Keras's own first example."""

CONV_DENSE64: Network = (*_two_convolutions(), layer("Dense", units=64))
"""Two convolutions and a hidden layer of 64."""

VGG_BATCHNORM: Network = (
    *_block(32, dropout=0.25, normalized=True),
    *_block(64, dropout=0.25, normalized=True),
    layer("Flatten"),
    layer("Dense", units=512),
    layer("BatchNormalization"),
    layer("Dropout", rate=0.5),
)
"""VGG in small: two blocks of two convolutions, with batch normalization behind every layer."""

CONV3_RMSPROP: Network = (
    layer("Conv2D", filters=32),
    layer("MaxPooling2D"),
    layer("Conv2D", filters=64),
    layer("MaxPooling2D"),
    layer("Conv2D", filters=128),
    layer("Flatten"),
    layer("Dense", units=128),
    layer("Dense", units=64),
    layer("Dropout", rate=0.5),
)
"""Three convolutions of growing width and two hidden layers."""

LENET5: Network = (
    # The paper pads the images to 32 x 32 instead.
    layer("Conv2D", filters=6, kernel=5, activation="tanh"),
    layer("AveragePooling2D"),
    layer("Conv2D", filters=16, kernel=5, padding="valid", activation="tanh"),
    layer("AveragePooling2D"),
    layer("Conv2D", filters=120, kernel=5, padding="valid", activation="tanh"),
    layer("Flatten"),
    layer("Dense", units=84, activation="tanh"),
)
"""LeNet-5, the first CNN that read checks: three 5x5 convolutions, averages between them, tanh.

As published but for three things: every filter of the second convolution sees all six maps before it,
pooling has no weights of its own, and a softmax stands in the place of the distances to drawn digits.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86(11), 1998.
"""

RESNET_SMALL: Network = (
    *_normalized(18, padding="same", pool=True),
    layer("Residual", filters=18),
    layer("Residual", filters=36, stride=2),
    layer("Residual", filters=72, stride=2),
    layer("GlobalAveragePooling2D"),
)
"""A residual network of seven convolutions: each block adds to what came in.

Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition", CVPR 2016; the
blocks are those of its section 4.2, with a convolution of 1 x 1 where a block changes the shape.
"""

SPRINT: Network = (
    layer("Rescaling", scale=1 / MNIST_DEVIATION, offset=-MNIST_MEAN / MNIST_DEVIATION),
    layer("Cropping2D", margin=2),
    layer("Conv2D", filters=16, kernel=5, stride=3, padding="valid"),
    layer("Conv2D", filters=48, padding="valid", activation="linear", bias=False),
    layer("BatchNormalization", momentum=0.9),
    layer("Activation"),
    layer("Flatten"),
    layer("Dense", units=96, activation="linear", bias=False),
    layer("BatchNormalization", momentum=0.9),
    layer("Activation"),
)
"""Few channels on small images: made to learn in seconds on a CPU.

The blank margin is cut off, and the first convolution takes steps of three instead of being pooled,
for pooling's gradient takes as long as a convolution's: an eighth of the multiplications of
`simple`. Batch normalization makes up for it, where there are few values to normalize.
"""

TINY: Network = (
    *_normalized(10, padding="valid", pool=True),
    *_separable(16, pool=True),
    *_separable(20),
    *_separable(24),
    layer("GlobalAveragePooling2D"),
)
"""Under 2,000 weights: separable convolutions, which filter each channel and then mix them."""

SMALL: Network = (
    *_normalized(16, padding="valid", pool=True),
    *_separable(32),
    *_separable(40, pool=True),
    *_separable(40),
    *_separable(48),
    layer("GlobalAveragePooling2D"),
)
"""Under 8,000 weights: `tiny` with more channels and one layer more."""

READER: Network = (
    *_normalized(32, padding="valid"),
    *_normalized(32, padding="valid", pool=True),
    *_normalized(80, padding="valid"),
    *_normalized(80, padding="valid", pool=True),
    *_normalized(160, padding="same"),
    *_normalized(160, padding="same"),
    layer("GlobalAveragePooling2D"),
    layer("Dropout", rate=0.2),
)
"""Six convolutions with batch normalization and a global average: small, and hard to overfit.

Without padding where the images are large: their margins are blank, and the time is better spent
on channels.
"""
