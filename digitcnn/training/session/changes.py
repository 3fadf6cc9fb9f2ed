"""Changes to a running training: those that its owner asks for, and the record of those that were made."""

import csv
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from digitcnn.run_folder import replacing


@dataclass(frozen=True)
class Request:
    """The contents of `request.json`: how a run's owner wants the training to go on.

    Attributes:
        learning_rate: in the place of the recipe's; None to leave it as it is.
        paused: whether it is to wait.
    """

    learning_rate: float | None = None
    paused: bool = False


@dataclass(frozen=True)
class Change:
    """A row of `changes.csv`: a change of the learning rate, or a pause.

    Attributes:
        epoch: its position, as in `batches.csv`: 1.5 is halfway through the second epoch.
        old_rate, new_rate: before any schedule; equal for a pause.
        paused: seconds; 0 for a change of the learning rate.
    """

    epoch: float
    old_rate: float
    new_rate: float
    paused: float = 0.0


class Clock:
    """Seconds since it was made, except for those in which it was stopped."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self._began

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stands still inside."""
        stopped = time.monotonic()
        try:
            yield
        finally:
            self._began += time.monotonic() - stopped


def read_request(path: Path) -> Request:
    """The request in a `request.json`; one that asks for nothing where the file is missing or broken."""
    try:
        asked = json.loads(path.read_text(encoding="utf-8"))
        rate, paused = asked.get("learning_rate"), asked.get("paused")
        is_rate = type(rate) in (int, float) and math.isfinite(rate) and rate > 0
        return Request(rate if is_rate else None, paused is True)
    except (OSError, ValueError, AttributeError):
        return Request()


def read_changes(path: Path) -> tuple[Change, ...]:
    """The rows of a `changes.csv`, in the order in which they were made; none where the file is missing."""
    changes = []
    with suppress(OSError, ValueError, csv.Error), path.open(newline="", encoding="utf-8") as file:
        for row in [*csv.reader(file)][1:]:
            with suppress(TypeError, ValueError):
                changes.append(Change(*map(float, row)))
    return tuple(changes)


def write_changes(path: Path, changes: tuple[Change, ...]) -> None:
    """Replaces a `changes.csv`."""
    with replacing(path) as new, new.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(each.name for each in fields(Change))
        writer.writerows(map(astuple, changes))
