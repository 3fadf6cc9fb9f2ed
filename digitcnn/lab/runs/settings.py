"""The settings of a training that can be chosen, and their command-line options."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from digitcnn.errors import DatasetError, InputError
from digitcnn.lab.designs.store import find_preset, preset_of_record
from digitcnn.lab.runs.limits import LIMITS, OPTIMIZERS, SCHEDULES, Limit, require_within
from digitcnn.run_folder import RunRecord
from digitcnn.training.collection.registry import find_dataset
from digitcnn.training.presets import PRESETS, Optimizer, Preset, Recipe, Schedule

__all__ = [
    "LIMITS",
    "OPTIMIZERS",
    "PRESETS",
    "SCHEDULES",
    "Limit",
    "Optimizer",
    "Preset",
    "Schedule",
    "Settings",
    "arguments_of",
    "command_of",
]


@dataclass(frozen=True)
class Settings:
    """The settings of a recipe that can be chosen.

    Attributes:
        preset: name of the architecture and recipe.
        images: number of training images to use; None for all.
        seed: of weights, split, order and augmentation.
        epochs, batch_size, optimizer, learning_rate, schedule: as in `Recipe`.
        augmentation, validation_split, data: as in `Recipe`.
        base: the preset itself: of a run whose design was changed or deleted since, the design as it was.

    Raises:
        InputError: a value is outside of its limits.
    """

    preset: str
    epochs: int
    batch_size: int
    optimizer: Optimizer
    learning_rate: float
    schedule: Schedule
    augmentation: bool
    validation_split: float
    data: str = "mnist"
    images: int | None = None
    seed: int = 0
    base: Preset | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.base is None:
            object.__setattr__(self, "base", find_preset(self.preset))
        for name, allowed in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            if (value := getattr(self, name)) not in allowed:
                raise InputError(f"There is no {name} {value!r} here; there are: {', '.join(allowed)}.")
        try:
            find_dataset(self.data)
        except DatasetError as error:
            raise InputError(str(error)) from None
        for name in LIMITS:
            if (value := getattr(self, name)) is not None:
                require_within(name, value)

    @classmethod
    def of_preset(cls, preset: str | Preset, chosen: Mapping[str, Any] | None = None) -> "Settings":
        """A preset's settings, with the chosen ones that are not None in their place.

        Raises:
            InputError: there is no such preset, or a value is outside of its limits.
        """
        base = find_preset(preset) if isinstance(preset, str) else preset
        own = {name: getattr(base.recipe, name) for name in cls.names() if hasattr(base.recipe, name)}
        own |= {key: value for key, value in (chosen or {}).items() if value is not None}
        return cls(preset=base.name, base=base, **own)

    @classmethod
    def of_record(cls, record: RunRecord) -> "Settings":
        """The settings that a run was begun with.

        Raises:
            InputError: the preset is no longer there, or a value is outside of its limits.
        """
        chosen = {key: value for key, value in record.settings.items() if key in cls.names()}
        return cls.of_preset(preset_of_record(record), chosen | {"seed": record.seed})

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The settings that can be chosen, beside the preset."""
        return tuple(entry.name for entry in fields(cls) if entry.name not in ("preset", "base"))

    @property
    def recipe(self) -> Recipe:
        assert self.base
        own = {name: getattr(self, name) for name in self.names() if name not in ("images", "seed")}
        return replace(self.base.recipe, **own)

    def as_recorded(self) -> dict[str, Any]:
        """The settings as `run.json` records them."""
        return asdict(self.recipe) | {"images": self.images}


def arguments_of(settings: Settings) -> list[str]:
    """The command line's arguments, after `python -m digitcnn`, that train with these settings."""
    words = [word for option in _options(settings).values() for word in option]
    return ["train", settings.preset, *words]


def command_of(settings: Settings) -> str:
    """The shortest command that trains with these settings, without the preset's own values."""
    own = _options(Settings.of_preset(settings.base or settings.preset))
    words = [
        word for name, option in _options(settings).items() if option != own.get(name) for word in option
    ]
    return " ".join(["python -m digitcnn train", settings.preset, *words])


def _options(settings: Settings) -> dict[str, list[str]]:
    """The words of each setting's option."""
    options = {}
    for name in Settings.names():
        value = getattr(settings, name)
        option = name.replace("_", "-")
        if isinstance(value, bool):
            options[name] = [f"--{option}" if value else f"--no-{option}"]
        elif value is not None:
            options[name] = [f"--{option}", str(value)]
    return options
