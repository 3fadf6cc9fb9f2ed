"""The settings of a page detector's training."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digitcnn.errors import InputError
from digitcnn.run_folder import RunFolder, RunRecord

NAME = "page-detector"
"""Stands where a run's record names its preset."""

EPOCH = 100
"""Steps from one checkpoint to the next."""

MAX_STEPS = 1_000_000


@dataclass(frozen=True)
class DetectorSettings:
    """The settings of a training.

    Attributes:
        steps: in all.
        learning_rate: the highest one; it rises to it and falls again.
        start: names the LiteRT file of a page detector whose weights it begins with; None for random ones.
        batch_size: pages a step.

    Raises:
        InputError: there are too few steps or too many.
    """

    steps: int = 6000
    learning_rate: float = 3e-3
    start: str | None = None
    batch_size: int = 16

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= MAX_STEPS:
            raise InputError(f"Steps must be between 1 and {MAX_STEPS:,}, received {self.steps:,}.")

    @property
    def epochs(self) -> int:
        """How many times it is saved."""
        return -(-self.steps // EPOCH)

    def as_recorded(self) -> dict[str, Any]:
        """The settings as `run.json` records them."""
        return asdict(self) | {"epochs": self.epochs}


def detector_file(folder: RunFolder) -> Path:
    """The detector that a run has trained, for LiteRT: not `model.tflite`, which reads house digits."""
    return folder.path / "detector.tflite"


def arguments_of(record: RunRecord) -> list[str]:
    """The command line's arguments, after `python -m digitcnn`, that resume a run."""
    names = {"steps": "steps", "learning_rate": "learning-rate", "start": "start"}
    chosen = {option: record.settings.get(name) for name, option in names.items()} | {"seed": record.seed}
    given = {option: str(value) for option, value in chosen.items() if value is not None}
    words = [word for option, value in given.items() for word in (f"--{option}", value)]
    return ["train", NAME, *words]
