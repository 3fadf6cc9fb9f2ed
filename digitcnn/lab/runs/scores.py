"""Scores of models as their run folders record them: accuracy and cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitcnn.errors import RunFolderError
from digitcnn.run_folder import RunFolder, list_runs

MNIST_TEST = "MNIST test"


@dataclass(frozen=True)
class ModelScore:
    """The recorded figures of one model; figures that were not measured are left out.

    Attributes:
        model: name of its run folder.
        accuracies: fractions 0-1 by test set: MNIST's first, then real handwriting.
        digits: number of digits in each of these, where it is recorded.
        refused: share of ink that is no digit which it refused; None where it cannot refuse or was not
            measured.
        parameters: number of trained weights.
        size: of `model.tflite`, in bytes.
        seconds: of training.
        trained_on: names of its training data.
    """

    model: str
    accuracies: dict[str, float]
    digits: dict[str, int]
    refused: float | None
    parameters: int
    size: int
    seconds: float
    trained_on: str

    @property
    def kinds(self) -> dict[str, float]:
        """The accuracies by kind of set: "pens, UCI" and "pens, UNIPEN" together are "pens"."""
        of_kind: dict[str, list[str]] = {}
        for title in self.accuracies:
            of_kind.setdefault(title.partition(",")[0], []).append(title)
        return {kind: self._mean(titles) for kind, titles in of_kind.items()}

    def _mean(self, titles: list[str]) -> float:
        """The mean accuracy on several sets, weighted by their digits, or evenly where a count is missing."""
        known = all(title in self.digits for title in titles)
        weights = [self.digits[title] if known else 1 for title in titles]
        right = sum(self.accuracies[title] * weight for title, weight in zip(titles, weights, strict=True))
        return right / sum(weights)


def read_scores(root: Path) -> list[ModelScore]:
    """The scores of all finished models under a root, by name; broken run folders are left out."""
    scores = []
    for folder in list_runs(root):
        try:
            if folder.tflite_file.is_file() and folder.read_record().state == "finished":
                scores.append(read_score(folder))
        except RunFolderError:
            continue
    return scores


def read_score(folder: RunFolder) -> ModelScore:
    """The score of one trained model.

    Raises:
        RunFolderError: its `run.json` cannot be read; missing metrics are no error.
    """
    record = folder.read_record()
    metrics = folder.read_metrics() if folder.metrics_json.is_file() else {}
    accuracies = {MNIST_TEST: _fraction(metrics.get("test"), "accuracy")}
    digits: dict[str, int] = {}
    for title, entry in _mapping(metrics.get("real_handwriting")).items():
        accuracies.setdefault(str(title), _fraction(entry, "accuracy"))
        count = _mapping(entry).get("digits")
        if isinstance(count, int) and count > 0:
            digits[str(title)] = count
    return ModelScore(
        model=folder.name,
        accuracies={title: value for title, value in accuracies.items() if value is not None},
        digits=digits,
        refused=None if record.refuse_above is None else _fraction(metrics.get("not_digits"), "refused"),
        parameters=record.parameters,
        size=folder.tflite_file.stat().st_size if folder.tflite_file.is_file() else 0,
        seconds=record.seconds,
        trained_on=str(_mapping(record.dataset.get("train")).get("name", "")),
    )


def _fraction(entry: object, key: str) -> float | None:
    """A fraction that stands alone or under a key; None where there is no such number."""
    value = entry.get(key) if isinstance(entry, Mapping) else entry
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _mapping(entry: object) -> Mapping[Any, Any]:
    return entry if isinstance(entry, Mapping) else {}
