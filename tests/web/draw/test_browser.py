import json

import numpy as np
import pytest

from digitcnn.errors import InputError
from digitcnn.ink.strokes import MAX_POINTS
from digitcnn.web.draw.browser import describe_drawing, parse_drawing
from digitcnn.web.samples import sample_number


def test_drawing_comes_back_through_json_a_tenth_of_a_pixel_exact():
    strokes = sample_number("2026", (1120, 300))
    saved = parse_drawing(json.loads(json.dumps(describe_drawing("number", strokes))))
    assert saved.expect == "number"
    assert len(saved.strokes) == len(strokes)
    for one, other in zip(saved.strokes, strokes, strict=True):
        np.testing.assert_allclose(one, other, atol=0.051)


def test_blank_canvas_is_a_drawing_without_strokes():
    assert parse_drawing(describe_drawing("digit", [])).strokes == []


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "digit",
        {"expect": "digit"},
        {"expect": "letter", "strokes": []},
        {"expect": "digit", "strokes": {"0": 1}},
        {"expect": "digit", "strokes": [[1.0]]},
        {"expect": "digit", "strokes": [[]]},
        {"expect": "digit", "strokes": [[1.0, "2"]]},
        {"expect": "digit", "strokes": [[1.0, True]]},
        {"expect": "digit", "strokes": [[1.0, float("nan")]]},
        {"expect": "digit", "strokes": [[1.0, 1e9]]},
        {"expect": "digit", "strokes": [[1.0, 2.0]] * 5000},
        {"expect": "digit", "strokes": [[1.0, 2.0] * MAX_POINTS, [1.0, 2.0]]},
    ],
)
def test_whatever_else_stands_in_a_browsers_storage_is_refused(raw: object):
    with pytest.raises(InputError):
        parse_drawing(raw)
