"""Measures how pictures and numbers are read, on the real data in $DIGITCNN_DATA.

    python benchmarks/pictures.py [--model NAME] [--json PATH] [--quick] [--write]

Prints one table: single digits in pictures by set and by source, pictures of several digits, and
numbers made of real pen strokes, drawn and as pictures. Intervals are Wilson's, 95 %. A number
counts as right only where all of it is; the digit error rate is the edit distance between the
reading and the label, over all digits written. `--write` puts the table into README.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.tables import insert, markdown
from digitcnn import DigitReader
from digitcnn.lab.metrics.evaluation import Interval, interval_of_fraction
from digitcnn.recognition.reader import DEFAULT_MODEL
from digitcnn.recognition.reading import Reading
from testbed.numbers import MARKS, Sample, draw_numbers, load_pens, make_numbers, mark_numbers
from testbed.pages import KINDS, make_pages


@dataclass
class Row:
    """A line of the table."""

    name: str
    right: int = 0
    count: int = 0
    refused: int = 0
    edits: int = 0
    written: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        return self.right / max(self.count, 1)

    @property
    def error_rate(self) -> float:
        return self.edits / max(self.written, 1)

    @property
    def interval(self) -> Interval:
        return interval_of_fraction(np.arange(self.count) < self.right)

    @property
    def milliseconds(self) -> float:
        return 1000.0 * float(np.median(self.seconds)) if self.seconds else 0.0


def edit_distance(read: str, written: str) -> int:
    """The smallest number of insertions, deletions and replacements between the two."""
    row = list(range(len(written) + 1))
    for i, one in enumerate(read, 1):
        above, row[0] = row[:], i
        for j, other in enumerate(written, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (one != other))
    return row[-1]


def measure(samples: Iterable[Sample], read: Callable[[object], Reading]) -> tuple[Row, dict[str, Row]]:
    """One row for all samples and one by writer."""
    total, by_writer = Row("all"), defaultdict(lambda: Row(""))
    for sample in samples:
        started = time.perf_counter()
        reading = read(sample.source)
        seconds = time.perf_counter() - started
        found, wanted = reading.text, sample.label
        if sample.scattered:
            found, wanted = "".join(sorted(found.replace("\n", ""))), "".join(sorted(wanted))
        for row in (total, by_writer[sample.writer]):
            row.count += 1
            row.right += found == wanted
            row.refused += any(digit.label is None for digit in reading.digits)
            row.edits += edit_distance(found.replace("\n", ""), wanted.replace("\n", ""))
            row.written += len(wanted.replace("\n", ""))
            row.seconds.append(seconds)
    for writer, row in by_writer.items():
        row.name = writer
    return total, dict(by_writer)


def load_folder(folder: Path) -> list[Sample]:
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Sample(
            str(folder / row["file"]),
            row["label"].replace("/", "\n"),
            row["kind"],
            row["source"],
            row["layout"] == "scattered",
        )
        for row in rows
    ]


def load_optdigits() -> list[Sample]:
    """The 1,797 digits of 8 x 8 pixels that come with scikit-learn, light on dark.

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI, 1998.
    """
    digits: Any = load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    return [
        Sample(image, str(label), "optdigits", "UCI")
        for image, label in zip(pixels, digits.target, strict=True)
    ]


def load_arrays(path: Path, *, most: int) -> list[Sample]:
    with np.load(path, allow_pickle=False) as arrays:
        images = arrays["x_test"] if "x_test" in arrays else arrays["x"]
        labels = arrays["y_test"] if "y_test" in arrays else arrays["y"]
        writers = arrays["row"] if "row" in arrays else np.zeros(len(labels), dtype=int)
    step = max(len(labels) // most, 1)
    return [
        Sample(image, str(int(label)), path.stem, str(writer))
        for image, label, writer in zip(images[::step], labels[::step], writers[::step], strict=True)
    ]


def shrink(samples: Iterable[Sample], side: int, *, black_and_white: bool) -> list[Sample]:
    """Low-resolution versions: the ink's box fitted into `side` pixels, as in old collections of digits."""
    small = []
    for sample in samples:
        image = np.asarray(sample.source)
        rows, columns = np.flatnonzero(image.max(axis=1) > 40), np.flatnonzero(image.max(axis=0) > 40)
        ink = Image.fromarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
        scale = side / max(ink.size)
        size = max(round(ink.width * scale), 1), max(round(ink.height * scale), 1)
        field = Image.new("L", (side, side))
        method = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
        field.paste(ink.resize(size, method), ((side - size[0]) // 2, (side - size[1]) // 2))
        array = np.asarray(field)
        array = ((array > 110) * 255).astype(np.uint8) if black_and_white else array
        small.append(Sample(array, sample.label, f"{side}x{side}"))
    return small


def show(table: list[tuple[str, Row, dict[str, Row]]]) -> str:
    rows = [
        [
            name,
            f"{row.count:,}",
            f"{row.accuracy:.2%} ({row.interval.low:.1%} - {row.interval.high:.1%})",
            f"{row.error_rate:.2%}" if row.written else f"{row.edits} false digits",
            str(row.refused),
            f"{row.milliseconds:.1f}",
        ]
        for name, row, _ in table
    ]
    return markdown(["read", "n", "exact", "digit error rate", "with a piece refused", "ms"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true", help="put the table into README")
    parser.add_argument("--quick", action="store_true", help="a quarter of the large sets")
    options = parser.parse_args()
    data = Path(os.environ.get("DIGITCNN_DATA", ""))
    if not (data / "mnist.npz").is_file():
        raise SystemExit("Set DIGITCNN_DATA to the folder that holds the data sets.")
    reader = DigitReader(options.model)
    most = 250 if options.quick else 1000

    def as_digit(source: object) -> Reading:
        return reader.read_image(source, expect="digit")  # type: ignore[arg-type]

    def as_number(source: object) -> Reading:
        return reader.read_image(source, expect="number")  # type: ignore[arg-type]

    def as_drawing(source: object) -> Reading:
        return reader.read_strokes(source, expect="number")  # type: ignore[arg-type]

    mnist = load_arrays(data / "mnist.npz", most=most)
    singles = {
        "photos of one digit": load_folder(data / "photos_single"),
        "drawn files": load_folder(data / "drawn_single"),
        "scans, grid": load_arrays(data / "scan_grid.npz", most=most),
        "scans, sheets": load_arrays(data / "scan_sheets.npz", most=most),
        "MNIST test 28x28": mnist,
        "MNIST test 16x16 gray": shrink(mnist, 16, black_and_white=False),
        "MNIST test 32x32 b/w": shrink(mnist, 32, black_and_white=True),
        "8x8 optdigits (scikit-learn)": load_optdigits(),
    }
    several = defaultdict(list)
    for sample in load_folder(data / "multi_digit"):
        several[f"numbers, {sample.kind}"].append(sample)
    pens = load_pens()
    apart = make_numbers(pens, most // 2, gap=(0.08, 0.5))
    touching = make_numbers(pens, most // 2, gap=(-0.2, 0.0))
    alone = [Sample(d.strokes, str(d.label), "pen", w) for w in pens for d in pens[w]]
    alone = alone[:: max(len(alone) // most, 1)]

    table: list[tuple[str, Row, dict[str, Row]]] = []
    for name, samples in singles.items():
        table.append((name, *measure(samples, as_digit)))
    for name in ("photos of one digit", "drawn files", "MNIST test 28x28"):
        table.append((f"{name}, read as numbers", *measure(singles[name], as_number)))
    for name, samples in several.items():
        table.append((name, *measure(samples, as_number)))
    table.append(("pen digits", *measure(alone, lambda s: reader.read_strokes(s, expect="digit"))))  # type: ignore[arg-type]
    table.append(("pen digits, read as numbers", *measure(alone, as_drawing)))
    table.append(("made numbers, drawn", *measure(apart, as_drawing)))
    table.append(("made numbers, drawn, touching", *measure(touching, as_drawing)))
    for mark in MARKS:
        marked = mark_numbers(apart[: most // 5], mark)
        table.append((f"made numbers, drawn, {mark}", *measure(marked, as_drawing)))
    table.append(("made numbers, pictures", *measure(draw_numbers(apart), as_number)))
    table.append(("made numbers, pictures, touching", *measure(draw_numbers(touching), as_number)))

    for kind in KINDS:
        table.append((f"made pages, {kind}", *measure(make_pages(pens, kind, most // 25), as_number)))

    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    heading = f"Model `{reader.name}`; {machine}; milliseconds are medians, file to answer."
    text = f"{heading}\n\n{show(table)}"
    print(text)
    if options.write:
        insert("pictures", text)
    print("\n| photos by source | exact | 95 % | n |\n| --- | --- | --- | --- |")
    for name, _, by_writer in table[:2]:
        for writer, row in sorted(by_writer.items(), key=lambda pair: pair[1].accuracy):
            if row.right < row.count:
                span = f"{row.interval.low:.1%}-{row.interval.high:.1%}"
                print(f"| {name}, {writer} | {row.accuracy:.1%} | {span} | {row.count} |")
    if options.json:
        rows = {
            name: {
                **{key: value for key, value in asdict(row).items() if key not in ("seconds", "name")},
                "accuracy": row.accuracy,
                "interval": (row.interval.low, row.interval.high),
                "error_rate": row.error_rate,
                "milliseconds": row.milliseconds,
                "by_source": {w: [r.right, r.count] for w, r in by_writer.items()},
            }
            for name, row, by_writer in table
        }
        options.json.write_text(
            json.dumps({"model": reader.name, "machine": machine, "rows": rows}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
