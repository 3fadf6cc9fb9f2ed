"""Learning curves of `history.csv`, smoothed or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Metric = Literal["accuracy", "loss"]
Part = Literal["training", "validation"]

COLUMNS: dict[tuple[Metric, Part], str] = {
    ("accuracy", "training"): "accuracy",
    ("accuracy", "validation"): "val_accuracy",
    ("loss", "training"): "loss",
    ("loss", "validation"): "val_loss",
}
"""Keras's names in `history.csv`."""


@dataclass(frozen=True)
class Curve:
    """One line of a chart of learning curves.

    Attributes:
        run: the name of its run.
        metric, part: the quantity, and the images that it was measured on.
        epochs: counted from 1.
        raw: the measured values.
        smoothed: their moving average; equal to `raw` without smoothing.
    """

    run: str
    metric: Metric
    part: Part
    epochs: tuple[int, ...]
    raw: tuple[float, ...]
    smoothed: tuple[float, ...]


def curves_of(run: str, history: Sequence[dict[str, float]], *, smoothing: float = 0.0) -> list[Curve]:
    """The curves of a run's history; a metric that it lacks has none.

    Args:
        run: the name that the curves get.
        history: rows of `history.csv`, with Keras's own names.
        smoothing: as for `smooth`.
    """
    curves = []
    for (metric, part), column in COLUMNS.items():
        rows = [row for row in history if column in row]
        if rows:
            raw = tuple(row[column] for row in rows)
            epochs = tuple(int(row.get("epoch", place)) + 1 for place, row in enumerate(rows))
            curves.append(Curve(run, metric, part, epochs, raw, smooth(raw, smoothing)))
    return curves


def smooth(values: Sequence[float], weight: float) -> tuple[float, ...]:
    """An exponential moving average that starts at the first value, as TensorBoard draws it.

    Args:
        values: in the order of epochs.
        weight: of the past, 0 (nothing is smoothed) to under 1.

    Raises:
        ValueError: the weight is outside of that.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"expected a weight from 0 to under 1, received {weight}")
    smoothed, average, counted = [], 0.0, 0.0
    for value in values:
        average = weight * average + (1 - weight) * value
        counted = weight * counted + (1 - weight)
        smoothed.append(average / counted)
    return tuple(smoothed)
