"""What a run gives to take away as CSV: its history and its confusion matrix."""

import csv
import io
from collections.abc import Sequence

import numpy as np


def history_as_csv(history: Sequence[dict[str, float]]) -> str:
    """A row per epoch under Keras's own names, as in `history.csv`; "" without a history."""
    file = io.StringIO()
    if history:
        writer = csv.DictWriter(file, fieldnames=list(history[0]), lineterminator="\n")
        writer.writeheader()
        for row in history:
            writer.writerow({name: int(value) if name == "epoch" else value for name, value in row.items()})
    return file.getvalue()


def confusions_as_csv(matrix: np.ndarray) -> str:
    """A row per true digit, a column per answer, under a header."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["true", *(f"read as {digit}" for digit in range(matrix.shape[1]))])
    for digit, row in enumerate(np.asarray(matrix).tolist()):
        writer.writerow([digit, *row])
    return file.getvalue()
