"""The public reader: strokes or a picture in, a reading out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from digitcnn.confidence import CLASSES, calibrate_confidence
from digitcnn.ink.strokes import Box, as_strokes, box_of_strokes, draw_house_digit
from digitcnn.recognition.model import Recognizer, load_recognizer
from digitcnn.recognition.strokes import read_rows
from digitcnn.recognition.tta import augment_doubted
from digitcnn.run_folder import find_run

if TYPE_CHECKING:
    from digitcnn.ink.images.binarize import Ink
    from digitcnn.ink.images.load import Picture, PictureSource

DEFAULT_MODEL = "reader"

Expect = Literal["digit", "number"]


@dataclass(frozen=True, eq=False)
class Digit:
    """One piece of ink, and what the model makes of it.

    Attributes:
        label: 0-9, or None where the model takes it for something else than a digit.
        confidence: how likely the answer is right, a fraction 0-1: that it is this digit, or, where
            `label` is None, that it is not a digit.
        probabilities: (10,) float32, calibrated: of each digit, given that it is one. Sums to 1.
        box: around the ink, in the input's own units.
        pixels: (28, 28) float32, the house digit that the model saw.
    """

    label: int | None
    confidence: float
    probabilities: np.ndarray
    box: Box
    pixels: np.ndarray

    @property
    def nearest(self) -> int:
        """The most probable digit, also where the ink was refused."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True)
