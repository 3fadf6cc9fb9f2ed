"""Digits as they come out of a number whose digits touch: cut where a reader would cut, right and wrong."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from digitcnn.ink.lines import Piece, arrange, join
from digitcnn.ink.pieces import make_piece_digit
from digitcnn.ink.strokes import Stroke, box_of_strokes, draw_ink
from digitcnn.training.datasets import NOT_A_DIGIT
from digitcnn.training.pen_strokes import Drawing

HEIGHTS = (40.0, 90.0)
"""Of a digit in pixels, before it is cut."""

GAPS = (-0.25, 0.02)
"""Between the boxes of neighbours, in heights of a digit: below zero they overlap."""

PENS = (0.04, 0.15)
"""Width of the pen in heights of a digit."""

_RIGHT, _WRONG = 0.78, 0.6
"""Overlap with a digit's own ink: a cut is right above the one, and wrong below the other for every digit."""

_LEAST = 0.5
"""Extent of a wrong cut, in heights of a digit: specks teach nothing."""

_STRAIGHT = 0.3
"""Pieces whose ink is spread across less than this, in parts of their length, are as good as a 1."""

_WIDEST = 1.7
"""No cut is wider than this, in heights of a digit: readers do not try them."""


def cut_touching(
    drawings: Sequence[Drawing], count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Makes numbers of two or three touching digits of one writer, and cuts them.

    Args:
        drawings: digits to draw from.
        count: how many numbers.
        rng: decides.

    Returns:
        (n, 28, 28) float32 house digits in 0-1, and (n,) their labels, `NOT_A_DIGIT` for wrong cuts:
        up to three of a number.
    """
    by_writer: dict[str, list[Drawing]] = defaultdict(list)
    for drawing in drawings:
        by_writer[drawing.writer].append(drawing)
    writers = [found for _, found in sorted(by_writer.items())]
    pixels, labels = [], []
    for _ in range(count):
        hand = writers[rng.integers(len(writers))]
        chosen = [hand[at] for at in rng.integers(len(hand), size=2 + (rng.random() < 0.3))]
        for piece, label in _judge_cuts(*_write(chosen, rng), rng):
            pixels.append(make_piece_digit(piece.cover))
            labels.append(label)
    if not pixels:
        return np.zeros((0, 28, 28), np.float32), np.zeros(0, np.int64)
    return np.stack(pixels), np.array(labels, dtype=np.int64)


def _write(chosen: Sequence[Drawing], rng: np.random.Generator) -> tuple[list[np.ndarray], list[int], float]:
    """Each digit's ink on the common sheet, (height, width), their labels, and the width of the pen."""
    height = rng.uniform(*HEIGHTS)
    pen = max(height * rng.uniform(*PENS), 1.5)
    placed: list[list[Stroke]] = []
    right = pen
    for drawing in chosen:
        box = box_of_strokes(drawing.strokes)
        scale = height * rng.uniform(0.85, 1.15) / max(box.height, 0.5 * box.width, 1e-9)
        top = pen + 0.65 * height - scale * box.height / 2 + rng.uniform(-0.1, 0.1) * height
        corner = np.array([box.x, box.y])
        placed.append([(stroke - corner) * scale + [right, top] for stroke in drawing.strokes])
        right = max(right + scale * box.width + height * rng.uniform(*GAPS), 2 * pen)
    reach = np.concatenate([np.concatenate(strokes) for strokes in placed])
    placed = [[stroke - np.minimum(reach.min(axis=0) - pen, 0) for stroke in strokes] for strokes in placed]
    size = np.ceil(np.ptp(np.vstack([reach, [[0, 0]]]), axis=0) + 2 * pen).astype(int)
    sheets = [draw_ink(strokes, (int(size[0]), int(size[1])), pen) for strokes in placed]
    return sheets, [drawing.label for drawing in chosen], pen


def _judge_cuts(
    sheets: list[np.ndarray], labels: list[int], pen: float, rng: np.random.Generator
) -> list[tuple[Piece, int]]:
    """The best cut of each digit, where it is good enough, and one wrong cut."""
    line = arrange([Piece(0, 0, np.maximum.reduce(sheets))], pen=pen)[0]
    best = [_RIGHT] * len(sheets)
    right: dict[int, Piece] = {}
    wrong: list[Piece] = []
    for start, end in combinations(range(len(line.pieces) + 1), 2):
        if line.pieces[end - 1].right - line.pieces[start].left > _WIDEST * line.height:
            continue
        piece = join(line.pieces[start:end])
        overlaps = [_overlap(piece, sheet) for sheet in sheets]
        digit = int(np.argmax(overlaps))
        if overlaps[digit] > best[digit]:
            best[digit], right[digit] = overlaps[digit], piece
        elif overlaps[digit] < _WRONG and piece.extent > _LEAST * line.height:
            wrong.append(piece)
    found = [(piece, labels[digit]) for digit, piece in sorted(right.items())]
    rng.shuffle(wrong)
    chosen = next((piece for piece in wrong if _roundness(piece.cover) > _STRAIGHT), None)
    return found if chosen is None else [*found, (chosen, NOT_A_DIGIT)]


def _overlap(piece: Piece, sheet: np.ndarray) -> float:
    """Dice's coefficient of a piece and a digit's own ink: 1 where they are the same."""
    window = sheet[piece.top : piece.bottom, piece.left : piece.right]
    shared = float(np.minimum(piece.cover, window).sum())
    return 2 * shared / max(float(piece.cover.sum()) + float(sheet.sum()), 1.0)


def _roundness(cover: np.ndarray) -> float:
    """How far the ink is spread across its main direction, in parts of how far it is spread along it."""
    points = np.argwhere(cover > 0.5)
    if len(points) < 3:
        return 0.0
    least, most = np.linalg.eigvalsh(np.cov(points.T))
    return float(np.sqrt(max(least, 0.0) / max(most, 1e-9)))
