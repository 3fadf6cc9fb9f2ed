"""The public reader: strokes or a picture in, a reading out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.errors import NotSupportedError, RunFolderError
from digitcnn.ink.strokes import Box, as_strokes, box_of_strokes, draw_house_digit
from digitcnn.recognition.classifier import DEFAULT_MODEL, Classifier
from digitcnn.recognition.model import Recognizer
from digitcnn.recognition.reading import Digit, Expect, PictureReading, Reading
from digitcnn.recognition.strokes import read_rows

if TYPE_CHECKING:
    from digitcnn.ink.images.load import PictureSource
    from digitcnn.recognition.adaptation.learning import Learner, Lesson

__all__ = ["DEFAULT_MODEL", "Digit", "DigitReader", "Expect", "PictureReading", "Reading"]


class DigitReader(Classifier):
    """Reads handwritten digits: finds them in strokes or a picture, and classifies each.

    Example:
        >>> reader = DigitReader()
        >>> reading = reader.read_strokes([[(40, 10), (38, 50), (41, 90)]], expect="digit")
        >>> reading.text
        '1'

    Attributes:
        lesson: what `adapt` taught this reader; None for a model as it was trained.
    """

    lesson: Lesson | None = None

    def read_strokes(self, strokes: Iterable[np.ndarray], *, expect: Expect = "number") -> Reading:
        """Reads pen strokes.

        Args:
            strokes: each (n, 2), x right and y down, in any units.
            expect: "digit" says that all the ink is one digit, "number" splits it. A model of other classes,
                such as letters, takes all the ink as one.

        Raises:
            ValueError: `strokes` are not arrays of that shape, or `expect` is another word.
        """
        expect = self._check_expect(expect)
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
            The reading, with boxes in the pixels of the upright picture.

        Raises:
            InputError: the picture cannot be read.
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
            InputError: the picture cannot be read.
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
        """Reads a picture and keeps the steps that `read_image` and `read_boxes` drop.

        Args:
            image: as for `read_image`.
            expect: as for `read_image`; counts only where there are no boxes.
            boxes: as for `read_boxes`; None finds the digits.
            name: of the picture in errors; by default the name of the file.

        Raises:
            InputError: the picture cannot be read.
        """
        expect = self._check_expect(expect)
        # OpenCV is loaded by the first picture, not by drawings.
        from digitcnn.ink.images.load import open_picture
        from digitcnn.recognition import images as pictures

        picture = open_picture(image, name=name)
        if boxes is not None:
            digits, ink = pictures.read_boxes(self, picture, [Box(*box) for box in boxes])
            reading = Reading((tuple(digits),) if digits else ())
        elif expect == "digit":
            reading, ink = pictures.read_digit(self, picture)
        else:
            reading, ink = pictures.read_number(self, picture)
        return PictureReading(reading, picture, ink)

    def reread(self, reading: Reading) -> Reading:
        """Reads the house digits of another model's reading again with this model, box by box."""
        lines = tuple(tuple(self.classify_digit(d.pixels, d.box) for d in line) for line in reading.lines)
        return Reading(lines, reading.printed)

    def _check_expect(self, expect: Expect) -> Expect:
        """What to expect: always one character where the model reads something else than digits."""
        if expect not in ("digit", "number"):
            raise ValueError(f'expected "digit" or "number", received {expect!r}')
        return expect if self.reads_digits else "digit"

    def adapt(self, digits: Iterable[tuple[np.ndarray, int | None]]) -> DigitReader:
        """A reader that has learned from one writer's digits; this one stays as it is.

        It takes some hundredths of a second for twenty digits. Only the model's last layer learns, and not so
        far that other people's digits suffer: `lesson.held` of the new reader has the figures. An adapted
        reader forgets what it had learned when it adapts again: give all digits at once.

        Args:
            digits: of each, the house digit, (28, 28) in 0-1, such as `Digit.pixels`, and what it is:
                0-9, or None for "not a digit".

        Raises:
            ValueError: there are no digits, or one has another shape or label.
            NotSupportedError: this model cannot learn: it kept no features, or has another last layer.

        Example:
            >>> reader = DigitReader()
            >>> reading = reader.read_strokes([[(40, 10), (38, 50), (41, 90)]], expect="digit")
            >>> mine = reader.adapt([(digit.pixels, 1) for digit in reading.digits])
            >>> mine.lesson.digits
            1
        """
        learner = self.learner
        return self.taught(learner.learn(*learner.features_of(list(digits))))

    def taught(self, lesson: Lesson) -> DigitReader:
        """This reader with the model of a lesson by its `learner`."""
        reader = copy.copy(self)
        reader._model, reader.lesson = Recognizer(lesson.model), lesson
        return reader

    @cached_property
    def learner(self) -> Learner:
        """Teaches the model as it was trained.

        Raises:
            NotSupportedError: it cannot learn.
        """
        # SciPy's optimizer and the format of LiteRT's files are loaded by the first lesson.
        from digitcnn.kept_features import read_features
        from digitcnn.recognition.adaptation.learning import Learner

        try:
            kept = read_features(self.folder.features_npz)
        except RunFolderError as error:
            raise NotSupportedError(f"{self.name} cannot learn your hand: {error}") from None
        return Learner(self._model.content, kept, self._record)
