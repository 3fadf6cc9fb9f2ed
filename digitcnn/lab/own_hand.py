"""A visitor's digits teach a model: how much that helps on others of theirs, and the run folder of it."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from operator import eq
from typing import TYPE_CHECKING, Any

import numpy as np

from digitcnn.errors import RunFolderError
from digitcnn.ink.strokes import Box
from digitcnn.run_folder import RunFolder, write_json

if TYPE_CHECKING:
    from digitcnn.recognition.adaptation.learning import Example
    from digitcnn.recognition.reader import DigitReader

MAX_FOLDS = 40
"""Lessons of one measurement: with more digits than these, several are left out at a time."""


@dataclass(frozen=True)
class LeftOutScore:
    """A reader on digits that it had not learned from, before and after it learned from the others.

    Attributes:
        labels: of the digits, as their writer gave them; None for "not a digit".
        before, after: the answers, in the same order.
        at_once: digits that were left out at a time, at most.
    """

    labels: tuple[int | None, ...]
    before: tuple[int | None, ...]
    after: tuple[int | None, ...]
    at_once: int

    @property
    def right_before(self) -> int:
        """Number of digits read as labeled before learning."""
        return sum(map(eq, self.before, self.labels))

    @property
    def right_after(self) -> int:
        """The same after learning from the others."""
        return sum(map(eq, self.after, self.labels))


def score_left_out(reader: DigitReader, examples: Sequence[Example]) -> LeftOutScore:
    """Leaves each digit out once, teaches the reader the others, and lets it read that one.

    Args:
        reader: that can learn.
        examples: at least two.

    Raises:
        ValueError: there are fewer than two, or one is none.
        NotSupportedError: the reader cannot learn.
    """
    if len(examples) < 2:
        raise ValueError(f"expected at least two digits, received {len(examples)}")
    features, classes = reader.learner.features_of(examples)
    pixels = np.stack([np.asarray(each, np.float32) for each, _ in examples])
    # Mixed, so that digits of one kind, which often follow one another, are not left out together.
    places = np.random.default_rng(0).permutation(len(examples))
    folds = np.array_split(places, min(len(places), MAX_FOLDS))
    after: list[int | None] = [None] * len(examples)
    for fold in folds:
        others = np.setdiff1d(places, fold)
        taught = reader.taught(reader.learner.learn(features[others], classes[others]))
        for place, answer in zip(fold.tolist(), _read(taught, pixels[fold]), strict=True):
            after[place] = answer
    labels = tuple(label for _, label in examples)
    return LeftOutScore(labels, tuple(_read(reader, pixels)), tuple(after), max(map(len, folds)))


def _read(reader: DigitReader, pixels: np.ndarray) -> list[int | None]:
    return [each.label for each in reader.classify_batch(pixels, [Box(0.0, 0.0, 1.0, 1.0)] * len(pixels))]


def write_taught_run(reader: DigitReader, folder: RunFolder) -> None:
    """Writes a reader that has learned a hand as a run folder, from which it is read like any other run.

    Args:
        reader: a result of `adapt`.
        folder: that does not exist, or is empty.

    Raises:
        ValueError: the reader has learned nothing.
        RunFolderError: the folder holds files, or cannot be written.
    """
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        if any(folder.path.iterdir()):
            raise RunFolderError(f"{folder.path} is not empty: name a new folder.")
        for name, content in _files_of(reader).items():
            if isinstance(content, bytes):
                (folder.path / name).write_bytes(content)
            else:
                write_json(folder.path / name, content)
        shutil.copyfile(reader.folder.features_npz, folder.features_npz)
    except OSError as error:
        raise RunFolderError(f"{folder.path} cannot be written: {error.strerror}.") from None


def pack_taught_run(reader: DigitReader, name: str) -> bytes:
    """The run folder of a reader that has learned a hand, as a ZIP archive with the folder `name` in it.

    Raises:
        ValueError: the reader has learned nothing.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, content in _files_of(reader).items():
            packed = content if isinstance(content, bytes) else json.dumps(content, indent=1) + "\n"
            archive.writestr(f"{name}/{inner}", packed)
        archive.write(reader.folder.features_npz, f"{name}/{reader.folder.features_npz.name}")
    return file.getvalue()


def _files_of(reader: DigitReader) -> dict[str, bytes | dict[str, Any]]:
    """The files of a taught reader's run folder, by name, but for the features, which stay as they are."""
    if reader.lesson is None:
        raise ValueError("expected a reader that has learned, received one as it was trained")
    lesson, record = reader.lesson, reader.folder.read_record()
    taught = {
        "from": reader.folder.name,
        "digits": lesson.digits,
        "pull": lesson.pull,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    held = [asdict(each) for each in lesson.held]
    name = record.dataset.get("test", {}).get("name")
    test = [
        {"dataset": each.name, "images": each.images, "accuracy": each.after / each.images}
        for each in lesson.held
        if each.name == name
    ]
    metrics = ({"test": test[0]} if test else {}) | {"held": held}
    return {
        "run.json": asdict(record) | {"taught": taught},
        "model.tflite": lesson.model,
        "metrics.json": metrics,
    }
