"""Strokes of a drawing become rows, in the order of time and from left to right."""

import numpy as np

from digitcnn.ink.stroke_pieces import arrange_strokes


def bar(x: float, y: float = 0.0) -> np.ndarray:
    return np.array([(x, y), (x + 3, y + 50)])


def test_strokes_written_from_left_to_right_have_one_order():
    ((only,),) = arrange_strokes([bar(0), bar(60), bar(120)])
    assert [segment.position for segment in only.segments] == [0, 1, 2]
    assert len(only.boundary_logits) == 2


def test_a_stroke_added_later_gives_a_second_order():
    ((in_time, in_space),) = arrange_strokes([bar(0), bar(120), bar(60)])
    assert [segment.position for segment in in_time.segments] == [0, 1, 2]
    assert [segment.position for segment in in_space.segments] == [0, 2, 1]


def test_lines_come_top_line_first():
    (upper,), (lower,) = arrange_strokes([bar(0, 200), bar(60, 200), bar(0), bar(60)])
    assert [segment.position for segment in upper.segments] == [2, 3]
    assert [segment.position for segment in lower.segments] == [0, 1]
