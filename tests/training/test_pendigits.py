import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.pendigits import parse_unipen

TEXT = """.VERSION 1.0
.COORD X Y T P
.SEGMENT DIGIT 0 OK "7"
.PEN_DOWN
  10 100
  40 100
  20 30
.PEN_UP
.DT 8
.PEN_DOWN
  15 60
  35 60
.PEN_UP
.SEGMENT DIGIT 1 OK "one"
.PEN_DOWN
  1 1
.PEN_UP
.SEGMENT DIGIT 2 OK "1"
.PEN_DOWN
  5 9
  5 1
.PEN_UP
"""


def test_segments_become_labelled_strokes_with_y_down():
    (seven, label), (one, other) = parse_unipen(TEXT)

    assert (label, other) == (7, 1)
    assert [len(stroke) for stroke in seven] == [3, 2]
    assert np.array_equal(seven[0], [(10, -100), (40, -100), (20, -30)])
    assert one[0][0, 1] < one[0][1, 1]


def test_a_line_that_is_no_point_is_named():
    with pytest.raises(DatasetError, match="Line 3 of a UNIPEN text"):
        list(parse_unipen('.SEGMENT DIGIT 0 OK "7"\n.PEN_DOWN\n 10 abc\n'))


def test_text_without_segments_has_no_digits():
    assert list(parse_unipen("")) == []
    assert list(parse_unipen(".PEN_DOWN\n 1 2\n.PEN_UP\n")) == []


@pytest.mark.parametrize("point", ["nan 1", "1 inf", "1e999 1", "2000000000 1"])
def test_points_that_no_tablet_gives_are_refused(point: str):
    with pytest.raises(DatasetError, match="Line 3 of a UNIPEN text is not a point"):
        list(parse_unipen(f'.SEGMENT DIGIT 0 OK "7"\n.PEN_DOWN\n{point}\n.PEN_UP\n'))
