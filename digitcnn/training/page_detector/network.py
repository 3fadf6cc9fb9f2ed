"""The page detector: a fully convolutional network with an answer for every 4 x 4 pixels.

Source: X. Zhou, D. Wang, P. Krähenbühl, "Objects as Points", 2019, arXiv:1904.07850.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.layers import Add, BatchNormalization, Concatenate, Conv2D, Input, Layer, ReLU

from digitcnn.ink.images.page_maps import CHANNELS, CLASSES, HEAT, OFFSET, SIZE
from digitcnn.run_folder import replacing

_PRIOR = -4.0
"""Bias of the heat maps: few cells are the middle of a digit."""


class _Spread(Layer):
    """Four channels to two by two pixels: unlike UpSampling2D, LiteRT runs it at any size of picture."""

    def call(self, x: Any) -> Any:
        return tf.nn.depth_to_space(x, 2)

    def compute_output_shape(self, shape: tuple) -> tuple:
        twice = [None if side is None else 2 * side for side in shape[1:3]]
        return shape[0], *twice, shape[3] // 4


def build() -> keras.Model:
    """(n, height, width, 3) RGB in 0-1, sides multiples of 16, to (n, height / 4, width / 4, 16) logits."""
    image = Input((None, None, 3))
    x = _convolve(_convolve(image, 16, 2), 32, 2)
    fine = _convolve(_convolve(x, 32), 32)
    x = _convolve(fine, 64, 2)
    middle = _convolve(_convolve(x, 64), 64)
    x = _convolve(middle, 80, 2)
    x = _convolve(_convolve(x, 80), 80)
    x = _Spread()(_convolve(x, 4 * 64, 1, 1))
    x = _convolve(Add()([x, middle]), 64)
    x = Concatenate()([_Spread()(_convolve(x, 4 * 40, 1, 1)), fine])
    x = _convolve(x, 48)
    bias = np.zeros(CHANNELS, np.float32)
    bias[HEAT] = _PRIOR
    values: Any = bias.tolist()  # Keras's own annotations are too narrow.
    start: Any = keras.initializers.Constant(values)
    maps = Conv2D(CHANNELS, 1, bias_initializer=start)(x)
    return keras.Model(image, maps, name="page_detector")


def _convolve(x: Any, filters: int, stride: int = 1, kernel: int = 3) -> Any:
    x = Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
    # The usual momentum of 0.99 lags behind a training of a few thousand steps.
    return ReLU()(BatchNormalization(momentum=0.97)(x))


def save_network(model: keras.Model, path: Path) -> None:
    """Writes the network for LiteRT, its weights as float16; it takes pictures of any size."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    with redirect_stdout(io.StringIO()):  # The converter lists every variable.
        converted = converter.convert()
    with replacing(path) as new:
        new.write_bytes(converted)


def load(path: Path) -> Any:
    """A network that was saved with its optimizer while it learned."""
    return keras.models.load_model(path, custom_objects={"_Spread": _Spread, "loss": loss})


def loss(target: Any, maps: Any) -> Any:
    """Focal loss of the heat maps, L1 of size and offset, cross entropy of the classes; a scalar."""
    heat, weight, own = target[..., HEAT], target[..., 8:9], target[..., 7]
    count = tf.maximum(tf.reduce_sum(tf.cast(heat > 0.999, tf.float32)), 1.0)
    logits = maps[..., HEAT]
    chance = tf.clip_by_value(tf.sigmoid(logits), 1e-5, 1 - 1e-5)
    found = (1 - chance) ** 2 * tf.math.log(chance) * tf.cast(heat > 0.999, tf.float32)
    absent = chance**2 * tf.math.log(1 - chance) * (1 - heat) ** 4
    focal = -tf.reduce_sum((found + absent) * weight) / count
    share = own / tf.maximum(tf.reduce_sum(own), 1.0)
    shape = tf.reduce_sum(
        tf.abs(maps[..., SIZE.start : OFFSET.stop] - target[..., SIZE.start : OFFSET.stop]), axis=-1
    )
    kind = tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.cast(target[..., 6], tf.int32), maps[..., CLASSES]
    )
    return focal + tf.reduce_sum(share * (shape + kind))
