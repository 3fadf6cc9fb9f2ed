"""A data set from a CSV file in the form of Kaggle's digit recognizer: label, pixel0, ..., pixel783.

Source: https://www.kaggle.com/competitions/digit-recognizer/data
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE
from digitcnn.training.collection.checks import MAX_IMAGES, RawImages, RawSet, name_classes
from digitcnn.training.collection.idx import Report

_PIXELS = SIDE * SIDE
_CHUNK = 4000
"""Rows that are parsed at once: all at once would take ten times the memory of the images."""


def read_csv(path: Path, names: tuple[str, ...] | None, report: Report) -> RawSet:
    """The images of a CSV file: a column "label", and one for each of 784 pixels, 0-255, row by row.

    Raises:
        DatasetError: a column is missing or too many, or a value is no whole number in its range.
    """
    columns = _order_columns(_read_header(path))
    images, labels = [], []
    for chunk in _parse(path, columns):
        if chunk.size and (chunk.min() < 0 or chunk[:, 1:].max() > 255):
            _explain_values(path, columns)
        labels.append(chunk[:, 0].astype(np.int64))
        images.append(chunk[:, 1:].astype(np.uint8))
        count = sum(map(len, labels))
        report(min(0.8, count / 60_000), f"{count:,} rows read")
        if count > MAX_IMAGES:
            raise DatasetError(f"The file has more than {MAX_IMAGES:,} rows: bring fewer.")
    if not sum(map(len, images)):
        raise DatasetError("The file has no rows below its first line.")
    classes, indices = name_classes(np.concatenate(labels), names)
    return RawSet(classes, RawImages(np.concatenate(images).reshape(-1, SIDE, SIDE), indices))


def _read_header(path: Path) -> list[str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return [name.strip() for name in next(csv.reader(file), [])]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise DatasetError(f"{path.name} is not a CSV file in UTF-8: export it as one again.") from None


def _order_columns(header: list[str]) -> list[int]:
    """Places of the label and of the pixels in order.

    Raises:
        DatasetError: the first line names other columns.
    """
    lower = [name.lower() for name in header]
    if "label" not in lower:
        raise DatasetError(
            "The column “label” is missing: the first line must be label,pixel0,…,pixel783. "
            "Kaggle's test.csv has no labels; train.csv has them."
        )
    label = lower.index("label")
    others = [at for at in range(len(header)) if at != label]
    numbers = {at: int(match[1]) for at in others if (match := re.fullmatch(r"pixel(\d{1,6})", lower[at]))}
    if len(numbers) == len(others):
        others.sort(key=numbers.__getitem__)
        first = min(numbers.values(), default=0)
        missing = sorted(set(range(first, first + _PIXELS)) - set(numbers.values()))
        if len(others) < _PIXELS and missing:
            raise DatasetError(
                f"The column “pixel{missing[0]}” is missing: {len(others)} pixels of {_PIXELS} are there."
            )
    if len(others) != _PIXELS:
        side = round(len(others) ** 0.5)
        size = f", pictures of {side} × {side}" if side * side == len(others) else ""
        raise DatasetError(
            f"A row has {len(others)} pixels{size}: expected {_PIXELS}, pictures of 28 × 28. Resize them."
        )
    return [label, *others]


def _parse(path: Path, columns: list[int]) -> Iterator[np.ndarray]:
    """Rows with the label first and the pixels in order, some thousands at a time, int32."""
    import pandas as pd  # Only an import of a CSV needs it here.

    try:
        parts: Any = pd.read_csv(path, dtype=np.int32, chunksize=_CHUNK, encoding="utf-8-sig")
        with parts:
            for part in parts:
                yield part.to_numpy()[:, columns]
    except (ValueError, OverflowError, pd.errors.ParserError):
        _explain_values(path, columns)
        raise DatasetError(f"{path.name} cannot be read as numbers: export it again.") from None


def _explain_values(path: Path, columns: list[int]) -> None:
    """Raises with the first value that is no whole number in its range, and its line."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = csv.reader(file)
        header = next(rows)
        for row in rows:
            if len(row) != len(header):
                raise DatasetError(
                    f"Line {rows.line_num} has {len(row)} values, and the first line {len(header)}: mend or "
                    "remove it."
                )
            for place, at in enumerate(columns):
                most, kind = (255, "a pixel from 0 to 255") if place else (29_999, "a label from 0")
                text = row[at].strip()
                if not re.fullmatch(r"\d{1,6}", text) or int(text) > most:
                    raise DatasetError(
                        f"Line {rows.line_num}, column “{header[at]}”: expected {kind}, not {text[:20]!r}."
                    )
