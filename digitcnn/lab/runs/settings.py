"""The settings of a training that can be chosen, their limits, and their command-line options."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, get_args

from digitcnn.errors import InputError
from digitcnn.run_folder import RunRecord
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

OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)


@dataclass(frozen=True)
class Limit:
    """The least and the greatest value of a setting, and the setting in one line."""

    least: float
    greatest: float
    help: str


LIMITS: dict[str, Limit] = {
    "epochs": Limit(1, 200, "How often the network sees every training image."),
    "batch_size": Limit(8, 4096, "Images per step: fewer make noisier steps, and more of them."),
    "learning_rate": Limit(1e-6, 1.0, "The size of a step: too small learns slowly, too large not at all."),
    "validation_split": Limit(0.01, 0.5, "The share of images that is kept out to watch the training with."),
    "images": Limit(100, 1_000_000, "How many of the training images are used; fewer are faster."),
    "seed": Limit(0, 2**31 - 1, "Another number, other random weights and another order of the images."),
}
"""Of the settings that are numbers."""


@dataclass(frozen=True)
class Settings:
    """The settings of a recipe that can be chosen.

    Attributes:
        preset: name of the architecture and recipe.
        images: number of training images to use; None for all.
        seed: of weights, split, order and augmentation.
        epochs, batch_size, optimizer, learning_rate, schedule: as in `Recipe`.
        augmentation, validation_split: as in `Recipe`.

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
    images: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise InputError(f"There is no preset {self.preset!r}; there are: {', '.join(PRESETS)}.")
        for name, allowed in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            if (value := getattr(self, name)) not in allowed:
                raise InputError(f"There is no {name} {value!r} here; there are: {', '.join(allowed)}.")
        for name, limit in LIMITS.items():
            value = getattr(self, name)
            if value is not None and not limit.least <= value <= limit.greatest:
                raise InputError(
                    f"{name.replace('_', ' ').capitalize()} must be between {limit.least:g} and "
                    f"{limit.greatest:g}, received {value:g}."
                )

    @classmethod
    def of_preset(cls, name: str, chosen: Mapping[str, Any] | None = None) -> "Settings":
        """A preset's settings, with the chosen ones that are not None in their place.

        Raises:
            InputError: there is no such preset, or a value is outside of its limits.
        """
        if name not in PRESETS:
            raise InputError(f"There is no preset {name!r}; there are: {', '.join(PRESETS)}.")
        recipe = PRESETS[name].recipe
        own = {
            entry.name: getattr(recipe, entry.name) for entry in fields(cls) if hasattr(recipe, entry.name)
        }
        return cls(
            preset=name, **own | {key: value for key, value in (chosen or {}).items() if value is not None}
        )

    @classmethod
    def of_record(cls, record: RunRecord) -> "Settings":
        """The settings that a run was begun with.

        Raises:
            InputError: the preset is no longer there, or a value is outside of its limits.
        """
        names = {entry.name for entry in fields(cls)}
        chosen = {key: value for key, value in record.settings.items() if key in names}
        return cls.of_preset(record.preset, chosen | {"seed": record.seed})

    @property
    def recipe(self) -> Recipe:
        own = asdict(self)
        return replace(
            PRESETS[self.preset].recipe,
            **{key: own[key] for key in own if key not in ("preset", "images", "seed")},
        )

    def as_recorded(self) -> dict[str, Any]:
        """The settings as `run.json` records them."""
        return asdict(self.recipe) | {"images": self.images}


def arguments_of(settings: Settings) -> list[str]:
    """The command line's arguments, after `python -m digitcnn`, that train with these settings."""
    words = [word for option in _options(settings).values() for word in option]
    return ["train", settings.preset, *words]


def command_of(settings: Settings) -> str:
    """The shortest command that trains with these settings, without the preset's own values."""
    own = _options(Settings.of_preset(settings.preset))
    words = [
        word for name, option in _options(settings).items() if option != own.get(name) for word in option
    ]
    return " ".join(["python -m digitcnn train", settings.preset, *words])


def _options(settings: Settings) -> dict[str, list[str]]:
    """The words of each setting's option."""
    options = {}
    for name, value in asdict(settings).items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            options[name] = [f"--{option}" if value else f"--no-{option}"]
        elif name != "preset" and value is not None:
            options[name] = [f"--{option}", str(value)]
    return options
