"""The values that the settings of a training can take."""

from dataclasses import dataclass
from typing import get_args

from digitcnn.errors import InputError
from digitcnn.training.presets import Keep, Optimizer, Schedule

OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)
KEEPS: tuple[Keep, ...] = get_args(Keep)


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


def require_within(name: str, value: float) -> None:
    """Checks a setting of `LIMITS`.

    Raises:
        InputError: the value is outside of its limits, or no number.
    """
    limit = LIMITS[name]
    if not limit.least <= value <= limit.greatest:
        raise InputError(
            f"{name.replace('_', ' ').capitalize()} must be between {limit.least:g} and "
            f"{limit.greatest:g}, received {value:g}."
        )
