"""How training goes within an epoch: `batches.csv`, bounded in size."""

import csv
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.33
"""Seconds between rows, until the file is full."""

MAX_ROWS = 2000
"""A full file loses every second row, and from then on rows come half as often."""

COLUMNS = ("epoch", "accuracy", "loss")


@dataclass(frozen=True)
class BatchRow:
    """A stretch of batches.

    Attributes:
        epoch: where the stretch ends: 1.5 is halfway through the second epoch.
        accuracy, loss: the mean over the stretch.
    """

    epoch: float
    accuracy: float
    loss: float


class BatchLog:
    """Appends rows to `batches.csv`, from the running means that Keras reports."""

    def __init__(self, path: Path, *, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Goes on after `done` whole epochs; later rows are of batches that are trained again."""
        self.path = path
        self._clock = clock
        self._rows = [row for row in read_batches(path) if row.epoch <= done]
        self._every, self._written = EVERY, 0.0
        self._means = BatchRow(0.0, 0.0, 0.0)
        self._steps = 0
        self._rewrite()

    def begin_epoch(self) -> None:
        """Keras's running means start anew."""
        self._means, self._steps = BatchRow(0.0, 0.0, 0.0), 0

    def add(self, epoch: float, step: int, accuracy: float, loss: float) -> None:
        """Notes the running means of the epoch so far, after `step` batches of it.

        What came since the row before is told apart from them; the last batch of an epoch counts as
        a whole one, which it may not be.
        """
        now = self._clock()
        if now - self._written < self._every or step <= self._steps:
            return
        self._written = now
        span = step - self._steps

        def since(mean: float, before: float) -> float:
            return (mean * step - before * self._steps) / span

        accuracy_since = min(1.0, max(0.0, since(accuracy, self._means.accuracy)))
        row = BatchRow(round(epoch, 4), round(accuracy_since, 5), round(since(loss, self._means.loss), 5))
        self._means, self._steps = BatchRow(epoch, accuracy, loss), step
        self._rows.append(row)
        if len(self._rows) > MAX_ROWS:
            self._rows = self._rows[1::2]
            self._every *= 2
            self._rewrite()
            return
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow((row.epoch, row.accuracy, row.loss))

    def _rewrite(self) -> None:
        temporary = self.path.with_suffix(".csv.part")
        with temporary.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows((row.epoch, row.accuracy, row.loss) for row in self._rows)
        os.replace(temporary, self.path)


def read_batches(path: Path) -> list[BatchRow]:
    """The rows of a `batches.csv`; one that is not whole yet is left out, a missing file has none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    rows = []
    for line in text[: text.rfind("\n") + 1].splitlines()[1:]:
        try:
            epoch, accuracy, loss = map(float, line.split(","))
        except ValueError:
            continue
        rows.append(BatchRow(epoch, accuracy, loss))
    return rows
