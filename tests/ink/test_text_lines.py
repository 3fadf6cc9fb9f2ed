"""Boxes become rows of writing, and gaps tell where a digit ends."""

from dataclasses import dataclass

import pytest

from digitcnn.ink.text_lines import CERTAIN, boundary_logit, group_rows, typical_height


@dataclass(frozen=True)
class Thing:
    left: float
    top: float
    right: float
    bottom: float


def row_of(count: int, *, top: float = 0.0, slope: float = 0.0) -> list[Thing]:
    return [Thing(60 * at, top + slope * at, 60 * at + 40, top + 80 + slope * at) for at in range(count)]


def test_two_lines_stay_two_rows_in_reading_order():
    upper, lower = row_of(4), row_of(5, top=150)
    assert group_rows([*lower[::-1], *upper]) == [upper, lower]


@pytest.mark.parametrize("slope", [-8.0, 8.0])
def test_a_slanted_line_stays_one_row(slope: float):
    (row,) = group_rows(row_of(10, slope=slope))
    assert [thing.left for thing in row] == [60 * at for at in range(10)]


def test_a_comma_joins_the_line_that_it_hangs_below():
    comma = Thing(102, 75, 108, 95)
    (row,) = group_rows([*row_of(4), comma])
    assert row[2] == comma


def test_a_speck_far_from_every_row_is_left_out():
    assert group_rows([*row_of(3), Thing(70, 400, 74, 404)]) == [row_of(3)]


def test_nothing_has_no_rows():
    assert group_rows([]) == []


def test_bits_of_digits_count_little_for_the_typical_height():
    assert typical_height([Thing(0, 0, 2, 3)] * 5 + row_of(3)) == 80


def test_the_wider_the_gap_the_surer_is_the_boundary():
    one = Thing(0, 0, 40, 80)
    logits = [boundary_logit(one, Thing(40 + gap, 0, 80 + gap, 80), 80.0) for gap in (-30, -10, 0, 4, 40)]
    assert logits == sorted(logits)
    assert logits[0] < 0 < logits[2]
    assert logits[-1] == CERTAIN
