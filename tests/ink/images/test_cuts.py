import numpy as np

from digitcnn.ink.images.cuts import Segment, arrange, pen_of


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
