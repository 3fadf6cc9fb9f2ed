"""Pictures to readings: the pieces of ink that the recogniser believes in most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.ink.lines import Line, Piece, arrange, crop_piece, join, pen_of
from digitcnn.ink.paper import Ink, find_ink
from digitcnn.ink.picture import Picture
from digitcnn.ink.pieces import choose_digit, choose_writing, find_parts, make_piece_digit
from digitcnn.ink.strokes import Box
from digitcnn.recognition.numbers import Run, belief, list_runs, part_row

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit, DigitReader

_HEAD_START = 0.1
"""What a second reading of the same picture must be more believable by."""

_WIDEST_DIGIT = 1.7
"""Width of the widest digit in heights of its line."""


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


def read_lines(reader: DigitReader, picture: Picture) -> list[list[Digit]]:
    """Reads a picture of numbers, line by line; no lines where there is no ink."""
    ink = find_ink(picture)
    first = _read_ink(reader, ink)
    if ink.polarity_is_sure:
        return first
    second = _read_ink(reader, find_ink(picture, light_on_dark=not ink.light_on_dark))
    if not first or (second and _mean_belief(second) > _mean_belief(first) + _HEAD_START):
        return second
    return first


def _mean_belief(lines: list[list[Digit]]) -> float:
    return float(np.mean([belief(digit) for line in lines for digit in line]))


def _judge_whole(reader: DigitReader, ink: Ink) -> Digit | None:
    parts = find_parts(ink)
    chosen = choose_digit(parts)
    if not chosen:
        return None
    return _judge(reader, ink, [crop_piece(parts, chosen)])[0]


def _read_ink(reader: DigitReader, ink: Ink) -> list[list[Digit]]:
    parts = find_parts(ink)
    pieces = [crop_piece(parts, [part]) for part in choose_writing(parts)]
    return [_read_line(reader, ink, line) for line in arrange(pieces, pen=pen_of(pieces))]


def _read_line(reader: DigitReader, ink: Ink, line: Line) -> list[Digit]:
    widest = _WIDEST_DIGIT * line.height

    def fits(start: int, end: int) -> bool:
        pieces = line.pieces[start:end]
        return max(p.right for p in pieces) - min(p.left for p in pieces) <= widest

    runs = list_runs(line.odds, fits)
    digits = _judge(reader, ink, [join(line.pieces[run.start : run.end]) for run in runs])
    of_run: dict[Run, Digit] = dict(zip(runs, digits, strict=True))
    chosen, _ = part_row(line.odds, of_run)
    return [of_run[run] for run in chosen]


def _judge(reader: DigitReader, ink: Ink, pieces: Sequence[Piece]) -> list[Digit]:
    pixels = np.stack([make_piece_digit(piece.cover) for piece in pieces])
    return reader.judge_all(pixels, [_box_of(ink, piece) for piece in pieces])


def _box_of(ink: Ink, piece: Piece) -> Box:
    """The box around a piece, in the pixels of the input."""
    return ink.picture.to_input(
        *(side / ink.zoom for side in (piece.left, piece.top, piece.width, piece.height))
    )
