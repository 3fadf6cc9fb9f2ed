import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitcnn.ink.fabric import strokes_from_canvas
from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.strokes import (
    MAX_POINTS,
    Box,
    Stroke,
    as_strokes,
    box_of_strokes,
    draw_house_digit,
    draw_ink,
)

CANVAS_DRAWINGS = json.loads((Path(__file__).parent / "canvas_drawings.json").read_text())
FOUR = as_strokes(
    [[(50, 15), (41, 34), (29, 58), (52, 57), (74, 56)], [(60, 40), (59, 55), (58, 70), (56, 86)]]
)


def center_of_mass(digit: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(digit.shape) + 0.5
    return float((digit * columns).sum() / digit.sum()), float((digit * rows).sum() / digit.sum())


def moved(strokes: list[Stroke], scale: float, shift: tuple[float, float] = (0, 0)) -> list[Stroke]:
    return [stroke * scale + shift for stroke in strokes]


def test_drawing_is_a_house_digit():
    digit = draw_house_digit(FOUR)
    assert (digit.shape, digit.dtype) == ((SIDE, SIDE), np.float32)
    assert (digit.min(), digit.max()) == (0, 1)
    assert center_of_mass(digit) == pytest.approx((14.5, 14.5), abs=0.1)
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    assert np.ptp(rows) + 1 in (20, 21)
    assert np.ptp(columns) + 1 < 18


def test_right_is_right_and_down_is_down():
    digit = draw_house_digit(as_strokes([[(0, 0), (0, 10), (8, 10)]]))
    assert digit[:, :14].sum() > digit[:, 14:].sum()
    assert digit[14:].sum() > digit[:14].sum()


@pytest.mark.parametrize("scale", [1e-6, 0.01, 1.5, 6, 1e6])
def test_scale_and_unit_leave_no_trace(scale: float):
    assert np.abs(draw_house_digit(moved(FOUR, scale)) - draw_house_digit(FOUR)).max() < 0.01


@pytest.mark.parametrize("shift", [(-50, 0), (1e5, 1e5), (3.3, 700)])
def test_place_leaves_no_trace(shift: tuple[float, float]):
    assert np.abs(draw_house_digit(moved(FOUR, 1, shift)) - draw_house_digit(FOUR)).max() < 0.01


@pytest.mark.slow
def test_scale_and_place_leave_no_trace_in_real_drawings(data: Path):
    with gzip.open(data / "pen_digits.json.gz") as file:
        drawings = [as_strokes(entry["strokes"]) for entry in json.load(file)[::58]]
    assert len(drawings) >= 299
    for strokes in drawings:
        again = draw_house_digit(moved(strokes, 3.7, (31.3, 17.9)))
        assert np.abs(again - draw_house_digit(strokes)).max() < 0.01


@pytest.mark.parametrize("name", sorted(CANVAS_DRAWINGS))
def test_scale_and_place_leave_no_trace_in_drawings_from_a_canvas(name: str):
    strokes = strokes_from_canvas(CANVAS_DRAWINGS[name]["json_data"])
    usual = draw_house_digit(strokes)
    for scale, shift in ((3.7, (31.3, 17.9)), (0.31, (-8.6, 400.1)), (1.003, (0.4, 0.7))):
        assert np.abs(draw_house_digit(moved(strokes, scale, shift)) - usual).max() < 0.01


@given(st.floats(-40, 40), st.floats(0.3, 30), st.floats(0, 1))
def test_the_picture_follows_a_stroke_continuously(x: float, length: float, shift: float):
    """A line that is a little longer or further to the right differs by a little: no pixel jumps."""
    line = np.array([(x, 3.0), (x + length, 9.0), (x + 2, 30.0)])
    step = np.array([(0, 0), (1e-3, 0), (0, shift * 1e-3)])
    assert np.abs(draw_house_digit([line + step]) - draw_house_digit([line])).max() < 0.01


def test_long_lines_are_drawn_in_pieces_without_seams():
    """A line from end to end and the same line in a hundred steps are one picture."""
    ends = np.array([(3.0, 5.0), (47.0, 90.0)])
    steps = ends[0] + np.linspace(0, 1, 101)[:, np.newaxis] * (ends[1] - ends[0])
    whole, stepwise = (draw_ink([path], (60, 100), 9.6) for path in (ends, steps))
    assert whole.sum() > 800
    assert np.abs(whole - stepwise).max() < 0.01


def test_ink_beyond_the_sheet_is_left_out():
    inside = draw_ink([np.array([(10.0, 10.0), (30.0, 10.0)])], (40, 20), 4.0)
    with_outside = draw_ink(
        [np.array([(10.0, 10.0), (30.0, 10.0)]), np.array([(-90.0, 500.0)])], (40, 20), 4.0
    )
    assert np.array_equal(inside, with_outside)
    assert draw_ink([np.array([(-50.0, 10.0), (90.0, 10.0)])], (40, 20), 4.0)[10].min() == 1


def test_points_in_between_leave_no_trace():
    def densely(stroke: Stroke) -> Stroke:
        steps = np.linspace(0, len(stroke) - 1, 40 * len(stroke))
        return np.column_stack([np.interp(steps, np.arange(len(stroke)), stroke[:, axis]) for axis in (0, 1)])

    difference = np.abs(draw_house_digit([densely(stroke) for stroke in FOUR]) - draw_house_digit(FOUR))
    assert difference.mean() < 0.002


def test_order_and_direction_of_strokes_leave_no_trace():
    difference = np.abs(draw_house_digit([stroke[::-1] for stroke in FOUR[::-1]]) - draw_house_digit(FOUR))
    assert difference.max() < 0.01


@pytest.mark.parametrize(
    "strokes",
    [[[(7, 9)]], [[(7, 9)] * 5], [[(1e9, -1e9)]], [[(7, 9)], [(7, 9)]], [[(0, 0), (1e-320, 0)]]],
    ids=["one point", "points on each other", "far away", "two taps", "narrower than a float can scale"],
)
def test_dot_stays_a_dot_of_the_pens_width(strokes: list[list[tuple[float, float]]]):
    digit = draw_house_digit(as_strokes(strokes))
    assert digit.sum() == pytest.approx(np.pi * 1.2**2, rel=0.1)
    assert center_of_mass(digit) == pytest.approx((14.5, 14.5), abs=0.1)


def test_dot_beside_a_stroke_is_drawn():
    without = draw_house_digit(as_strokes([[(0, 0), (0, 100)]]))
    with_dot = draw_house_digit(as_strokes([[(0, 0), (0, 100)], [(40, 50)]]))
    assert with_dot.sum() > without.sum() + 3


def test_straight_line_has_the_pens_width():
    line = draw_house_digit(as_strokes([[(5, 0), (5, 30)]]))
    assert line[14].sum() == pytest.approx(2.4, abs=0.15)


def test_wider_pen_makes_more_ink():
    assert draw_house_digit(FOUR, pen_width=3.6).sum() > draw_house_digit(FOUR, pen_width=1.4).sum() * 1.5


def test_no_strokes_are_blank_paper():
    assert not draw_house_digit([]).any()
    assert as_strokes([]) == []


def test_strokes_without_points_are_left_out():
    assert as_strokes([[], np.empty((0, 2))]) == []
    assert len(as_strokes([[], [(1, 2)]])) == 1


@pytest.mark.parametrize(
    ("strokes", "complaint"),
    [
        ([(1, 2), (3, 4)], r"expected stroke 0 of shape \(n, 2\), received \(2,\)"),
        ([[(1, 2)], [(1, 2, 3)]], r"expected stroke 1 of shape \(n, 2\), received \(1, 3\)"),
        ([np.zeros((2, 3, 2))], r"received \(2, 3, 2\)"),
        ([[(1, 2), (3,)]], "expected numbers in stroke 0"),
        (["seven"], "expected numbers in stroke 0"),
        ([[("a", "b")]], "expected numbers in stroke 0"),
        ([[(np.nan, 2)]], "expected finite coordinates below 1e9"),
        ([[(np.inf, 2)]], "expected finite coordinates below 1e9"),
        ([[(2e9, 2)]], "expected finite coordinates below 1e9"),
        ([np.zeros((MAX_POINTS, 2)), [(1, 2)]], "expected at most 200000 points, received 200001"),
    ],
)
def test_what_are_no_strokes_is_refused_at_the_door(strokes: list, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        as_strokes(strokes)


def test_box_is_in_the_strokes_own_units():
    assert box_of_strokes(FOUR) == Box(29, 15, 45, 71)
    assert box_of_strokes(as_strokes([[(3, 4)]])) == Box(3, 4, 0, 0)


def test_box_of_nothing_is_refused():
    with pytest.raises(ValueError, match="expected at least one stroke"):
        box_of_strokes([])


def test_strokes_are_not_changed_by_being_drawn():
    before = [stroke.copy() for stroke in FOUR]
    draw_house_digit(FOUR)
    assert all(np.array_equal(a, b) for a, b in zip(before, FOUR, strict=True))
