"""A picture with boxes and answers drawn on it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitcnn.recognition.reading import Digit, PrintedDigit
from digitcnn.recognition.results import is_doubtful

SURE = "#2B5BD7"
DOUBTFUL = "#B84A00"
TYPED = "#00734F"
NO_DIGIT = "#5B6270"
"""Colors of boxes by outcome; white text on each has a contrast of 5:1 or more."""

_PRINTED = "#9A9CA0"
_MIN_VIEW_SIDE = 640


class Mark(NamedTuple):
    """The text and color that mark a segment of ink on its picture."""

    text: str
    color: str


def mark_of(digit: Digit, *, typed: bool) -> Mark:
    """The mark of an answer; doubt shows in its text as well as in its color."""
    if digit.name is None:
        return Mark("–", NO_DIGIT)
    if typed:
        return Mark(digit.name, TYPED)
    if is_doubtful(digit):
        return Mark(f"{digit.name}?", DOUBTFUL)
    return Mark(digit.name, SURE)


def make_view(rgb: np.ndarray, *, longest: int) -> Image.Image:
    """A view of a picture: large ones reduced to `longest` pixels, small ones enlarged in whole pixels.

    Args:
        rgb: (height, width, 3) uint8.
        longest: pixels of the longer side at most.
    """
    view = Image.fromarray(rgb)
    longer = max(view.size)
    if longer > longest:
        view.thumbnail((longest, longest), Image.Resampling.BOX, reducing_gap=2.0)
    elif longer < _MIN_VIEW_SIDE // 2:
        times = _MIN_VIEW_SIDE // longer
        view = view.resize((view.width * times, view.height * times), Image.Resampling.NEAREST)
    return view


def draw_answers(
    view: Image.Image,
    size: tuple[int, int],
    digits: Sequence[Digit],
    *,
    printed: Sequence[PrintedDigit] = (),
    typed: Collection[int] = (),
    chosen: int | None = None,
    outlines: bool = True,
) -> Image.Image:
    """Draws each answer above its box.

    Args:
        view: the picture, at any size.
        size: width and height of the picture that the boxes are in.
        digits: the digits of the reading.
        printed: those of print, which get a thin gray box.
        typed: indices of those that a person labeled.
        chosen: index of the digit whose box has a thicker line.
        outlines: whether the boxes are drawn as well; without them the typed labels are left out, too.
    """
    picture = view.convert("RGB")
    pen = ImageDraw.Draw(picture)
    across, down = view.width / size[0], view.height / size[1]
    longer = max(view.size)
    line = max(round(longer / 400), 1)
    usual = float(np.median([digit.box.height * down for digit in digits])) if digits else 0.0
    # As large as the digits allow, and legible where they are tiny.
    font = ImageFont.load_default(float(np.clip(0.4 * usual, longer / 45, longer / 22)))
    outline_printed(picture, size, printed, width=line)
    for index, digit in enumerate(digits):
        mark = mark_of(digit, typed=index in typed)
        box = digit.box
        left, top = box.x * across - 2 * line, box.y * down - 2 * line
        right = (box.x + box.width) * across + 2 * line
        bottom = (box.y + box.height) * down + 2 * line
        if outlines:
            width = 3 * line if index == chosen else line
            pen.rounded_rectangle((left, top, right, bottom), 2 * line, outline=mark.color, width=width)
        elif index in typed:
            continue
        _draw_chip(pen, picture.size, mark, font, (left, top, bottom))
    return picture


def outline_printed(
    picture: Image.Image, size: tuple[int, int], printed: Sequence[PrintedDigit], *, width: int = 1
) -> None:
    """Draws thin gray boxes around printed digits into a view of a picture of this width and height."""
    pen = ImageDraw.Draw(picture)
    across, down = picture.width / size[0], picture.height / size[1]
    for box in (digit.box for digit in printed):
        ends = box.x * across, box.y * down, box.right * across, box.bottom * down
        pen.rectangle(ends, outline=_PRINTED, width=width)


def _draw_chip(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    mark: Mark,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    box: tuple[float, float, float],
) -> None:
    """The answer on its color: above its box (left, top, bottom), below or in it where the picture ends."""
    left, top, bottom = box
    _, _, width, height = pen.textbbox((0, 0), "0", font=font)
    pad = 0.3 * width
    wide = pen.textlength(mark.text, font=font) + 2 * pad
    tall = height + pad
    left = max(min(left, size[0] - wide), 0.0)
    upper = top - tall
    # Above the picture there is no room: below the box, or else inside it.
    if upper < 0:
        upper = bottom if bottom + tall <= size[1] else max(top, 0.0)
    pen.rounded_rectangle((left, upper, left + wide, upper + tall), radius=pad, fill=mark.color)
    text = mark.text.replace("–", "-")  # Pillow's own font has no en dash and draws a box with a cross.
    pen.text((left + wide / 2, upper + tall / 2), text, font=font, fill="white", anchor="mm")
