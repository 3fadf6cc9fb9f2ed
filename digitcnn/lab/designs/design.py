"""A design: a network with a name and a recipe, as TOML, as JSON, and as a preset."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from digitcnn.errors import InputError
from digitcnn.lab.designs.figures import measure_layers
from digitcnn.lab.runs.limits import KEEPS, LIMITS, OPTIMIZERS, SCHEDULES
from digitcnn.training.networks.layers import KINDS, DesignLayer, Option, layer_from_json
from digitcnn.training.networks.of_presets import Network
from digitcnn.training.presets import PRESETS, Preset, Recipe

__all__ = [
    "KINDS",
    "MAX_LAYERS",
    "NAME",
    "PRESETS",
    "RECIPE",
    "Design",
    "DesignLayer",
    "Option",
    "Preset",
    "check_name",
    "layers_as_json",
    "layers_from_json",
    "parse_toml",
    "read_toml",
    "write_toml",
]

MAX_LAYERS = 60

RECIPE = Recipe(epochs=10, schedule="cosine", one_hot=False)
"""Of a design that names none of its own."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

_CHOICES: dict[str, tuple[str, ...]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "keep": KEEPS}
_NUMBERS: dict[str, tuple[float, float]] = {
    **{name: (limit.least, limit.greatest) for name, limit in LIMITS.items() if hasattr(RECIPE, name)},
    "gentle_epochs": (0, 200),
    "weight_decay": (0.0, 1.0),
    "beta_1": (0.0, 0.9999),
    "beta_2": (0.0, 0.99999),
    "momentum": (0.0, 0.9999),
}
_RECIPE_KEYS = tuple(
    entry.name for entry in fields(Recipe) if entry.name in (*_CHOICES, *_NUMBERS, "augmentation")
)
"""Settings of a recipe that a design's file may name, in the recipe's own order."""


@dataclass(frozen=True)
class Design:
    """A network of one's own.

    Attributes:
        name: small letters, digits, - and _, 40 at most, and no preset's.
        layers: in order, without the last one, a dense layer over the classes.
        recipe: how it is trained, where nothing else is chosen.

    Raises:
        InputError: the name is not allowed, a layer does not fit, or there are too many.
    """

    name: str
    layers: Network
    recipe: Recipe = RECIPE

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.layers) > MAX_LAYERS:
            raise InputError(f"A design has at most {MAX_LAYERS} layers, received {len(self.layers)}.")
        measure_layers(self.layers)

    @property
    def summary(self) -> str:
        """The layers in one line, those that only bend, scale or hide values left out."""
        shown = [each for each in self.layers if each.kind not in _MINOR] or list(self.layers)
        named = [_short(each) for each in shown]
        return ", ".join(named[:8] + (["…"] if len(named) > 8 else [])) or "Dense alone"

    def as_preset(self) -> Preset:
        """The design as a preset, which can be trained."""
        return Preset(self.name, self.summary, "your own design", self.recipe, self.layers)


_MINOR = {"BatchNormalization", "Activation", "Dropout", "Flatten", "Rescaling", "Cropping2D"}


def check_name(name: str) -> None:
    """Raises InputError where a design cannot have this name."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(
            "A design's name has 1 to 40 small letters, digits, - and _, and begins with a letter or a "
            f"digit, received {name!r:.60}."
        )
    if name in PRESETS:
        raise InputError(f"{name} is the name of a preset that ships: choose another.")


def layers_from_json(data: Any) -> Network:
    """The layers that `run.json` or a file lists.

    Raises:
        InputError: it is no list of layers; the sentence begins with the layer's number.
    """
    if not isinstance(data, list | tuple):
        raise InputError(f'layers must be a list such as [{{ kind = "Flatten" }}], received {data!r:.80}.')
    layers = []
    for number, each in enumerate(data, 1):
        try:
            layers.append(layer_from_json(each))
        except InputError as error:
            raise InputError(f"Layer {number}: {error}") from None
    return tuple(layers)


def layers_as_json(layers: Sequence[DesignLayer]) -> list[dict[str, Any]]:
    """The layers as `run.json` keeps them, every option written out."""
    return [each.as_json() for each in layers]


def read_toml(path: Path) -> Design:
    """The design that a TOML file describes, named as the file is unless it says otherwise.

    Raises:
        InputError: the file is missing or not TOML, or a key or value of it is not allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"There is no file called {str(path)!r}: check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}.") from None
    try:
        return parse_toml(text, default_name=path.stem)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def parse_toml(text: str, *, default_name: str) -> Design:
    """The design that a TOML document describes.

    Raises:
        InputError: it is not TOML, or a key or value of it is not allowed.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"It cannot be read as TOML: {error}.") from None
    if unknown := [key for key in data if key not in ("name", "layers", "recipe")]:
        raise InputError(f"{unknown[0]} is not allowed in a design; allowed are name, layers and recipe.")
    if "layers" not in data:
        raise InputError(
            'layers is missing: give a list such as [{ kind = "Conv2D" }, { kind = "Flatten" }].'
        )
    recipe = _parse_recipe(data.get("recipe", {}))
    return Design(data.get("name", default_name), layers_from_json(data["layers"]), recipe)


def write_toml(design: Design) -> str:
    """The design as TOML, without the values that need not be named."""
    lines = [f'name = "{design.name}"', "layers = ["]
    for each in design.layers:
        known = KINDS[each.kind].options
        own = {key: value for key, value in each.options.items() if value != known[key].default}
        words = [f'kind = "{each.kind}"', *(f"{key} = {_toml(value)}" for key, value in own.items())]
        lines.append(f"  {{ {', '.join(words)} }},")
    lines += ["]", "", "[recipe]"]
    lines += [f"{key} = {_toml(getattr(design.recipe, key))}" for key in _RECIPE_KEYS if _is_own(design, key)]
    return "\n".join(lines) + "\n"


def _is_own(design: Design, key: str) -> bool:
    return key == "epochs" or getattr(design.recipe, key) != getattr(RECIPE, key)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _parse_recipe(data: Any) -> Recipe:
    if not isinstance(data, Mapping):
        raise InputError(f"recipe must be a table, received {data!r:.80}.")
    for key, value in data.items():
        if key not in _RECIPE_KEYS:
            raise InputError(f"{key} is not allowed in [recipe]; allowed are {', '.join(_RECIPE_KEYS)}.")
        if key in _CHOICES:
            allowed = f"one of {', '.join(_CHOICES[key])}"
            fits = value in _CHOICES[key]
        elif key == "augmentation":
            allowed, fits = "true or false", isinstance(value, bool)
        else:
            least, greatest = _NUMBERS[key]
            whole = isinstance(getattr(RECIPE, key), int)
            allowed = f"{'a whole number ' if whole else ''}between {least:g} and {greatest:g}"
            kinds = int if whole else int | float
            fits = isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= greatest
        if not fits:
            raise InputError(f"{key} must be {allowed}, received {value!r:.80}.")
    return replace(RECIPE, **{key: type(getattr(RECIPE, key))(value) for key, value in data.items()})


def _short(each: DesignLayer) -> str:
    amount = each.options.get("filters", each.options.get("units"))
    return f"{each.kind} {amount}" if amount else each.kind
