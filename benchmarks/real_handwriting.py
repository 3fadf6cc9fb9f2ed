"""Prints how well each shipped model reads real handwriting, as Markdown; `--write` records it too.

    python benchmarks/real_handwriting.py [MODEL ...] [--write]

Needs DIGITCNN_DATA to name a folder with the pen strokes, and reads the picture sets that it holds. No
model was trained or calibrated on these writers and drawings, but `reader` on some of one UNIPEN donor
(`docs/decisions/reader.md`). With `--write`, the figures go into each model's `metrics.json`, where the
app finds them; README's table shows those of all shipped models.
"""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.arguments import parse_arguments
from benchmarks.tables import insert, markdown
from digitcnn import DigitReader
from digitcnn.ink.strokes import Box
from digitcnn.lab.metrics.evaluation import Interval
from digitcnn.recognition.reading import Digit
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs, write_json
from digitcnn.training.datasets import DigitSet, find_data, load_mnist
from digitcnn.training.pen_strokes import LOOK_ALIKES, Drawing, load_pen_digits, load_pen_nondigits
from testbed.scores import DigitScore, NonDigitScore, score_digits, score_nondigits

Answers = tuple[Sequence[Digit | None], np.ndarray, np.ndarray | None]


@dataclass(frozen=True)
class Scores:
    """The measurements of one model."""

    model: str
    sets: dict[str, DigitScore]
    pens: DigitScore
    nondigits: NonDigitScore


def main() -> None:
    options = parse_arguments(__doc__, write="record the figures in metrics.json and README")
    scores = [measure(name) for name in options.models]
    print(tables(scores))
    if options.write:
        for each in scores:
            record(each)
        insert("real_handwriting", tables([recall(folder) for folder in list_runs(SHIPPED)]))


def measure(name: str) -> Scores:
    reader = DigitReader(name)
    sets = {title: score_digits(*answers) for title, answers in digit_sets(reader)}
    pens = score_digits(*read_labelled(reader, held_digits()))
    return Scores(name, sets, pens, score_nondigits(read_drawings(reader, held_nondigits())))


def digit_sets(reader: DigitReader) -> Iterator[tuple[str, Answers]]:
    """Each set's title, with the reader's answers, the labels and the writers."""
    _, mnist = load_mnist()
    yield "MNIST test", (classify_digit(reader, mnist), mnist.labels, None)
    held = held_digits()
    yield "pens, UCI", read_labelled(reader, [each for each in held if each.source == "pendigits"])
    yield "pens, UNIPEN", read_labelled(reader, [each for each in held if each.source != "pendigits"])
    yield from picture_sets(reader)


def picture_sets(reader: DigitReader) -> Iterator[tuple[str, Answers]]:
    for title, name in (("photos", "photos_single"), ("drawn elsewhere", "drawn_single")):
        if table := find_data(f"{name}/labels.csv"):
            with table.open(newline="") as file:
                entries = list(csv.DictReader(file))
            answers = [first(reader, table.parent / entry["file"]) for entry in entries]
            labels = np.array([int(entry["label"]) for entry in entries])
            yield title, (answers, labels, np.array([entry["source"] for entry in entries]))
    for title, name in (("scans, grid", "scan_grid"), ("scans, sheets", "scan_sheets")):
        if path := find_data(f"{name}.npz"):
            with np.load(path, allow_pickle=False) as file:
                writers = file.get("row")
                yield title, ([first(reader, image) for image in file["x"]], file["y"].astype(int), writers)


def held_digits() -> list[Drawing]:
    return [each for each in load_pen_digits() if each.part == "test" and not each.suspect]


def held_nondigits() -> list[Drawing]:
    return [each for each in load_pen_nondigits() if each.part == "test" and each.name not in LOOK_ALIKES]


def read_labelled(reader: DigitReader, drawings: list[Drawing]) -> Answers:
    labels = np.array([each.label for each in drawings])
    return read_drawings(reader, drawings), labels, np.array([each.writer for each in drawings])


def read_drawings(reader: DigitReader, drawings: list[Drawing]) -> list[Digit]:
    return [reader.read_strokes(each.strokes, expect="digit").digits[0] for each in drawings]


def classify_digit(reader: DigitReader, digits: DigitSet) -> list[Digit]:
    return reader.classify_batch(digits.pixels, [Box(0, 0, 28, 28)] * len(digits))


def first(reader: DigitReader, image: Path | np.ndarray) -> Digit | None:
    return next(iter(reader.read_image(image, expect="digit").digits), None)


def tables(scores: list[Scores]) -> str:
    return f"{accuracy_table(scores)}\n\n{honesty_table(scores)}"


def accuracy_table(scores: list[Scores]) -> str:
    head = ["read", "digits", *(f"`{each.model}`" for each in scores)]
    rows = []
    for title, score in scores[0].sets.items():
        of_models = [each.sets[title] for each in scores]
        shown = [
            f"{one.accuracy:.2%} ({one.interval.low:.1%} - {one.interval.high:.1%})" for one in of_models
        ]
        rows.append([title, f"{score.digits:,}", *shown])
    return markdown(head, rows)


def honesty_table(scores: list[Scores]) -> str:
    head = ["model", "digits refused", "wrong, over 0.9 sure", "calibration error"]
    head += ["non-digits refused", "non-digits answered, over 0.9 sure"]
    rows = [
        [
            f"`{each.model}`",
            f"{each.pens.refused:.2%}",
            f"{each.pens.confident_errors:.2%}",
            f"{each.pens.calibration_error:.4f}",
            f"{each.nondigits.refused:.1%}",
            f"{each.nondigits.confident_answers:.1%}",
        ]
        for each in scores
    ]
    return markdown(head, rows)


def record(scores: Scores) -> None:
    folder = RunFolder(SHIPPED / scores.model)
    metrics = folder.read_metrics()
    metrics["real_handwriting"] = {title: asdict(score) for title, score in scores.sets.items()}
    metrics["pens"] = asdict(scores.pens)
    metrics["not_digits"] = asdict(scores.nondigits)
    write_json(folder.metrics_json, metrics)


def recall(folder: RunFolder) -> Scores:
    """The scores that `record` wrote.

    Raises:
        KeyError: this model has not been measured.
    """
    metrics = folder.read_metrics()
    sets = {title: as_digit_score(found) for title, found in metrics["real_handwriting"].items()}
    nondigits = NonDigitScore(**with_interval(metrics["not_digits"]))
    return Scores(folder.name, sets, as_digit_score(metrics["pens"]), nondigits)


def as_digit_score(found: dict[str, Any]) -> DigitScore:
    return DigitScore(**with_interval(found))


def with_interval(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "interval": Interval(**found["interval"])}


if __name__ == "__main__":
    main()
