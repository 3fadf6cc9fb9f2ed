from typing import NamedTuple

import pytest

from digitcnn.ink.text_lines import CERTAIN, boundary_logit, group_rows, typical_height


class Thing(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


def digit(x: float, y: float, *, width: float = 60, height: float = 100) -> Thing:
    return Thing(x, y, x + width, y + height)


FIRST = [digit(0, 0), digit(90, 10), digit(180, -8)]
SECOND = [digit(5, 160), digit(95, 150), digit(200, 165)]


def test_rows_come_from_the_top_and_run_from_the_left():
    shuffled = [SECOND[2], FIRST[1], SECOND[0], FIRST[2], FIRST[0], SECOND[1]]
    assert group_rows(shuffled) == [FIRST, SECOND]
    assert group_rows([]) == []


@pytest.mark.parametrize("unit", [0.001, 1, 1000])
def test_rows_do_not_depend_on_the_unit(unit: float):
    rows = [[Thing(*(side * unit for side in thing)) for thing in row] for row in (FIRST, SECOND)]
    assert group_rows([*rows[1], *rows[0]]) == rows


def test_a_line_that_climbs_is_one_row():
    climbing = [digit(90 * number, -25 * number) for number in range(12)]
    assert group_rows(climbing) == [climbing]


def test_a_small_mark_joins_the_nearer_row():
    comma = Thing(155, 95, 165, 120)
    assert comma in group_rows([*FIRST, *SECOND, comma])[0]
    assert len(group_rows([*FIRST, *SECOND, comma])) == 2


def test_a_low_mark_between_two_digits_does_not_part_their_line():
    mark = Thing(65, 75, 85, 120)
    assert group_rows([FIRST[0], mark, FIRST[1]]) == [[FIRST[0], mark, FIRST[1]]]


def test_a_speck_far_from_all_rows_is_left_out():
    assert group_rows([*FIRST, Thing(500, 900, 510, 910)]) == [FIRST]


def test_a_dash_far_from_all_rows_is_a_row_of_its_own():
    dash = Thing(500, 900, 580, 910)
    assert group_rows([*FIRST, dash]) == [FIRST, [dash]]


def test_bits_of_digits_count_little_for_the_typical_height():
    bits = [digit(0, 0, height=8) for _ in range(12)]
    assert typical_height([*bits, *FIRST]) == 100
    assert typical_height([digit(0, 0, height=30)]) == 30


def test_the_wider_the_gap_the_surer_a_digit_ends():
    logits = [boundary_logit(digit(0, 0), digit(60 + gap, 0), 100) for gap in (-50, -20, 0, 10, 15, 300)]
    assert logits == sorted(logits)
    assert logits[0] < 0 < logits[2]
    assert logits[-1] == CERTAIN


def test_a_boundary_does_not_depend_on_which_of_two_comes_first():
    one, other = digit(0, 0), digit(40, 0, width=90)
    assert boundary_logit(one, other, 100) == boundary_logit(other, one, 100)


def test_strokes_without_width_or_height_have_a_boundary():
    line = Thing(5, 0, 5, 0)
    assert boundary_logit(line, line, 0.0) > 0
    assert group_rows([line]) == [[line]]
