"""Pictures to readings: the pieces of ink that the recogniser believes in most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.images.binarize import Ink, find_ink
from digitcnn.ink.images.components import find_parts, make_piece_digit
from digitcnn.ink.images.cuts import Line, Piece, arrange, crop_piece, cut_out, join, pairs_above, pen_of
from digitcnn.ink.images.load import Picture
from digitcnn.ink.images.page import find_sheets, is_sheet, isolate_sheet, may_be_sheet
from digitcnn.ink.images.rotation import turn_box_back, turn_ink
from digitcnn.ink.images.selection import choose_digit, choose_writing
from digitcnn.ink.strokes import Box
from digitcnn.ink.text_lines import typical_height
from digitcnn.recognition.lattice import (
    AMONG_DIGITS,
    Run,
    belief,
    cost_of,
    least_cost,
    list_runs,
    part_row_reading_little,
)
from digitcnn.recognition.touching import look_at_stretches, may_be_several
from digitcnn.time_budget import within_time_budget

if TYPE_CHECKING:
    from digitcnn.recognition.reader import Digit, DigitReader

_HEAD_START = 0.1
"""What a second reading of the same picture must be more believable by."""

_MAX_DIGIT_WIDTH = 1.7
"""Width of the widest digit in heights of its line."""

_SAID_TO_BE_ONE = 0.985
"""Where the caller says that the ink is one digit, it takes this much to refuse it."""

_PLAIN = 0.6
"""A piece that is believed to be a digit more than this, and is not wide, is not cut."""

_MAX_PLAIN_WIDTH = 1.15

_MIN_CUT_HEIGHT = 0.4
"""Lower pieces, in heights of the page's digits, are no digits side by side but a line's remains."""

_SURE = 0.8
_MANY = 4
_MAX_SAMPLED = 24
_DOUBTFUL = 0.75
_TURN_EVIDENCE = 0.35
_MIN_LEAD = 3.0
"""By how much the logarithm of belief must rise, on average and in all, for a page to be turned."""


def read_digit(reader: DigitReader, picture: Picture) -> tuple[list[list[Digit]], Ink]:
    """Reads a picture of one digit; no lines where there is no ink."""
    return _best_of(picture, lambda ink: _read_whole(reader, ink))


def read_number(reader: DigitReader, picture: Picture) -> tuple[list[list[Digit]], Ink]:
    """Reads a picture of numbers, line by line; no lines where there is no ink."""
    return _best_of(picture, lambda ink: _read_pages(reader, ink))


def _best_of(picture: Picture, read: Callable[[Ink], list[list[Digit]]]) -> tuple[list[list[Digit]], Ink]:
    """The most believable reading: as the picture looks, the other way round, or of its sheet alone.

    Reading costs far more than finding ink: what cannot win is not read, and a sheet that was taken
    for ink only where nothing else is believable.
    """
    found = chosen = find_ink(picture)
    sheets = cache(lambda: find_sheets(picture))
    lines: list[list[Digit]] = []
    blots: list[Ink] = []

    def look_at(ink: Ink) -> None:
        nonlocal lines, chosen
        lines, chosen = _better(lines, chosen, read(ink), ink)

    def look_unless_sheet(ink: Ink) -> None:
        if may_be_sheet(ink) and is_sheet(ink, sheets()):
            blots.append(ink)
        else:
            look_at(ink)

    look_unless_sheet(found)
    if not found.polarity_is_sure and _mean_belief(lines) < 1.0 - _HEAD_START:
        look_unless_sheet(find_ink(picture, light_on_dark=not found.light_on_dark))
    if _mean_belief(lines) <= _SURE:
        for sheet in sheets():
            look_at(replace(find_ink(isolate_sheet(picture, sheet)), picture=picture))
    for blot in blots:
        # A bold digit may be as large and as straight as a sheet, but has no page of digits on it.
        if _mean_belief(lines) <= _SURE or sum(map(len, lines)) < _MANY:
            others = read(blot)
            if _mean_belief(others) > _SURE:
                return others, blot
            lines, chosen = _better(lines, chosen, others, blot)
    return lines, chosen


def read_boxes(reader: DigitReader, picture: Picture, boxes: Sequence[Box]) -> tuple[list[Digit], Ink]:
    """Reads the ink in each box, in pixels of the input, as one digit; a box without ink has none."""
    ink = find_ink(picture)
    parts = find_parts(ink)
    pieces = [cut_out(parts, *_window_of(ink, box)) for box in within_time_budget(boxes)]
    inked = [piece for piece in pieces if piece is not None]
    turns = _find_turns(reader, inked, _judge(reader, ink, inked))
    read = iter(_judge(reader, ink, inked, turns=turns, refuse_above=_SAID_TO_BE_ONE))
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
    """0 where there are no lines."""
    return float(np.mean([belief(digit) for line in lines for digit in line] or [0.0]))


def _read_whole(reader: DigitReader, ink: Ink) -> list[list[Digit]]:
    parts = find_parts(ink)
    chosen = choose_digit(parts)
    if not chosen:
        return []
    return [_judge(reader, ink, [crop_piece(parts, chosen)], refuse_above=_SAID_TO_BE_ONE)]


def _read_pages(reader: DigitReader, ink: Ink) -> list[list[Digit]]:
    pieces = _pieces_of(ink)
    digits = _judge(reader, ink, pieces)
    turns = _find_turns(reader, pieces, digits)
    if turns == 0:
        return _read_pieces(reader, ink, dict(zip(pieces, digits, strict=True)))
    turned = turn_ink(ink, turns)
    pieces = _pieces_of(turned)
    digits = _judge(reader, turned, pieces)
    lines = _read_pieces(reader, turned, dict(zip(pieces, digits, strict=True)))
    width, height = ink.picture.width, ink.picture.height
    return [
        [replace(digit, box=turn_box_back(digit.box, turns, width, height)) for digit in line]
        for line in lines
    ]


def _pieces_of(ink: Ink) -> list[Piece]:
    parts = find_parts(ink)
    return [crop_piece(parts, [part]) for part in within_time_budget(choose_writing(parts))]


def _find_turns(reader: DigitReader, pieces: Sequence[Piece], digits: Sequence[Digit]) -> int:
    """How many quarters counterclockwise set the page upright: 0 unless its digits speak for another."""
    pairs = zip(pieces, digits, strict=True)
    digitlike = [pair for pair in pairs if pair[0].extent < 2.2 * min(pair[0].width, pair[0].height)]
    sample = sorted(digitlike, key=lambda pair: -pair[0].extent)[:_MAX_SAMPLED]
    if len(sample) < 2:
        return 0
    upright = _mean_evidence([digit for _, digit in sample])
    if np.exp(upright) > _DOUBTFUL:
        return 0
    scores = [upright]
    for turns in (1, 2, 3):
        pixels = np.stack([make_piece_digit(np.rot90(piece.cover, turns)) for piece, _ in sample])
        scores.append(_mean_evidence(reader.judge_all(pixels, [digit.box for _, digit in sample])))
    best = int(np.argmax(scores))
    gain = scores[best] - upright
    return best if gain > _TURN_EVIDENCE and gain * len(sample) > _MIN_LEAD else 0


def _mean_evidence(digits: Sequence[Digit]) -> float:
    return float(np.mean(np.log(np.clip([belief(digit) for digit in digits], 0.02, 1.0))))


def _read_pieces(reader: DigitReader, ink: Ink, known: dict[Piece, Digit]) -> list[list[Digit]]:
    known = _stack(reader, ink, known)
    least = _MIN_CUT_HEIGHT * typical_height(list(known)) if known else 0.0
    whole = {
        piece
        for piece, digit in known.items()
        if piece.height < least or _is_whole(piece, belief(digit)) or not may_be_several(piece)
    }
    lines = arrange(list(known), pen=pen_of(list(known)), whole=whole)
    return _settle([_read_line(reader, ink, line, known) for line in lines])


def _is_whole(piece: Piece, believed: float) -> bool:
    """Whether nobody need look for several digits in the piece: the wider it is, the surer of the one."""
    shape = piece.width / piece.height
    return believed > (_PLAIN if shape < _MAX_PLAIN_WIDTH else _SURE) and shape < _MAX_DIGIT_WIDTH


def _settle(lines: list[list[Digit]]) -> list[list[Digit]]:
    """Refuses what the rest of the page speaks against: far smaller or larger, or alone and doubtful."""
    sure = [d.box.height for line in lines for d in line if d.label is not None and belief(d) > _SURE]
    if len(sure) < _MANY:
        return lines
    typical = float(np.median(sure))

    def settled(digit: Digit, alone: bool) -> Digit:
        if digit.label is None:
            return digit
        off = max(abs(np.log(max(digit.box.height, 1e-9) / typical)) / 0.5 - 1.5, 0.0)
        doubt = 0.5 * off**2 - np.log(max(belief(digit), 1e-9))
        if doubt > 3.0 or (alone and belief(digit) < _PLAIN):
            return replace(digit, label=None, confidence=1.0 - belief(digit))
        return digit

    return [[settled(digit, len(line) == 1) for digit in line] for line in lines]


def _stack(reader: DigitReader, ink: Ink, known: dict[Piece, Digit]) -> dict[Piece, Digit]:
    """Joins pieces that stand over one another where the two are a digit rather than each alone."""
    pairs = [pair for pair in pairs_above(list(known)) if min(belief(known[p]) for p in pair) < _PLAIN]
    judged = _judge(reader, ink, (join(pair) for pair in pairs))
    gains = sorted(zip(judged, pairs, strict=True), key=lambda entry: -belief(entry[0]))
    result = dict(known)
    for digit, (one, other) in gains:
        if one in result and other in result and belief(digit) > _PLAIN:
            del result[one], result[other]
            result[join((one, other))] = digit
    return result


def _read_line(reader: DigitReader, ink: Ink, line: Line, known: dict[Piece, Digit]) -> list[Digit]:
    widest = _MAX_DIGIT_WIDTH * line.height
    height = ink.picture.scale * line.height / ink.zoom

    def fits(start: int, end: int) -> bool:
        pieces = line.pieces[start:end]
        return max(p.right for p in pieces) - min(p.left for p in pieces) <= widest

    def judge(runs: Iterable[Run]) -> dict[Run, Digit]:
        """One by one: together, their pieces would take as much memory as hundreds of pictures."""
        runs = [run for run in runs if run not in alone]
        # There are many ways to cut: a second look has its worth at what stands apart.
        parts = (join(line.pieces[run.start : run.end]) for run in runs)
        judged = _judge(reader, ink, parts, thinner=False)
        return dict(zip(runs, judged, strict=True))

    outlook = look_at_stretches(line)
    units = [Run(at, at + 1) for at in range(len(line.pieces))]
    alone = {run: known[piece] for run, piece in zip(units, line.pieces, strict=True) if piece in known}
    if outlook.seen:
        alone |= judge(run for run in units if not outlook.concerns(run))
    digits: dict[Run, Digit] = {}

    def price(runs: list[Run]) -> list[float]:
        judged = alone | judge(runs)
        digits.update((run, outlook.weigh(run, judged[run], alone)) for run in runs)
        return [cost_of(digits[run], height) + doubts[run] for run in runs]

    runs = list_runs(line.odds, fits)
    doubts = {run: outlook.doubt(run, alone) for run in runs}
    boxes = {run: _box_of(ink, *line.pieces[run.start : run.end]) for run in runs}
    least = {run: least_cost(boxes[run], height) + doubts[run] for run in runs}
    return [digits[run] for run in part_row_reading_little(outlook.odds, least, price)]


def _judge(
    reader: DigitReader,
    ink: Ink,
    pieces: Iterable[Piece],
    *,
    turns: int = 0,
    refuse_above: float = AMONG_DIGITS,
    thinner: bool = True,
) -> list[Digit]:
    """What the pieces are read as; in doubt also as a thinner pen would have written them, if `thinner`."""
    covers: list[np.ndarray] = []
    pixels: list[np.ndarray] = []
    boxes: list[Box] = []
    for piece in within_time_budget(pieces):
        covers.append(np.rot90(piece.cover, turns))
        pixels.append(make_piece_digit(covers[-1]))
        boxes.append(_box_of(ink, piece))
    if not pixels:
        return []
    thin = (lambda at: make_piece_digit(covers[at], thinner=True)) if thinner else None
    return reader.judge_all(np.stack(pixels), boxes, refuse_above=refuse_above, thin=thin)


def _box_of(ink: Ink, *pieces: Piece) -> Box:
    """The box around some pieces, in the pixels of the input."""
    left, top = min(p.left for p in pieces), min(p.top for p in pieces)
    sides = left, top, max(p.right for p in pieces) - left, max(p.bottom for p in pieces) - top
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