class Reading:
    """What was read, line by line.

    Attributes:
        lines: the pieces of ink of each line, left to right, top line first. No lines on blank paper.
    """

    lines: tuple[tuple[Digit, ...], ...] = ()

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All pieces in reading order, those that are not digits among them."""
        return tuple(digit for line in self.lines for digit in line)

    @cached_property
    def text(self) -> str:
        """The digits that were read, a newline between lines; "" where there is no digit."""
        lines = ["".join(str(d.label) for d in line if d.label is not None) for line in self.lines]
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, eq=False)
class PictureReading:
    """What was read in a picture, and the steps that led to it.

    Attributes:
        reading: boxes are in the pixels of the upright picture.
        picture: the upright picture at the size it was searched, and a note for the user.
        ink: paper flattened and ink found; its arrays are those of `picture.rgb`, `zoom` times as large.
    """

    reading: Reading
    picture: Picture
    ink: Ink


class DigitReader:
    """Reads handwritten digits.

    Example:
        >>> reader = DigitReader()
        >>> reading = reader.read_strokes([[(40, 10), (38, 50), (41, 90)]], expect="digit")
        >>> reading.text
        '1'
    """

    def __init__(self, model: str | Path = DEFAULT_MODEL):
        """Loads a model by the name of a preset that ships, of a run, or by a run folder's path.

        Raises:
            ModelNotFoundError: there is no trained model there.
        """
        folder = find_run(model)
        record = folder.read_record()
        self.name = folder.name
        self._temperature = record.temperature
        self._refusal_bias = record.refusal_bias
        self._refuse_above = record.refuse_above
        # Only a model that has learned from distorted digits gains from seeing some.
        self._uses_tta = bool(record.settings.get("augmentation"))
        self._recognizer: Recognizer = load_recognizer(
            str(folder.tflite_file), folder.tflite_file.stat().st_mtime_ns
        )

    def classify(self, digits: np.ndarray) -> np.ndarray:
        """The bare model, for benchmarks: no refusal and no calibration.

        Args:
            digits: (n, 28, 28) house digits in 0-1.

        Returns:
            (n, 10) float32, rows summing to 1.
        """
        probabilities = self._recognizer.predict(digits)[:, :CLASSES]
        return probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-30)

    def read_strokes(self, strokes: Iterable[np.ndarray], *, expect: Expect = "number") -> Reading:
        """Reads pen strokes.

        Args:
            strokes: each (n, 2), x right and y down, in any units.
            expect: "digit" says that all the ink is one digit, "number" splits it.

        Raises:
            ValueError: `strokes` are not arrays of that shape, or `expect` is another word.
        """
        _check_expect(expect)
        checked = as_strokes(strokes)
        if not checked:
            return Reading()
        if expect == "number":
            return Reading(tuple(tuple(line) for line in read_rows(self, checked)))
        digit = self.classify_digit(draw_house_digit(checked), box_of_strokes(checked))
        return Reading(((digit,),))

    def read_image(self, image: PictureSource, *, expect: Expect = "number") -> Reading:
        """Reads a picture: dark on light or light on dark, at any size up to 64 megapixels.

        Args:
            image: a path, the bytes of a file, an open binary file, a Pillow image, or an array:
                (height, width) gray or (height, width, 3 or 4) RGB or RGBA.
            expect: "digit" says that all the ink is one digit, "number" splits it.

        Returns:
            What was read; boxes are in the pixels of the upright picture.

        Raises:
            InputError: it is no picture that can be read.
        """
        return self.examine_image(image, expect=expect).reading

    def read_boxes(self, image: PictureSource, boxes: Sequence[Box]) -> Reading:
        """Reads the ink in each of some boxes as one digit.

        Args:
            image: as for `read_image`.
            boxes: (x, y, width, height) in the pixels of the upright picture.

        Returns:
            One line with a digit per box, in the order of the boxes; one without ink is not a digit.

        Raises:
            InputError: it is no picture that can be read.
        """
        return self.examine_image(image, boxes=boxes).reading

    def examine_image(
        self,
        image: PictureSource,
        *,
        expect: Expect = "number",
        boxes: Sequence[Box] | None = None,
        name: str | None = None,
    ) -> PictureReading:
        """Reads a picture and keeps the steps: what `read_image` and `read_boxes` do, once for both.

        Args:
            image: as for `read_image`.
            expect: as for `read_image`; counts only where there are no boxes.
            boxes: as for `read_boxes`; None finds the digits.
            name: what errors call the picture; by default the name of the file.

        Raises:
            InputError: it is no picture that can be read.
        """
        _check_expect(expect)
        # OpenCV is loaded by the first picture, not by drawings.
        from digitcnn.ink.images.load import open_picture
        from digitcnn.recognition import images as pictures

        picture = open_picture(image, name=name)
        if boxes is not None:
            digits, ink = pictures.read_boxes(self, picture, [Box(*box) for box in boxes])
            lines = [digits] if digits else []
        elif expect == "digit":
            lines, ink = pictures.read_digit(self, picture)
        else:
            lines, ink = pictures.read_number(self, picture)
        return PictureReading(Reading(tuple(tuple(line) for line in lines)), picture, ink)

    def reread(self, reading: Reading) -> Reading:
        """What this model makes of the house digits that another model has read, box by box."""
        return Reading(
            tuple(tuple(self.classify_digit(d.pixels, d.box) for d in line) for line in reading.lines)
        )

    def classify_digit(self, pixels: np.ndarray, box: Box) -> Digit:
        """Answers one house digit, (28, 28), found in `box`."""
        return self.classify_batch(pixels[np.newaxis], [box])[0]

    def classify_batch(
        self,
        pixels: np.ndarray,
        boxes: list[Box],
        *,
        rejection_threshold: float | None = None,
        thin: Callable[[int], np.ndarray] | None = None,
    ) -> list[Digit]:
        """Answers house digits, (n, 28, 28), each found in its box.

        `rejection_threshold` is the probability of "not a digit" from which on an answer is refused, where it
        is above the model's own: what stands among digits, or is said to be one, is rarely none. The
        model's bias towards "not a digit" does not count there. `thin` is as for `augment_doubted`.
        """
        bias = self._refusal_bias if rejection_threshold is None else 0.0

        def answer(digits: np.ndarray) -> np.ndarray:
            return calibrate_confidence(self._recognizer.predict(digits), self._temperature, bias)

        probabilities = answer(pixels)
        if self._uses_tta:
            probabilities = augment_doubted(pixels, probabilities, answer, thin)
        return [
            self._decide(row, box, digit, rejection_threshold or 0.0)
            for row, box, digit in zip(probabilities, boxes, pixels, strict=True)
        ]

    def _decide(
        self, probabilities: np.ndarray, box: Box, pixels: np.ndarray, rejection_threshold: float = 0.0
    ) -> Digit:
        of_digits = probabilities[:CLASSES]
        is_digit = float(of_digits.sum())
        given_digit = of_digits / max(is_digit, 1e-30)
        if self._refuse_above is not None and 1.0 - is_digit > max(self._refuse_above, rejection_threshold):
            return Digit(None, 1.0 - is_digit, given_digit, box, pixels)
        label = int(of_digits.argmax())
        return Digit(label, float(of_digits[label]), given_digit, box, pixels)


def _check_expect(expect: str) -> None:
    if expect not in ("digit", "number"):
        raise ValueError(f'expected "digit" or "number", received {expect!r}')
