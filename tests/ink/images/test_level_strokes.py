import cv2
import numpy as np
import pytest

from digitcnn.ink.images.level_strokes import find_level_strokes, paint_over

HEIGHT = 60


def draw(*lines: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    page = np.zeros((200, 400), np.uint8)
    for start, end in lines:
        cv2.line(page, start, end, (1,), 7)
    return page.astype(bool)


@pytest.mark.parametrize("rise", [-20, 0, 20])
def test_long_level_stroke_is_found_where_it_lies(rise: int):
    (stroke,) = find_level_strokes(draw(((50, 100), (250, 100 + rise))), HEIGHT)
    assert abs(stroke.box.x - 50) < 6
    assert abs(stroke.box.right - 250) < 6
    assert stroke.pixels.shape == (stroke.box.height, stroke.box.width)


def test_short_and_steep_and_thin_strokes_are_not_found():
    assert find_level_strokes(draw(((50, 100), (100, 100)), ((200, 20), (200, 180))), HEIGHT) == []
    hair = np.zeros((200, 400), bool)
    hair[100, 20:380] = True
    assert find_level_strokes(hair, HEIGHT) == []


def test_a_note_on_a_table_is_no_stroke():
    mask = np.zeros((200, 400), bool)
    mask[40:160, 50:350] = True
    assert find_level_strokes(mask, HEIGHT) == []


def test_stroke_is_painted_over_and_what_crosses_it_stays():
    line, stem = ((50, 100), (250, 100)), ((150, 60), (150, 140))
    mask = draw(line, stem)
    rgb = np.where(mask[..., None], 20, 210).astype(np.uint8).repeat(3, axis=2)
    painted = paint_over(rgb, mask, find_level_strokes(mask, HEIGHT))
    assert painted[100, 70].min() > 200
    assert painted[100, 150].max() < 60
    np.testing.assert_array_equal(painted[:80], rgb[:80])


def test_what_stands_on_a_stroke_keeps_its_ink_above_it():
    mask = draw(((50, 100), (250, 100)), ((150, 60), (150, 100)))
    rgb = np.where(mask[..., None], 20, 210).astype(np.uint8).repeat(3, axis=2)
    painted = paint_over(rgb, mask, find_level_strokes(mask, HEIGHT))
    assert painted[92, 150].max() < 60
    assert painted[102, 150].min() > 200
