"""Accuracy and loss within an epoch: `batches.csv`, bounded in size."""

import csv
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from digitcnn.run_folder import replacing

EVERY = 0.33
"""Seconds between rows, until the file is full."""

MAX_ROWS = 2000
"""Once it is full, the file loses every second row, and new rows come half as often."""

COLUMNS = ("epoch", "accuracy", "loss")


@dataclass(frozen=True)
class BatchRow:
    """Consecutive batches.

    Attributes:
        epoch: position of the last of them: 1.5 is halfway through the second epoch.
        accuracy, loss: means over them.
    """

    epoch: float
    accuracy: float
    loss: float


class BatchLog:
    """Appends rows to `batches.csv`, computed from Keras's running means."""

    def __init__(self, path: Path, *, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Continues after `done` whole epochs; drops later rows, whose batches are trained again."""
        self.path = path
        self._clock = clock
        self._rows = [row for row in read_batches(path) if row.epoch <= done]
        self._every, self._written = EVERY, 0.0
        self._means = BatchRow(0.0, 0.0, 0.0)
        self._steps = 0
        self._rewrite()

    def begin_epoch(self) -> None:
        """Resets the running means, as Keras does."""
        self._means, self._steps = BatchRow(0.0, 0.0, 0.0), 0

    def add(self, epoch: float, step: int, accuracy: float, loss: float) -> None:
        """Takes the running means after `step` batches of an epoch; writes at most one row per `EVERY`.

        A row holds the means since the previous row. The last batch of an epoch counts as a full one,
        though it may be smaller.
        """
        now = self._clock()
        if now - self._written < self._every or step <= self._steps:
            return
        before, steps = self._means, step - self._steps
        accuracy_since = (accuracy * step - before.accuracy * self._steps) / steps
        loss_since = (loss * step - before.loss * self._steps) / steps
        accuracy_since = round(min(1.0, max(0.0, accuracy_since)), 5)
        row = BatchRow(round(epoch, 4), accuracy_since, round(loss_since, 5))
        self._written, self._means, self._steps = now, BatchRow(epoch, accuracy, loss), step
        self._rows.append(row)
        if len(self._rows) > MAX_ROWS:
            self._rows = self._rows[1::2]
            self._every *= 2
            self._rewrite()
            return
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow(astuple(row))

    def _rewrite(self) -> None:
        with replacing(self.path) as new, new.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(map(astuple, self._rows))


def read_batches(path: Path) -> list[BatchRow]:
    """The rows of a `batches.csv` without an incomplete last one; none where the file is missing."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    rows = []
    for line in text[: text.rfind("\n") + 1].splitlines()[1:]:
        with suppress(TypeError, ValueError):
            rows.append(BatchRow(*map(float, line.split(","))))
    return rows
