"""Prints what learning one hand does, as Markdown; `--write` puts it into README.

    python benchmarks/own_hand.py [MODEL ...] [--write]

Needs DIGITCNN_DATA to name a folder with the pen strokes and MNIST. For each model, the writers are those of
whose digits it misreads five or more. From each, it learns 20 digits, drawn by lot, three times over, and
reads the writer's other digits as Draw would. MNIST and non-digits are read by the bare model with its
calibration, without test-time augmentation. No model but `reader` has seen any of these writers; `reader`
was trained on all but those of its held-out folds, which the second row counts alone.
"""

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

# One core, as on a small host: the seconds are those of one visitor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.arguments import parse_arguments
from benchmarks.tables import insert, markdown
from digitcnn import DigitReader
from digitcnn.classes import DIGITS
from digitcnn.confidence import calibrate_confidence
from digitcnn.errors import NotSupportedError
from digitcnn.ink.strokes import Box, draw_house_digit
from digitcnn.recognition.adaptation.last_layer import read_last_layer
from digitcnn.training.datasets import load_mnist
from digitcnn.training.pen_strokes import LOOK_ALIKES, Drawing, load_pen_digits, load_pen_nondigits

LEARNED, DRAWS, MIN_ERRORS, MIN_DIGITS = 20, 3, 5, 35


@dataclass
class Outcome:
    """Counts over some writers: errors on their other digits, and fractions of MNIST and non-digits."""

    writers: set[str] = field(default_factory=set)
    digits: int = 0
    before: int = 0
    after: int = 0
    mnist: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Everybody:
    """MNIST's test digits and held-out non-digits, as features of one model."""

    def __init__(self, reader: DigitReader) -> None:
        _, mnist = load_mnist()
        others = [
            each for each in load_pen_nondigits() if each.part == "test" and each.name not in LOOK_ALIKES
        ]
        self._record = reader.folder.read_record()
        self._features, _ = reader.learner.features_of([(pixels, 0) for pixels in mnist.pixels])
        self._others, _ = reader.learner.features_of([(draw_house_digit(each.strokes), 0) for each in others])
        self._labels = mnist.labels

    def read(self, model: bytes) -> tuple[float, float]:
        """The fractions of MNIST that is read right, and of non-digits that are refused."""
        digits, others = (self._answers(model, features) for features in (self._features, self._others))
        return float((digits == self._labels).mean()), float((others == len(DIGITS)).mean())

    def _answers(self, model: bytes, features: np.ndarray) -> np.ndarray:
        layer, record = read_last_layer(model), self._record
        logits = features @ layer.weights.T + layer.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares = calibrate_confidence(
            powers / powers.sum(axis=1, keepdims=True), record.temperature, record.refusal_bias
        )
        answers = shares[:, : len(DIGITS)].argmax(axis=1)
        if record.refuse_above is not None:
            answers[shares[:, len(DIGITS) :].sum(axis=1) > record.refuse_above] = len(DIGITS)
        return answers


def main() -> None:
    options = parse_arguments(__doc__, write="put the table into README")
    drawings = [each for each in load_pen_digits() if not each.suspect]
    pixels = np.stack([draw_house_digit(each.strokes) for each in drawings])
    rows = []
    for name in options.models:
        reader = DigitReader(name)
        try:
            rows += measure(reader, drawings, pixels)
        except NotSupportedError as error:
            print(error, file=sys.stderr)
    head = ["model, writers", "writers", "digits read", "errors before", "errors after"]
    head += ["MNIST before", "MNIST after", "worst", "non-digits refused before", "after", "seconds"]
    table = markdown(head, rows)
    print(table)
    if options.write:
        insert("own_hand", table)


def measure(reader: DigitReader, drawings: list[Drawing], pixels: np.ndarray) -> list[list[str]]:
    """A row of the table for all writers, and one for those that `reader` has not seen."""
    labels = np.array([each.label for each in drawings])
    writers = np.array([each.writer for each in drawings])
    wrong = answers_of(reader, pixels) != labels
    errors, digits = Counter(writers[wrong].tolist()), Counter(writers.tolist())
    chosen = [name for name in errors if errors[name] >= MIN_ERRORS and digits[name] >= MIN_DIGITS]
    strangers = {each.writer for each in drawings if each.part != "train"}
    everybody, sums = Everybody(reader), (Outcome(), Outcome())
    for name in sorted(chosen):
        places = np.flatnonzero(writers == name)
        for seed in range(DRAWS):
            mixed = np.random.default_rng(seed).permutation(places)
            learned, others = mixed[:LEARNED], mixed[LEARNED:]
            began = time.perf_counter()
            adapted = reader.adapt(list(zip(pixels[learned], labels[learned].tolist(), strict=True)))
            seconds = time.perf_counter() - began
            after = int((answers_of(adapted, pixels[others]) != labels[others]).sum())
            assert adapted.lesson
            mnist, refused = everybody.read(adapted.lesson.model)
            for sum_ in sums if name in strangers else sums[:1]:
                sum_.writers.add(name)
                sum_.digits += len(others)
                sum_.before += int(wrong[others].sum())
                sum_.after += after
                sum_.mnist.append(mnist)
                sum_.refused.append(refused)
                sum_.seconds.append(seconds)
    start = everybody.read(reader.learner.model)
    titles = f"`{reader.name}`, all", f"`{reader.name}`, held out"
    refuses = reader.learner.classes > len(DIGITS)
    rows = [row_of(title, each, start, refuses=refuses) for title, each in zip(titles, sums, strict=True)]
    return [row for row, each in zip(rows, sums, strict=True) if each.writers][: 2 if refuses else 1]


def answers_of(reader: DigitReader, pixels: np.ndarray) -> np.ndarray:
    digits = reader.classify_batch(pixels, [Box(0, 0, 28, 28)] * len(pixels))
    return np.array([len(DIGITS) if digit.label is None else digit.label for digit in digits])


def row_of(title: str, each: Outcome, start: tuple[float, float], *, refuses: bool) -> list[str]:
    if not each.writers:
        return []
    mnist, refused = start
    return [
        title,
        f"{len(each.writers)}",
        f"{each.digits:,}",
        f"{each.before}",
        f"{each.after}",
        f"{mnist:.2%}",
        f"{np.mean(each.mnist):.2%}",
        f"{min(each.mnist):.2%}",
        f"{refused:.1%}" if refuses else "",
        f"{np.mean(each.refused):.1%}" if refuses else "",
        f"{np.median(each.seconds):.2f}",
    ]


if __name__ == "__main__":
    main()
