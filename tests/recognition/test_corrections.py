from collections.abc import Sequence

import numpy as np
import pytest

from digitcnn.ink.strokes import Box
from digitcnn.recognition.corrections import EditedBox, arrange_boxes, correct_reading
from digitcnn.recognition.reading import Digit, PrintedDigit, Reading
from tests.support.made_digits import make_digit


def digit(label: int, box: Box) -> Digit:
    return make_digit(label, 0.99, box)


def nine_everywhere(boxes: Sequence[Box]) -> list[Digit]:
    return [digit(9, box) for box in boxes]


def must_not_read(boxes: Sequence[Box]) -> list[Digit]:
    raise AssertionError(f"read {boxes} again")


LEFT, MIDDLE, RIGHT, BELOW = Box(0, 0, 10, 20), Box(15, 2, 10, 20), Box(30, -3, 10, 20), Box(2, 40, 10, 20)
FIRST = Reading(((digit(1, LEFT), digit(2, MIDDLE), digit(3, RIGHT)), (digit(4, BELOW),)))


def test_boxes_left_alone_are_not_read_again():
    edited = [EditedBox(box) for box in (BELOW, RIGHT, LEFT, MIDDLE)]
    assert correct_reading(FIRST, edited, must_not_read).reading.text == "123\n4"


def test_a_moved_box_is_read_where_it_is_now():
    edited = [EditedBox(Box(50, 0, 10, 20)), EditedBox(MIDDLE), EditedBox(RIGHT), EditedBox(BELOW)]
    assert correct_reading(FIRST, edited, nine_everywhere).reading.text == "239\n4"


def test_printed_digits_stay():
    first = Reading(FIRST.lines, (PrintedDigit(Box(80, 0, 10, 20)),))
    assert correct_reading(first, [EditedBox(LEFT)], must_not_read).reading.printed == first.printed


def test_a_removed_box_leaves_the_reading():
    edited = [EditedBox(LEFT), EditedBox(RIGHT)]
    assert correct_reading(FIRST, edited, must_not_read).reading.text == "13"


def test_a_typed_label_counts_more_than_the_model():
    edited = [EditedBox(LEFT), EditedBox(MIDDLE, 7), EditedBox(RIGHT), EditedBox(BELOW)]
    corrected = correct_reading(FIRST, edited, must_not_read)
    assert corrected.reading.text == "173\n4"
    assert corrected.typed == {1}


def test_a_typed_label_follows_its_box_into_another_place():
    edited = [EditedBox(Box(60, 0, 10, 20), 5), EditedBox(MIDDLE), EditedBox(RIGHT)]
    corrected = correct_reading(FIRST, edited, nine_everywhere)
    assert corrected.reading.text == "235"
    assert corrected.typed == {2}


def test_no_boxes_are_an_empty_reading():
    assert correct_reading(FIRST, [], must_not_read).reading == Reading()


def test_two_boxes_in_one_place_are_both_kept():
    same = [EditedBox(Box(5, 5, 9, 9)), EditedBox(Box(5, 5, 9, 9))]
    assert correct_reading(FIRST, same, nine_everywhere).reading.text == "99"


@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.1])
def test_slanting_lines_stay_lines(slope: float):
    boxes = [Box(25.0 * x, 60 * y + slope * 25 * x, 15, 30) for y in range(3) for x in range(6)]
    shuffled = np.random.default_rng(0).permutation(len(boxes)).tolist()
    lines = arrange_boxes([boxes[index] for index in shuffled])
    assert [[shuffled[index] for index in line] for line in lines] == [
        list(range(start, start + 6)) for start in (0, 6, 12)
    ]
