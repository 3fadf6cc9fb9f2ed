"""A trained model as the browser's JavaScript takes it: its steps as JSON, its weights as float16.

They are read from `model.tflite`, where batch normalization is folded into the convolutions: every run
has one, and TensorFlow is not needed.
"""

import base64
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from digitcnn.errors import NotSupportedError, RunFolderError

Step = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Network:
    """A model for `network.js`.

    Attributes:
        steps: in the order in which they are computed, plain JSON. Each has `op`, the numbers of its inputs
            in `from`, that of its output in `to`, and the shape of its output for one digit; `weights`,
            `filters`, `bias` and `constant` are places in the weights.
        weights: float16, of all steps: of a convolution (height, width, channels, filters), of a dense layer
            (values, neurons).
    """

    steps: list[Step]
    weights: np.ndarray

    def as_json(self) -> dict[str, Any]:
        """Steps, and weights in base64, little-endian."""
        return {
            "steps": self.steps,
            "weights": base64.b64encode(self.weights.astype("<f2").tobytes()).decode(),
        }


def read_network(path: Path) -> Network:
    """Reads a `model.tflite`.

    Raises:
        RunFolderError: it cannot be read.
        NotSupportedError: it has a layer that the browser's reader does not know.
    """
    # Only this needs the format's description: 6 MB of memory.
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes()))
        return _Translation(schema, model).network()
    except (OSError, ValueError, TypeError, IndexError, AttributeError, struct.error) as error:
        raise RunFolderError(f"{path} cannot be read as a LiteRT model: {error}.") from None


