"""Against drawings made in Chromium with the canvas component, and the box of the ink seen there.

canvas_drawings.json holds, per drawing, the component's `json_data` and the box (left, top, right, bottom)
of the pixels on its canvas: a 5 of two strokes, drawn 2 px wide and then changed with the canvas's own tools.
"""

import copy
import json
import random
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import InputError
from digitcnn.ink.fabric import canvas_from_strokes, strokes_from_canvas
from digitcnn.ink.strokes import MAX_POINTS, as_strokes

DRAWINGS = json.loads((Path(__file__).parent / "canvas_drawings.json").read_text())
INKED = sorted(name for name, drawing in DRAWINGS.items() if drawing["ink_box"])


@pytest.mark.parametrize("name", INKED)
def test_strokes_lie_where_the_browser_showed_ink(name: str):
    points = np.concatenate(strokes_from_canvas(DRAWINGS[name]["json_data"]))
    box = [*(points.min(axis=0) - 1), *(points.max(axis=0) + 1)]
    assert np.allclose(box, DRAWINGS[name]["ink_box"], atol=1.1)


def test_every_change_of_the_edit_tool_is_among_the_drawings():
    objects = [o for drawing in DRAWINGS.values() for o in drawing["json_data"]["objects"]]
    assert any(o["scaleX"] != 1 for o in objects)
    assert any(o["angle"] for o in objects)
    assert any(o["flipX"] for o in objects)
    assert any(o["skewX"] for o in objects)


def test_drawing_keeps_the_order_and_direction_of_the_pen():
    bar, belly = strokes_from_canvas(DRAWINGS["drawn"]["json_data"])
    assert np.allclose(bar[0], (250, 90), atol=1)
    assert np.allclose(bar[-1], (150, 170), atol=1)
    assert np.allclose(belly[0], (150, 170), atol=1)
    assert np.allclose(belly[-1], (140, 270), atol=1)


def test_untouched_paths_lie_on_their_own_coordinates():
    drawing = DRAWINGS["drawn"]["json_data"]
    for entry, stroke in zip(drawing["objects"], strokes_from_canvas(drawing), strict=True):
        assert np.allclose(stroke[0], entry["path"][0][-2:], atol=0.05)
        assert np.allclose(stroke[-1], entry["path"][-1][-2:], atol=0.05)


def test_points_of_a_curve_lie_close():
    for stroke in strokes_from_canvas(DRAWINGS["drawn"]["json_data"]):
        assert np.linalg.norm(np.diff(stroke, axis=0), axis=1).max() < 6


def test_a_long_line_leaves_short_ones_whole():
    path = [["M", 0, 0], *(["L", x, 0] for x in range(1, 11)), ["L", 40, 0]]
    (stroke,) = strokes_from_canvas({"objects": [{"type": "Path", "path": path}]})
    assert np.allclose(np.diff(stroke[:11, 0]), 1)
    assert len(stroke) == 11 + 10


def test_undo_and_delete_leave_the_first_stroke():
    assert len(strokes_from_canvas(DRAWINGS["undone"]["json_data"])) == 1
    assert len(strokes_from_canvas(DRAWINGS["deleted"]["json_data"])) == 1
    assert len(strokes_from_canvas(DRAWINGS["redone"]["json_data"])) == 2


@pytest.mark.parametrize("blank", [None, {}, {"objects": []}, DRAWINGS["cleared"]["json_data"]])
def test_blank_canvas_has_no_strokes(blank: object):
    assert strokes_from_canvas(blank) == []


def test_a_click_is_one_dot():
    (stroke,) = strokes_from_canvas(DRAWINGS["dot"]["json_data"])
    assert np.ptp(stroke, axis=0).max() < 0.1


def test_origin_at_the_corner_counts_the_pen():
    centered = copy.deepcopy(DRAWINGS["scaled_corner"]["json_data"])
    entry = centered["objects"][1]
    cornered = copy.deepcopy(centered)
    pen = entry["strokeWidth"]
    cornered["objects"][1] |= {
        "originX": "left",
        "originY": "top",
        "left": entry["left"] - (entry["width"] + pen) * entry["scaleX"] / 2,
        "top": entry["top"] - (entry["height"] + pen) * entry["scaleY"] / 2,
    }
    for one, other in zip(strokes_from_canvas(centered), strokes_from_canvas(cornered), strict=True):
        assert np.allclose(one, other, atol=0.1)


