"""The values of a reading: a digit, the digits line by line, and a picture with the steps to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from digitcnn.classes import DIGITS
from digitcnn.ink.strokes import Box

if TYPE_CHECKING:
    # OpenCV is loaded by the first picture, not by drawings.
    from digitcnn.ink.images.binarize import Ink
    from digitcnn.ink.images.load import Picture

Expect = Literal["digit", "number"]
"""All the ink is one digit, or it is a number to be split."""

Kind = Literal["handwritten", "printed"]
"""How a digit came onto the paper."""


@dataclass(frozen=True, eq=False)
class Digit:
    """A segment of ink and the model's answer to it.

    Attributes:
        kind: "handwritten": printed digits that were told from handwriting are each a `PrintedDigit`.
        probabilities: (classes,) float32, calibrated: of each digit, given that it is one. Sums to 1.
        digit_probability: of the ink being a digit at all, a fraction 0-1, calibrated.
        refused: the answer is "not a digit".
        box: around the ink, in the input's own units.
        pixels: (28, 28) float32, the house digit that the model saw.
        typed: the label that a person typed; it overrides the model's answer.
        classes: names of the answers, by label: the ten digits, or those of a model that reads others.
    """

    kind: ClassVar[Kind] = "handwritten"

    probabilities: np.ndarray
    digit_probability: float
    refused: bool
    box: Box
    pixels: np.ndarray
    typed: int | None = None
    classes: tuple[str, ...] = DIGITS

    @property
    def label(self) -> int | None:
        """The number of the class, of digits 0-9; None where the answer is "not a digit"."""
        if self.typed is not None:
            return self.typed
        return None if self.refused else self.nearest

    @property
    def name(self) -> str | None:
        """The answer as text, such as "7" or "A"; None where the answer is "not a digit"."""
        return None if self.label is None else self.classes[self.label]

    @property
    def nearest_name(self) -> str:
        """The most probable class as text, also where the ink was refused."""
        return self.classes[self.nearest]

    @property
    def confidence(self) -> float:
        """How likely the model's answer is right, 0-1: that it is this digit or, where refused, none."""
        return 1.0 - self.digit_probability if self.refused else self.nearest_probability

    @property
    def nearest(self) -> int:
        """The most probable digit, also where the ink was refused."""
        return int(self.probabilities.argmax())

    @property
    def nearest_probability(self) -> float:
        """How likely the ink is the nearest digit, 0-1, refused or not."""
        return self.digit_probability * float(self.probabilities.max())


@dataclass(frozen=True)
class PrintedDigit:
    """A digit of print, such as that of a time stamp, which is left out of the answer.

    Attributes:
        kind: "printed".
        box: around it, in pixels of the picture.
    """

    kind: ClassVar[Kind] = "printed"

    box: Box


@dataclass(frozen=True)
class Reading:
    """The digits of a drawing or a picture, line by line.

    Attributes:
        lines: the segments of ink of each line, left to right, top line first. No lines on blank paper.
        printed: digits of print on a picture of numbers; they are in no line.
    """

    lines: tuple[tuple[Digit, ...], ...] = ()
    printed: tuple[PrintedDigit, ...] = ()

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All segments in reading order, including those that are not digits."""
        return tuple(digit for line in self.lines for digit in line)

    @cached_property
    def text(self) -> str:
        """The digits as text, a newline between lines; "" where there is no digit."""
        lines = ["".join(d.name for d in line if d.name is not None) for line in self.lines]
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True, eq=False)
class PictureReading:
    """The reading of a picture, and the steps that led to it.

    Attributes:
        reading: boxes are in the pixels of the upright picture.
        picture: the upright picture at the size it was searched, and a note for the user.
        ink: paper flattened and ink found; its arrays are those of `picture.rgb`, `zoom` times as large.
    """

    reading: Reading
    picture: Picture
    ink: Ink
