"""A person's changes to boxes and labels, applied to a reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, Reading


class EditedBox(NamedTuple):
    """A box as a person left it.

    Attributes:
        box: in pixels of the upright picture.
        label: 0-9 where the person typed it, else None: the model answers.
    """

    box: Box
    label: int | None = None


@dataclass(frozen=True, eq=False)
class CorrectedReading:
    """A reading, and which of its digits a person labeled.

    Attributes:
        reading: line by line, as if the model had found these boxes.
        typed: indices into `reading.digits`.
    """

    reading: Reading
    typed: frozenset[int]


def correct_reading(
    first: Reading, edited: Sequence[EditedBox], read_boxes: Callable[[list[Box]], Sequence[Digit]]
) -> CorrectedReading:
    """Applies a person's changes to a reading.

    Boxes that were left alone keep their answer; only moved and new ones are read again.

    Args:
        first: the model's own reading.
        edited: all boxes as they are now, in any order.
        read_boxes: returns a digit per box, in the order of the boxes.
    """
    known = {digit.box: digit for digit in first.digits}
    moved = [entry.box for entry in edited if entry.box not in known]
    read = dict(zip(moved, read_boxes(moved), strict=True)) if moved else {}
    answers: list[Digit] = []
    for box, label in edited:
        digit = known.get(box) or read[box]
        answers.append(digit if label is None else replace(digit, typed=label))
    order = arrange_boxes([entry.box for entry in edited]) if moved else _arrange_like(first, edited)
    lines = tuple(tuple(answers[index] for index in line) for line in order)
    flat = [index for line in order for index in line]
    typed = frozenset(place for place, index in enumerate(flat) if edited[index].label is not None)
    return CorrectedReading(Reading(lines, first.printed), typed)


def arrange_boxes(boxes: Sequence[Box]) -> list[list[int]]:
    """Sorts boxes into lines of indices, top line first, each from left to right.

    A box belongs to the line whose height holds its middle.
    """
    lines: list[list[int]] = []
    for index in sorted(range(len(boxes)), key=lambda index: boxes[index].y + boxes[index].height / 2):
        middle = boxes[index].y + boxes[index].height / 2
        for line in lines:
            top = sum(boxes[other].y for other in line) / len(line)
            height = sum(boxes[other].height for other in line) / len(line)
            if top <= middle <= top + height:
                line.append(index)
                break
        else:
            lines.append([index])
    return [sorted(line, key=lambda index: boxes[index].x) for line in lines]


def _arrange_like(first: Reading, edited: Sequence[EditedBox]) -> list[list[int]]:
    """The lines of the first reading, without the boxes that are gone."""
    places: dict[Box, list[int]] = {}
    for index, entry in enumerate(edited):
        places.setdefault(entry.box, []).append(index)
    lines = [[places[digit.box].pop(0) for digit in line if places.get(digit.box)] for line in first.lines]
    return [line for line in lines if line]
