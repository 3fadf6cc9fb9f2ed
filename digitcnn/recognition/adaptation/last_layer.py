"""The last, dense layer of a `model.tflite`: read, replaced, and left out, by changing bytes in place.

LiteRT's files are flatbuffers: numbers lie in them as they are, so that others of the same size can take
their place. TensorFlow is not needed.
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitcnn.errors import NotSupportedError


@dataclass(frozen=True, eq=False)
class LastLayer:
    """A dense layer behind which nothing but softmax follows.

    Attributes:
        weights: (classes, features) float32.
        bias: (classes,) float32.
    """

    weights: np.ndarray
    bias: np.ndarray


def read_last_layer(model: bytes) -> LastLayer:
    """Reads the last layer of a model.

    Raises:
        NotSupportedError: the model does not end in a dense layer of float32 with a bias, and softmax.
    """
    place = _Place(bytearray(model))
    return LastLayer(place.weights.copy(), place.bias.copy())


def with_last_layer(model: bytes, layer: LastLayer) -> bytes:
    """The model with another last layer, of the same shape.

    Raises:
        NotSupportedError: as for `read_last_layer`.
        ValueError: the shape differs.
    """
    place = _Place(data := bytearray(model))
    if layer.weights.shape != place.weights.shape or layer.bias.shape != place.bias.shape:
        raise ValueError(f"expected weights {place.weights.shape}, received {layer.weights.shape}")
    place.weights[:], place.bias[:] = layer.weights, layer.bias
    return bytes(data)


def without_last_layer(model: bytes) -> bytes:
    """The model that gives features, (n, features), instead of probabilities.

    Raises:
        NotSupportedError: as for `read_last_layer`.
    """
    place = _Place(data := bytearray(model))
    place.outputs[0] = place.entry
    return bytes(data)


class _Place:
    """Where the last layer lies in the bytes of a model; its arrays are views: writing changes the bytes."""

    def __init__(self, data: bytearray):
        # Only this and the browser's export need the format's description: 6 MB of memory.
        from ai_edge_litert import schema_py_generated as schema

        try:
            self._find(schema, data)
        except (TypeError, ValueError, IndexError, AttributeError, struct.error) as error:
            raise NotSupportedError(
                f"This model cannot learn: it does not end in a dense layer and softmax ({error})."
            ) from None

    def _find(self, schema: Any, data: bytearray) -> None:
        model = schema.Model.GetRootAs(data)
        graph = model.Subgraphs(0)
        *_, dense, softmax = (graph.Operators(at) for at in range(graph.OperatorsLength()))
        self.outputs = graph.OutputsAsNumpy()
        kinds = schema.BuiltinOperator
        for operator, expected in ((dense, kinds.FULLY_CONNECTED), (softmax, kinds.SOFTMAX)):
            code = model.OperatorCodes(operator.OpcodeIndex())
            if max(code.BuiltinCode(), code.DeprecatedBuiltinCode()) != expected:
                raise ValueError("another layer comes last")
        if list(self.outputs) != list(softmax.OutputsAsNumpy()) or softmax.Inputs(0) != dense.Outputs(0):
            raise ValueError("its output is another one")
        self.entry, *constants = dense.InputsAsNumpy().tolist()
        if len(constants) != 2:
            raise ValueError("the layer has no bias")
        self.weights, self.bias = (_array(schema, model, graph.Tensors(at)) for at in constants)


def _array(schema: Any, model: Any, tensor: Any) -> np.ndarray:
    if tensor.Type() != schema.TensorType.FLOAT32:
        raise ValueError("its numbers are not float32")
    return model.Buffers(tensor.Buffer()).DataAsNumpy().view(np.float32).reshape(tensor.ShapeAsNumpy())
