"""A network as Keras code that needs nothing of ours."""

from collections.abc import Sequence
from typing import Any

from digitcnn.lab.designs.figures import measure_layers
from digitcnn.training.networks.layers import DesignLayer

_RESIDUAL_BLOCK = '''\
def residual_block(value, filters, stride=1):
    """Two convolutions, added to what came in (He et al. 2015)."""
    inside = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(value)
    inside = layers.ReLU()(layers.BatchNormalization()(inside))
    inside = layers.Conv2D(filters, 3, padding="same", use_bias=False)(inside)
    inside = layers.BatchNormalization()(inside)
    if stride > 1 or value.shape[-1] != filters:
        value = layers.Conv2D(filters, 1, strides=stride, padding="same", use_bias=False)(value)
        value = layers.BatchNormalization()(value)
    return layers.ReLU()(layers.Add()([inside, value]))
'''


def write_keras_code(network: Sequence[DesignLayer], classes: int = 10) -> str:
    """Python that builds the network as `model`, with Keras alone.

    Raises:
        InputError: the layers do not fit together.
    """
    measure_layers(network, classes)
    head = "import keras\nfrom keras import layers\n"
    last = f'layers.Dense({classes}, activation="softmax")'
    if all(each.kind != "Residual" for each in network):
        lines = ["layers.Input((28, 28, 1))", *map(_write_layer, network), last]
        body = "".join(f"    {line},\n" for line in lines)
        return f"{head}\nmodel = keras.Sequential([\n{body}])\n"
    lines = ["image = value = layers.Input((28, 28, 1))", *map(_write_step, network)]
    body = "".join(f"{line}\n" for line in lines)
    return f"{head}\n\n{_RESIDUAL_BLOCK}\n\n{body}model = keras.Model(image, {last}(value))\n"


def _write_step(each: DesignLayer) -> str:
    if each.kind != "Residual":
        return f"value = {_write_layer(each)}(value)"
    stride = f", stride={each.options['stride']}" if each.options["stride"] > 1 else ""
    return f"value = residual_block(value, {each.options['filters']}{stride})"


def _write_layer(each: DesignLayer) -> str:
    """The call that makes a layer, without the arguments that are Keras's own defaults."""
    options = each.options
    match each.kind:
        case "Conv2D" | "SeparableConv2D":
            arguments = [
                str(options["filters"]),
                str(options["kernel"]),
                *_named("strides", options["stride"], 1),
                *_named("padding", options["padding"], "valid"),
                *_named("activation", options["activation"], "linear"),
                *_named("use_bias", options["bias"], True),
            ]
        case "MaxPooling2D" | "AveragePooling2D":
            arguments = [str(options["size"])]
        case "BatchNormalization":
            arguments = _named("momentum", options["momentum"], 0.99)
        case "Dense":
            arguments = [
                str(options["units"]),
                *_named("activation", options["activation"], "linear"),
                *_named("use_bias", options["bias"], True),
            ]
        case "Activation":
            return (
                "layers.ReLU()"
                if options["function"] == "relu"
                else _call(each, [_quote(options["function"])])
            )
        case "Rescaling":
            arguments = [repr(options["scale"]), *_named("offset", options["offset"], 0.0)]
        case _:
            # One option or none: the rate of Dropout, the margin of Cropping2D.
            arguments = [repr(value) for value in options.values()]
    return _call(each, arguments)


def _call(each: DesignLayer, arguments: list[str]) -> str:
    return f"layers.{each.kind}({', '.join(arguments)})"


def _named(name: str, value: Any, default: Any) -> list[str]:
    return [] if value == default else [f"{name}={_quote(value)}"]


def _quote(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
