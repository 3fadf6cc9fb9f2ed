"""Starts a page detector from the weights of a LiteRT file, such as the one that ships."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import keras
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from keras.layers import BatchNormalization, Conv2D

from digitcnn.errors import InputError


def start_from(path: Path, model: keras.Model, pages: np.ndarray) -> None:
    """Gives the network the weights of a file that `save_network` wrote.

    The file holds convolutions with their batch normalization folded in. It is unfolded with the mean and the
    variance that each convolution has on `pages`, so that the network answers as the file does and learns on
    as if it had never been saved.

    Args:
        path: of the file.
        model: from `build`.
        pages: (n, height, width, 3) float32 in 0-1; some dozens.

    Raises:
        InputError: the file is missing or is no page detector.
    """
    convolutions: list[Any] = [layer for layer in model.layers if isinstance(layer, Conv2D)]
    norms: list[Any] = [layer for layer in model.layers if isinstance(layer, BatchNormalization)]
    folded = _read_convolutions(path)
    if [kernel.shape for kernel, _ in folded] != [layer.kernel.shape for layer in convolutions]:
        raise InputError(f"{path} holds a network of another shape than a page detector's.")
    for layer, (kernel, bias) in zip(convolutions, folded, strict=True):
        layer.set_weights([kernel, bias] if layer.use_bias else [kernel])
    biases = [bias for _, bias in folded]
    for norm, bias in zip(norms, biases, strict=False):
        _unfold(norm, bias, np.zeros_like(bias), np.ones_like(bias))
    inner = keras.Model(model.inputs[0], [layer.output for layer in convolutions[: len(norms)]])
    outputs: Any = inner(pages, training=False)
    for norm, bias, output in zip(norms, biases, outputs, strict=False):
        seen = np.asarray(output)
        _unfold(norm, bias, seen.mean(axis=(0, 1, 2)), seen.var(axis=(0, 1, 2)))


def _unfold(norm: Any, bias: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> None:
    """Sets a normalization that adds `bias` and knows the mean and the variance of what it is given."""
    norm.set_weights([np.sqrt(variance + norm.epsilon), bias + mean, mean, variance])


def _read_convolutions(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kernels, (height, width, in, out), and biases, (out,), as float32, in the order of the network."""
    try:
        model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes()))
        (graph,) = model.subgraphs
        kinds = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
        steps = [(kinds[step.opcodeIndex], step) for step in graph.operators]
        widened = {
            step.outputs[0]: graph.tensors[step.inputs[0]]
            for kind, step in steps
            if kind == schema.BuiltinOperator.DEQUANTIZE
        }

        def read(index: int) -> np.ndarray:
            tensor = widened[index]
            half = model.buffers[tensor.buffer].data.view(np.float16)
            return half.astype(np.float32).reshape(tensor.shape)

        return [
            (read(step.inputs[1]).transpose(1, 2, 3, 0), read(step.inputs[2]))
            for kind, step in steps
            if kind == schema.BuiltinOperator.CONV_2D
        ]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise InputError(f"{path} is not a page detector in LiteRT ({error}).") from None
