import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.components import find_components
from digitcnn.ink.images.cuts import Segment, arrange, crop_segment, cut_out, join, pairs_above, pen_of
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.selection import choose_writing
from tests.support.made_pictures import draw


def faint_segment(left: int) -> Segment:
    """Ink that is nowhere more than half covered, as what is left of a pale ruled line."""
    return Segment(left, 0, np.full((30, 40), 0.4, dtype=np.float32))


def test_faint_segments_do_not_make_the_pen_vanish():
    bold = Segment(0, 0, np.pad(np.ones((30, 6), dtype=np.float32), 2))
    assert pen_of([faint_segment(0), faint_segment(50), faint_segment(100)]) == 1.0
    assert pen_of([faint_segment(0), faint_segment(50), bold]) == pen_of([bold])


def test_faint_segments_are_put_in_a_line():
    segments = [faint_segment(0), faint_segment(50)]
    (line,) = arrange(segments, pen=pen_of(segments))
    assert line.height == 30


def segments_of(picture: Image.Image) -> list[Segment]:
    components = find_components(binarize(open_picture(picture)))
    return [crop_segment(components, [component]) for component in choose_writing(components)]


def touching() -> list[Segment]:
    """A 2 and a 7 whose lines run into each other."""
    return segments_of(draw("27", height=160, pen=14, margin=60, gap=-0.02))


def test_touching_digits_are_cut_between_them_and_all_their_ink_is_kept():
    (both,) = touching()
    (line,) = arrange([both], pen=pen_of([both]))
    assert line.cut == ((0, len(line.segments)),)
    assert len(line.boundary_logits) == len(line.segments) - 1
    assert sum(segment.coverage.sum() for segment in line.segments) == pytest.approx(both.coverage.sum())
    middle = both.left + both.width / 2
    assert min(abs(segment.right - middle) for segment in line.segments) < 0.1 * both.width


def test_a_segment_that_is_whole_is_not_cut():
    (both,) = touching()
    (line,) = arrange([both], pen=pen_of([both]), whole={both})
    assert line.segments == (both,)
    assert line.cut == ()


def test_lines_come_from_the_top_with_their_segments_from_the_left():
    page = Image.new("L", (700, 700), 255)
    page.paste(draw("274", height=120, pen=10, margin=20), (60, 60))
    page.paste(draw("35", height=120, pen=10, margin=20), (90, 360))
    segments = segments_of(page)
    lines = arrange(segments[::-1], pen=10, whole=segments)
    assert [len(line.segments) for line in lines] == [3, 2]
    assert lines[0].segments[0].top < lines[1].segments[0].top
    assert [s.left for s in lines[0].segments] == sorted(s.left for s in lines[0].segments)
    assert lines[0].height == pytest.approx(130, abs=15)


def test_joined_segments_lie_where_they_lay():
    one, other = segments_of(draw("27", height=160, pen=14, margin=60))
    both = join([one, other])
    assert (both.left, both.right) == (min(one.left, other.left), max(one.right, other.right))
    assert both.coverage.sum() == pytest.approx(one.coverage.sum() + other.coverage.sum())
    assert join([one]) is one


def test_a_window_gives_the_ink_inside_it_and_none_of_blank_paper():
    components = find_components(binarize(open_picture(draw("27", height=160, pen=14, margin=60))))
    two = min(components.components, key=lambda component: component.left)
    found = cut_out(components, two.left - 10, two.top - 10, two.right + 10, two.bottom + 10)
    assert found is not None
    assert (found.left, found.top) == pytest.approx((two.left, two.top), abs=1)
    assert cut_out(components, 0, 0, 30, 30) is None
    assert cut_out(components, -50, -50, -10, 5000) is None


def test_halves_of_a_digit_over_one_another_are_a_pair_and_lines_of_digits_are_none():
    upper, lower = Segment(0, 0, np.ones((50, 40), np.float32)), Segment(5, 55, np.ones((50, 40), np.float32))
    digits = [Segment(x, 0, np.ones((100, 60), np.float32)) for x in (100, 200)]
    below = [Segment(x, 110, np.ones((100, 60), np.float32)) for x in (100, 200)]
    assert pairs_above([lower, *digits, upper]) == [(upper, lower)]
    assert pairs_above([*digits, *below]) == []
    assert pairs_above([upper]) == []
