"""Pictures to readings: the pieces of ink that the recogniser believes in most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.ink.paper import Ink, find_ink
from digitcnn.ink.picture import Picture
from digitcnn.ink.pieces import choose_digit, find_parts, make_piece_digit
from digitcnn.ink.strokes import Box

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit, DigitReader

_HEAD_START = 0.1
"""What a second reading of the same picture must be more believable by."""


def read_digit(reader: DigitReader, picture: Picture) -> Digit | None:
    """Reads a picture of one digit; None where there is no ink."""
    ink = find_ink(picture)
    first = _judge_whole(reader, ink)
    if ink.polarity_is_sure:
        return first
    second = _judge_whole(reader, find_ink(picture, light_on_dark=not ink.light_on_dark))
    if first is None or (second is not None and belief(second) > belief(first) + _HEAD_START):
        return second
    return first


def belief(digit: Digit) -> float:
    """How likely the ink is the digit that it is nearest to, 0-1, refused or not."""
    if digit.label is not None:
        return digit.confidence
    return (1.0 - digit.confidence) * float(digit.probabilities.max())


def _judge_whole(reader: DigitReader, ink: Ink) -> Digit | None:
    parts = find_parts(ink)
    chosen = choose_digit(parts)
    if not chosen:
        return None
    cover, (left, top) = parts.crop(chosen)
    return reader.judge(make_piece_digit(cover), to_input(ink, left, top, cover.shape))


def to_input(ink: Ink, left: float, top: float, shape: Sequence[int]) -> Box:
    """A box in the arrays of `ink`, in the pixels of the input."""
    return ink.picture.to_input(left / ink.zoom, top / ink.zoom, shape[1] / ink.zoom, shape[0] / ink.zoom)
