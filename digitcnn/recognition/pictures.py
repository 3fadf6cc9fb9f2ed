"""Pictures to readings: the pieces of ink that the recogniser believes in most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.lines import Line, Piece, arrange, crop_piece, cut_out, join, pen_of
from digitcnn.ink.paper import Ink, find_ink
from digitcnn.ink.picture import Picture
from digitcnn.ink.pieces import choose_digit, choose_writing, find_parts, make_piece_digit
from digitcnn.ink.strokes import Box
from digitcnn.ink.turns import turn_box_back, turn_ink
from digitcnn.recognition.numbers import Run, belief, list_runs, part_row

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit, DigitReader

_HEAD_START = 0.1
"""What a second reading of the same picture must be more believable by."""

_WIDEST_DIGIT = 1.7
"""Width of the widest digit in heights of its line."""

_MOST_SAMPLED = 24
_DOUBTFUL = 0.75
_TURN_EVIDENCE = 0.35
"""By how much the mean logarithm of belief must rise for a page to be taken as turned."""


def read_digit(reader: DigitReader, picture: Picture) -> tuple[list[list[Digit]], Ink]:
    """Reads a picture of one digit; no lines where there is no ink."""
    ink = find_ink(picture)
    first = _read_whole(reader, ink)
    if ink.polarity_is_sure:
        return first, ink
    other = find_ink(picture, light_on_dark=not ink.light_on_dark)
    return _better(first, ink, _read_whole(reader, other), other)


def read_number(reader: DigitReader, picture: Picture) -> tuple[list[list[Digit]], Ink]:
    """Reads a picture of numbers, line by line; no lines where there is no ink."""
    ink = find_ink(picture)
    first = _read_pages(reader, ink)
    if ink.polarity_is_sure:
        return first, ink
    other = find_ink(picture, light_on_dark=not ink.light_on_dark)
    return _better(first, ink, _read_pages(reader, other), other)


def read_boxes(reader: DigitReader, picture: Picture, boxes: Sequence[Box]) -> tuple[list[Digit], Ink]:
    """Reads the ink in each box, in pixels of the input, as one digit; a box without ink has none."""
    ink = find_ink(picture)
    parts = find_parts(ink)
    pieces = [cut_out(parts, *_window_of(ink, box)) for box in boxes]
    inked = [piece for piece in pieces if piece is not None]
    turns = _find_turns(reader, inked)
    read = iter(_judge(reader, ink, inked, turns=turns))
    digits = [
        _nothing(box) if piece is None else replace(next(read), box=box)
        for piece, box in zip(pieces, boxes, strict=True)
    ]
    return digits, ink


def _better(
    first: list[list[Digit]], ink: Ink, second: list[list[Digit]], other: Ink
) -> tuple[list[list[Digit]], Ink]:
    """The more believable of the readings of dark and of light ink."""
    if not first or (second and _mean_belief(second) > _mean_belief(first) + _HEAD_START):
        return second, other
    return first, ink


def _mean_belief(lines: list[list[Digit]]) -> float:
    return float(np.mean([belief(digit) for line in lines for digit in line]))


def _read_whole(reader: DigitReader, ink: Ink) -> list[list[Digit]]:
    parts = find_parts(ink)
    chosen = choose_digit(parts)
    return [_judge(reader, ink, [crop_piece(parts, chosen)])] if chosen else []


def _read_pages(reader: DigitReader, ink: Ink) -> list[list[Digit]]:
    pieces = _pieces_of(ink)
    turns = _find_turns(reader, pieces)
    if turns == 0:
        return _read_pieces(reader, ink, pieces)
    turned = turn_ink(ink, turns)
    lines = _read_pieces(reader, turned, _pieces_of(turned))
    width, height = ink.picture.width, ink.picture.height
    return [
        [replace(digit, box=turn_box_back(digit.box, turns, width, height)) for digit in line]
        for line in lines
    ]


def _pieces_of(ink: Ink) -> list[Piece]:
    parts = find_parts(ink)
    return [crop_piece(parts, [part]) for part in choose_writing(parts)]


def _find_turns(reader: DigitReader, pieces: Sequence[Piece]) -> int:
    """How many quarters counterclockwise set the page upright: 0 unless its digits speak for another."""
    sample = sorted(pieces, key=lambda piece: -piece.extent)[:_MOST_SAMPLED]
    if not sample:
        return 0
    evidence = _evidence(reader, sample, 0)
    if np.exp(evidence.mean()) > _DOUBTFUL:
        return 0
    scores = [float(evidence.mean())] + [float(_evidence(reader, sample, k).mean()) for k in (1, 2, 3)]
    best = int(np.argmax(scores))
    lead = (scores[best] - scores[0]) * len(sample)
    return best if scores[best] - scores[0] > _TURN_EVIDENCE and lead > 2.0 else 0


def _evidence(reader: DigitReader, pieces: Sequence[Piece], turns: int) -> np.ndarray:
    pixels = np.stack([make_piece_digit(np.rot90(piece.cover, turns)) for piece in pieces])
    digits = reader.judge_all(pixels, [Box(0, 0, 0, 0)] * len(pieces))
    return np.log(np.clip([belief(digit) for digit in digits], 0.02, 1.0))


def _read_pieces(reader: DigitReader, ink: Ink, pieces: list[Piece]) -> list[list[Digit]]:
    return [_read_line(reader, ink, line) for line in arrange(pieces, pen=pen_of(pieces))]


def _read_line(reader: DigitReader, ink: Ink, line: Line) -> list[Digit]:
    widest = _WIDEST_DIGIT * line.height

    def fits(start: int, end: int) -> bool:
        pieces = line.pieces[start:end]
        return max(p.right for p in pieces) - min(p.left for p in pieces) <= widest

    runs = list_runs(line.odds, fits)
    digits = _judge(reader, ink, [join(line.pieces[run.start : run.end]) for run in runs])
    of_run: dict[Run, Digit] = dict(zip(runs, digits, strict=True))
    chosen, _ = part_row(line.odds, of_run, height=ink.picture.scale * line.height / ink.zoom)
    return [of_run[run] for run in chosen]


def _judge(reader: DigitReader, ink: Ink, pieces: Sequence[Piece], *, turns: int = 0) -> list[Digit]:
    if not pieces:
        return []
    pixels = np.stack([make_piece_digit(np.rot90(piece.cover, turns)) for piece in pieces])
    return reader.judge_all(pixels, [_box_of(ink, piece) for piece in pieces])


def _box_of(ink: Ink, piece: Piece) -> Box:
    """The box around a piece, in the pixels of the input."""
    sides = (piece.left, piece.top, piece.width, piece.height)
    return ink.picture.to_input(*(side / ink.zoom for side in sides))


def _window_of(ink: Ink, box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box in the arrays of `ink`."""
    down = ink.mask.shape[0] / ink.picture.height
    across = ink.mask.shape[1] / ink.picture.width
    left, right = sorted((box.x * across, (box.x + box.width) * across))
    top, bottom = sorted((box.y * down, (box.y + box.height) * down))
    return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))


def _nothing(box: Box) -> Digit:
    from digitcnn.recognition.reader import Digit

    blank = np.zeros((SIDE, SIDE), dtype=np.float32)
    return Digit(None, 1.0, np.full(10, 0.1, dtype=np.float32), box, blank)