def test_cubic_curves_and_closed_paths_are_read():
    path = [["M", 10, 10], ["C", 10, 50, 50, 50, 50, 10], ["Z"], ["M", 80, 80], ["L", 90, 80]]
    closed, line = strokes_from_canvas({"objects": [{"type": "path", "path": path, "left": 10, "top": 10}]})
    assert np.allclose(closed[0], closed[-1])
    assert np.ptp(closed[:, 1]) == pytest.approx(30, abs=0.5)
    assert len(line) > 1


@pytest.mark.parametrize(
    "kind", ["Line", "Circle", "Rect", "Textbox", "Group", "LabeledRect", None, 3, ["Path"]]
)
def test_objects_that_are_no_path_are_left_out(kind: object):
    other = {"type": kind, "left": 10, "top": 10, "radius": 3, "x1": 0, "x2": 5, "objects": [{}]}
    drawing = copy.deepcopy(DRAWINGS["drawn"]["json_data"])
    drawing["objects"].insert(1, other)
    assert len(strokes_from_canvas(drawing)) == 2


@pytest.mark.parametrize("drawing", [[], "drawing", 7, {"objects": "many"}, {"objects": {"type": "Path"}}])
def test_what_is_no_drawing_is_said(drawing: object):
    with pytest.raises(InputError, match="clear the canvas"):
        strokes_from_canvas(drawing)


def test_more_points_than_a_person_draws_are_refused():
    path = [["M", 0, 0], *([["L", 1, 1], ["L", 0, 0]] * (MAX_POINTS // 4))]
    entry = {"type": "Path", "path": path}
    with pytest.raises(InputError, match="more than"):
        strokes_from_canvas({"objects": [entry, entry, entry]})


def test_hostile_objects_are_left_out():
    random_ = random.Random(0)
    nested: list = []
    for _ in range(5000):
        nested = [nested]
    poison = [None, "x", [], {}, nested, True, -1, 1e308, 10**400, float("nan"), float("inf"), ["Q"], [1, 2]]
    sound = DRAWINGS["rotated"]["json_data"]["objects"]
    for _ in range(1000):
        entry = copy.deepcopy(random_.choice(sound))
        for _ in range(random_.randint(1, 3)):
            bad = random_.choice(poison)
            key = random_.choice([*entry, "path", "path", "path"])
            if key == "path" and isinstance(entry["path"], list) and entry["path"] and random_.random() < 0.8:
                at = random_.randrange(len(entry["path"]))
                if isinstance(entry["path"][at], list) and entry["path"][at] and random_.random() < 0.7:
                    entry["path"][at][random_.randrange(len(entry["path"][at]))] = bad
                else:
                    entry["path"][at] = bad
            elif random_.random() < 0.2:
                entry.pop(key, None)
                entry.setdefault("path", [])
            else:
                entry[key] = bad
        strokes = strokes_from_canvas({"objects": [entry, sound[0]]})
        assert 1 <= len(strokes) <= 2
        as_strokes(strokes)


def test_strokes_survive_the_way_onto_the_canvas_and_back():
    strokes = strokes_from_canvas(DRAWINGS["drawn"]["json_data"])
    drawing = json.loads(json.dumps(canvas_from_strokes(strokes, color="#123456", width=9)))
    for one, other in zip(strokes, strokes_from_canvas(drawing), strict=True):
        assert np.allclose(one[0], other[0], atol=0.02)
        assert np.allclose(one[-1], other[-1], atol=0.02)
        assert np.allclose(one.min(axis=0), other.min(axis=0), atol=0.02)


def test_a_dot_survives_the_way_onto_the_canvas_and_back():
    (dot,) = strokes_from_canvas(canvas_from_strokes([np.array([[40.0, 50.0]])], color="red", width=9))
    assert np.allclose(dot, (40, 50), atol=0.02)


def test_too_many_strokes_are_refused():
    entry = DRAWINGS["drawn"]["json_data"]["objects"][0]
    with pytest.raises(InputError, match="more than 1,000 strokes"):
        strokes_from_canvas({"objects": [entry] * 1_001})
