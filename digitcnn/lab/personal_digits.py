"""A visitor's own digits with their labels, and the models' scores on them."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.strokes import Box
from digitcnn.lab.metrics.evaluation import Interval, interval_of_fraction

if TYPE_CHECKING:
    from digitcnn.recognition.reader import DigitReader

MAX_DIGITS = 2000
"""Of a set: years of corrections, and 1.6 MB."""

MAX_BYTES = 4_000_000
"""A larger file is refused unopened."""

SAME = 0.012
"""Mean distance of pixels, 0-1, up to which two house digits are one drawing that was moved or changed in
size: of 60 real drawings none came further from itself; 2 in 100 of 1,536 have another one nearer."""

_PIXELS, _LABELS = "pixels.npy", "labels.npy"
_HEADER = 4096
_NOT_OURS = "This file holds no digits of yours: choose one that was downloaded here (my-digits.npz)."


@dataclass(frozen=True, eq=False)
class PersonalDigit:
    """A house digit and the label that its writer gave it.

    Attributes:
        pixels_u8: (28, 28) uint8, ink 255 on paper 0.
        label: 0-9.
    """

    pixels_u8: np.ndarray
    label: int

    @property
    def pixels(self) -> np.ndarray:
        """(28, 28) float32 in 0-1, as models take it."""
        return self.pixels_u8.astype(np.float32) / 255.0


@dataclass(frozen=True, eq=False)
class PersonalDigits:
    """A set of digits without duplicates, the oldest first.

    Attributes:
        digits: at most `MAX_DIGITS`.
    """

    digits: tuple[PersonalDigit, ...] = ()

    def __len__(self) -> int:
        return len(self.digits)

    def label_of(self, pixels: np.ndarray) -> int | None:
        """The label of a drawing, (28, 28) in 0-1; None where it is not in the set."""
        place = self._place_of(pixels)
        return None if place is None else self.digits[place].label

    def add(self, pixels: np.ndarray, label: int) -> PersonalDigits:
        """The set with a drawing, (28, 28) in 0-1; one that it holds already gets the new label.

        Raises:
            ValueError: `label` is not 0-9, or `pixels` are no house digit with ink.
            InputError: the set is full.
        """
        if label not in range(10):
            raise ValueError(f"expected a label 0-9, received {label!r}")
        digit, place = PersonalDigit(_quantise(pixels), int(label)), self._place_of(pixels)
        if place is None:
            return self.merge([digit])
        return PersonalDigits((*self.digits[:place], digit, *self.digits[place + 1 :]))

    def merge(self, others: Iterable[PersonalDigit]) -> PersonalDigits:
        """The set with other digits; their labels win where a drawing is in both.

        Raises:
            InputError: the set would be too large.
        """
        by_ink = {digit.pixels_u8.tobytes(): digit for digit in self.digits}
        by_ink.update({digit.pixels_u8.tobytes(): digit for digit in others})
        if len(by_ink) > MAX_DIGITS:
            raise InputError(
                f"Your own digits would be more than {MAX_DIGITS:,}: download them, then clear the set."
            )
        return PersonalDigits(tuple(by_ink.values()))

    def remove(self, pixels: np.ndarray) -> PersonalDigits:
        """The set without a drawing, (28, 28) in 0-1."""
        place = self._place_of(pixels)
        return PersonalDigits(tuple(digit for at, digit in enumerate(self.digits) if at != place))

    def clear(self) -> PersonalDigits:
        """The empty set."""
        return PersonalDigits()

    def to_bytes(self) -> bytes:
        """An .npz of "pixels", (n, 28, 28) uint8, ink 255, and "labels", (n,) uint8."""
        pixels = np.array([digit.pixels_u8 for digit in self.digits], np.uint8).reshape(-1, SIDE, SIDE)
        labels = np.array([digit.label for digit in self.digits], np.uint8)
        file = io.BytesIO()
        np.savez_compressed(file, pixels=pixels, labels=labels)
        return file.getvalue()

    def _place_of(self, pixels: np.ndarray) -> int | None:
        """The index of a drawing in the set; None where it is not there."""
        ink = _quantise(pixels).astype(np.int16)
        if not self.digits:
            return None
        known = np.stack([digit.pixels_u8 for digit in self.digits])
        distances = np.abs(known - ink).mean(axis=(1, 2)) / 255
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= SAME else None

    @classmethod
    def from_bytes(cls, data: bytes) -> PersonalDigits:
        """Reads a file that `to_bytes` wrote; of duplicates, the last label counts.

        Raises:
            InputError: the file is another one, damaged, or too large.
        """
        if len(data) > MAX_BYTES:
            raise InputError(f"A file of more than {MAX_BYTES // 1_000_000} MB holds no digits of yours.")
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                pixels = _read_array(archive, _PIXELS, MAX_DIGITS * SIDE * SIDE)
                labels = _read_array(archive, _LABELS, MAX_DIGITS)
        except (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
            raise InputError(_NOT_OURS) from None
        if pixels.shape != (len(labels), SIDE, SIDE) or labels.ndim != 1 or (labels > 9).any():
            raise InputError(_NOT_OURS)
        if not pixels.any(axis=(1, 2)).all():
            raise InputError(
                "One of the digits in this file is blank: choose a file that was downloaded here."
            )
        return cls().merge(PersonalDigit(ink, int(label)) for ink, label in zip(pixels, labels, strict=True))


@dataclass(frozen=True)
class PersonalScore:
    """A model's score on a personal set.

    Attributes:
        digits: their number.
        right: number of digits that it read as labeled.
        refused: number of digits that it took for "not a digit"; they are not right.
        interval: of the fraction that is right.
    """

    digits: int
    right: int
    refused: int
    interval: Interval


def score_models(personal: PersonalDigits, models: Mapping[str, DigitReader]) -> dict[str, PersonalScore]:
    """Scores models on every digit of a set.

    Returns:
        A score per model, in the order of `models`.

    Raises:
        ValueError: the set is empty.
    """
    if not len(personal):
        raise ValueError("expected at least one digit, received none")
    pixels = np.stack([digit.pixels for digit in personal.digits])
    labels = [digit.label for digit in personal.digits]
    unplaced = [Box(0.0, 0.0, 1.0, 1.0)] * len(labels)
    scores = {}
    for name, reader in models.items():
        answers = [digit.label for digit in reader.classify_batch(pixels, unplaced)]
        hits = np.array(answers, object) == labels
        interval = interval_of_fraction(hits)
        scores[name] = PersonalScore(len(labels), int(hits.sum()), answers.count(None), interval)
    return scores


def _quantise(pixels: np.ndarray) -> np.ndarray:
    if pixels.shape != (SIDE, SIDE) or not pixels.any():
        raise ValueError(f"expected a house digit with ink, ({SIDE}, {SIDE}), received {pixels.shape}")
    return np.round(np.clip(pixels, 0.0, 1.0) * 255).astype(np.uint8)


def _read_array(archive: zipfile.ZipFile, name: str, most: int) -> np.ndarray:
    """An array of at most `most` bytes from an untrusted archive.

    Raises:
        ValueError: it is of another type or larger; the archive may raise its own errors.
    """
    with archive.open(name) as member:
        # As bytes first: NumPy would allocate any size that the header claims.
        file = io.BytesIO(member.read(most + _HEADER))
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("expected version 1.0 of NumPy's format")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    values = file.read()
    if fortran or dtype != np.uint8 or len(values) != math.prod(shape) or len(values) > most:
        raise ValueError(f"expected bytes in their order, received {dtype} {shape}")
    return np.frombuffer(values, np.uint8).reshape(shape)