class _Translation:
    """One model on its way from LiteRT's operators to steps."""

    def __init__(self, schema: Any, model: Any):
        self._schema = schema
        self._model = model
        self._graph = model.subgraphs[0]
        self._relu = schema.ActivationFunctionType.RELU
        self._same = schema.Padding.SAME
        self._steps: list[Step] = []
        self._weights: list[np.ndarray] = []
        self._place = 0
        # Tensors whose values the browser has, by the number under which it has them.
        self._known = {int(self._graph.inputs[0]): 0}

    def network(self) -> Network:
        for operator in self._graph.operators:
            self._translate(operator)
        return Network(self._steps, np.concatenate(self._weights).astype(np.float16))

    @cached_property
    def _translators(self) -> dict[int, Callable[[Any, list[int]], Step]]:
        kinds = self._schema.BuiltinOperator
        return {
            kinds.CONV_2D: self._convolution,
            kinds.DEPTHWISE_CONV_2D: self._depthwise,
            kinds.MAX_POOL_2D: lambda operator, values: self._pooling("max", operator, values),
            kinds.AVERAGE_POOL_2D: lambda operator, values: self._pooling("average", operator, values),
            kinds.FULLY_CONNECTED: self._dense,
            kinds.MUL: lambda operator, values: self._elementwise("multiply", operator, values),
            kinds.ADD: lambda operator, values: self._elementwise("add", operator, values),
            kinds.STRIDED_SLICE: self._crop,
            kinds.MEAN: lambda operator, values: {"op": "mean"},
            kinds.SOFTMAX: lambda operator, values: {"op": "softmax"},
            kinds.RELU: lambda operator, values: {"op": "relu"},
            kinds.TANH: lambda operator, values: {"op": "tanh"},
            kinds.LOGISTIC: lambda operator, values: {"op": "sigmoid"},
            kinds.ELU: lambda operator, values: {"op": "elu"},
        }

    def _translate(self, operator: Any) -> None:
        code = self._model.operatorCodes[operator.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        values = [int(at) for at in operator.inputs if int(at) in self._known]
        output = int(operator.outputs[0])
        kinds = self._schema.BuiltinOperator
        if kind == kinds.RESHAPE:
            self._known[output] = self._known[values[0]]
            return
        if not values or kind == kinds.SHAPE:
            return  # Works out a shape, which is known here.
        if kind not in self._translators:
            names = {number: name for name, number in vars(kinds).items() if isinstance(number, int)}
            raise NotSupportedError(f"The browser's reader does not know the layer {names.get(kind, kind)}.")
        self._known[output] = len(self._steps) + 1
        self._steps.append(
            {
                "from": [self._known[at] for at in values],
                "to": self._known[output],
                "shape": self._shape(output),
                "relu": getattr(operator.builtinOptions, "fusedActivationFunction", 0) == self._relu,
                **self._translators[kind](operator, values),
            }
        )

    def _convolution(self, operator: Any, values: list[int]) -> Step:
        weights = self._constant(operator.inputs[1]).transpose(1, 2, 3, 0)
        return {
            "op": "convolution",
            **self._windows(operator, values[0], weights.shape[:2]),
            "weights": self._keep(weights),
            "bias": self._bias(operator, weights.shape[-1]),
        }

    def _depthwise(self, operator: Any, values: list[int]) -> Step:
        weights = self._constant(operator.inputs[1])[0]
        if operator.builtinOptions.depthMultiplier != 1:
            raise NotSupportedError(
                "The browser's reader knows depthwise convolutions of one filter a channel."
            )
        return {
            "op": "depthwise",
            **self._windows(operator, values[0], weights.shape[:2]),
            "filters": self._keep(weights),
            "bias": self._bias(operator, weights.shape[-1]),
        }

    def _pooling(self, kind: str, operator: Any, values: list[int]) -> Step:
        options = operator.builtinOptions
        kernel = options.filterHeight, options.filterWidth
        return {"op": kind, **self._windows(operator, values[0], kernel)}

    def _dense(self, operator: Any, values: list[int]) -> Step:
        weights = self._constant(operator.inputs[1]).T
        return {
            "op": "dense",
            "weights": self._keep(weights),
            "bias": self._bias(operator, weights.shape[-1]),
        }

    def _elementwise(self, kind: str, operator: Any, values: list[int]) -> Step:
        if len(values) == 2:
            return {"op": kind}
        (other,) = (at for at in operator.inputs if int(at) not in self._known)
        constant = np.atleast_1d(self._constant(other))
        return {"op": kind, "constant": self._keep(constant), "size": constant.size}

    def _crop(self, operator: Any, values: list[int]) -> Step:
        _, top, left, _ = self._constant(operator.inputs[1]).tolist()
        return {"op": "crop", "corner": [top, left]}

    def _windows(self, operator: Any, source: int, kernel: tuple[int, ...]) -> Step:
        """Kernel, stride and padding before the first pixel, each (height, width)."""
        options = operator.builtinOptions
        strides = options.strideH, options.strideW
        padding = [0, 0]
        if options.padding == self._same:
            sides = zip(
                self._shape(source), self._shape(int(operator.outputs[0])), kernel, strides, strict=False
            )
            padding = [
                max((after - 1) * stride + size - before, 0) // 2 for before, after, size, stride in sides
            ]
        return {"kernel": [int(side) for side in kernel], "stride": list(strides), "padding": padding}

    def _bias(self, operator: Any, size: int) -> int:
        given = len(operator.inputs) > 2 and operator.inputs[2] >= 0
        return self._keep(self._constant(operator.inputs[2]) if given else np.zeros(size))

    def _keep(self, array: np.ndarray) -> int:
        place, self._place = self._place, self._place + array.size
        self._weights.append(np.ravel(array))
        return place

    def _shape(self, tensor: int) -> list[int]:
        return [int(side) for side in self._graph.tensors[tensor].shape[1:]]

    def _constant(self, at: int) -> np.ndarray:
        tensor = self._graph.tensors[int(at)]
        whole = tensor.type == self._schema.TensorType.INT32
        data = np.asarray(self._model.buffers[tensor.buffer].data, dtype=np.uint8)
        return data.view(np.int32 if whole else np.float32).reshape(tensor.shape)
