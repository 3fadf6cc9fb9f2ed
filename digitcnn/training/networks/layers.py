"""The layers that a network can be made of, their options and the limits of each, without Keras."""

from dataclasses import dataclass
from typing import Any

from digitcnn.errors import InputError

ACTIVATIONS = ("linear", "relu", "elu", "sigmoid", "tanh")
PADDINGS = ("same", "valid")

Value = int | float | str | bool
"""Of an option."""


@dataclass(frozen=True)
class Option:
    """One option of a kind of layer.

    Attributes:
        default: its value where none is given; its type is that of the option.
        least, greatest: of a number.
        choices: of a text.
        label: its name on a page.
    """

    default: Value
    least: float = 0
    greatest: float = 0
    choices: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class LayerKind:
    """A kind of layer, named as Keras names it but for the residual block.

    Attributes:
        label: its name on a page.
        help: in a sentence.
        options: by their names in a design's file.
    """

    label: str
    help: str
    options: dict[str, Option]


_FILTERS = Option(32, 1, 1024, label="Filters")
_KERNEL = Option(3, 1, 28, label="Kernel")
_STRIDE = Option(1, 1, 14, label="Stride")
_PADDING = Option("same", choices=PADDINGS, label="Padding")
_ACTIVATION = Option("relu", choices=ACTIVATIONS, label="Activation")
_BIAS = Option(True, label="Bias")
_CONVOLUTION = {
    "filters": _FILTERS,
    "kernel": _KERNEL,
    "stride": _STRIDE,
    "padding": _PADDING,
    "activation": _ACTIVATION,
    "bias": _BIAS,
}
# A window of 1 x 1 makes TensorFlow 2.21 abort in training, with steps on a single map.
_SEPARABLE = _CONVOLUTION | {"kernel": Option(3, 2, 28, label="Kernel")}
_WINDOW = {"size": Option(2, 2, 28, label="Window")}

KINDS: dict[str, LayerKind] = {
    "Conv2D": LayerKind("Convolution", "Looks for a shape everywhere, one map per filter.", _CONVOLUTION),
    "SeparableConv2D": LayerKind(
        "Separable convolution", "Filters each map alone, then mixes them: far fewer weights.", _SEPARABLE
    ),
    "MaxPooling2D": LayerKind("Max pooling", "Keeps the strongest value of each little window.", _WINDOW),
    "AveragePooling2D": LayerKind("Average pooling", "Keeps the average of each little window.", _WINDOW),
    "BatchNormalization": LayerKind(
        "Batch normalization",
        "Brings every map to a common scale, which lets the network learn faster.",
        {"momentum": Option(0.99, 0.5, 0.9999, label="Momentum")},
    ),
    "Activation": LayerKind(
        "Activation",
        "Bends each value, so that layers can tell more apart than straight lines can.",
        {"function": Option("relu", choices=ACTIVATIONS[1:], label="Function")},
    ),
    "Dropout": LayerKind(
        "Dropout",
        "Hides some values at random while it trains, so that none is relied on alone.",
        {"rate": Option(0.25, 0.01, 0.9, label="Share hidden")},
    ),
    "Residual": LayerKind(
        "Residual block",
        "Two convolutions whose result is added to what came in, so that deep networks learn.",
        {"filters": _FILTERS, "stride": _STRIDE},
    ),
    "Flatten": LayerKind("Flatten", "Lays all maps out as one row of values.", {}),
    "GlobalAveragePooling2D": LayerKind("Global average", "Keeps one value per map: its average.", {}),
    "Dense": LayerKind(
        "Dense",
        "Every neuron weighs all values that come in.",
        {"units": Option(128, 1, 4096, label="Neurons"), "activation": _ACTIVATION, "bias": _BIAS},
    ),
    "Cropping2D": LayerKind(
        "Cropping", "Cuts off the margin.", {"margin": Option(2, 1, 13, label="Pixels cut off")}
    ),
    "Rescaling": LayerKind(
        "Rescaling",
        "Multiplies every pixel, and adds to it.",
        {
            "scale": Option(1.0, -1000, 1000, label="Factor"),
            "offset": Option(0.0, -1000, 1000, label="Offset"),
        },
    ),
}
"""By the name in a design's file."""


@dataclass(frozen=True)
class DesignLayer:
    """One layer of a design.

    Attributes:
        kind: a key of `KINDS`.
        options: every option of the kind.
    """

    kind: str
    options: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The layer as `run.json` keeps it: its kind and every option."""
        return {"kind": self.kind, **self.options}


def layer(kind: str, **options: Any) -> DesignLayer:
    """A layer of a kind, with the kind's own values for options that are not given.

    Raises:
        InputError: there is no such kind or option, or a value is outside of its limits.
    """
    if kind not in KINDS:
        raise InputError(f"There is no layer {kind!r}; there are: {', '.join(KINDS)}.")
    known = KINDS[kind].options
    if unknown := [name for name in options if name not in known]:
        named = f"it has {', '.join(known)}" if known else "it has none"
        raise InputError(f"{kind} has no option {unknown[0]!r}; {named}.")
    return DesignLayer(
        kind,
        {
            name: _check(kind, name, option, options.get(name, option.default))
            for name, option in known.items()
        },
    )


def layer_from_json(data: Any) -> DesignLayer:
    """A layer from its kind and options.

    Raises:
        InputError: it is no layer, or as in `layer`.
    """
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise InputError(
            f'A layer must be a table with a kind, such as {{ kind = "Flatten" }}, received {data!r:.80}.'
        )
    return layer(data["kind"], **{key: value for key, value in data.items() if key != "kind"})


def _check(kind: str, name: str, option: Option, value: Any) -> Value:
    """The value in the option's own type."""
    if option.choices or isinstance(option.default, bool):
        allowed = option.choices or (True, False)
        if value not in allowed or isinstance(value, bool) != isinstance(option.default, bool):
            words = ", ".join(str(each).lower() for each in allowed)
            raise InputError(f"{name} of {kind} must be one of {words}, received {value!r:.80}.")
        return value
    whole = isinstance(option.default, int)
    fits = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and option.least <= value <= option.greatest
    )
    if not fits or (whole and value != int(value)):
        number = "a whole number" if whole else "a number"
        raise InputError(
            f"{name} of {kind} must be {number} between {option.least:g} and {option.greatest:g}, "
            f"received {value!r:.80}."
        )
    return int(value) if whole else float(value)
