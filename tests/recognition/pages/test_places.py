from digitcnn.ink.strokes import Box
from digitcnn.recognition.pages.places import is_beside, is_one_place, is_same_digit, matches, overlap

ONE = Box(0, 0, 20, 30)


def test_digits_that_touch_are_two_and_a_second_find_is_the_same() -> None:
    assert not is_same_digit(ONE, Box(14, 0, 20, 30))
    assert is_same_digit(ONE, Box(3, 1, 20, 30))


def test_boxes_in_one_place_share_a_middle_or_most_of_the_smaller_one() -> None:
    part = Box(0, 20, 20, 10)
    assert overlap(ONE, part) == 1.0
    assert not matches(ONE, part)
    assert is_one_place(ONE, part)
    assert not is_one_place(ONE, Box(10, 0, 20, 30))


def test_digits_of_one_height_side_by_side_stand_beside_each_other() -> None:
    assert is_beside(ONE, Box(40, 2, 20, 28))
    assert not is_beside(ONE, Box(90, 0, 20, 30))
    assert not is_beside(ONE, Box(40, 0, 20, 60))
    assert not is_beside(ONE, Box(40, 30, 20, 30))
