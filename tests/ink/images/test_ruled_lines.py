import numpy as np
import pytest
from PIL import ImageDraw

from digitcnn.ink.images import ruled_lines as rules
from digitcnn.ink.images.ruled_lines import remove_ruled_lines
from tests.support.made_pictures import draw


@pytest.mark.parametrize("slope", [0, 14])
@pytest.mark.parametrize("squared", [False, True])
def test_ruled_and_squared_lines_go_and_the_digits_stay(slope: int, squared: bool):
    plain = draw("274", height=160, pen=12, margin=200)
    truth = np.asarray(plain) < 128
    ruled = plain.copy()
    drawing = ImageDraw.Draw(ruled)
    for y in range(-40, ruled.height + 40, 70):
        drawing.line((0, y, ruled.width, y + slope), fill=0, width=2)
    if squared:
        for x in range(30, ruled.width, 70):
            drawing.line((x, 0, x - slope, ruled.height), fill=0, width=2)
    before = np.asarray(ruled) < 128
    after = remove_ruled_lines(before)
    assert (after & ~truth).sum() < 0.1 * (before & ~truth).sum()
    assert (after & truth).sum() > 0.9 * truth.sum()


@pytest.mark.parametrize("text", ["1", "11", "7", "77777", "4"])
def test_writing_is_no_ruled_line(text: str):
    mask = np.asarray(draw(text, height=200, pen=6, margin=3)) < 128
    assert (remove_ruled_lines(mask) == mask).all()


def test_no_slope_is_sought_in_a_fat_pen_s_strokes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rules.cv2, "HoughLinesP", lambda *args, **named: pytest.fail("sought lines"))
    mask = np.asarray(draw("2", height=200, pen=14)) < 128
    assert remove_ruled_lines(mask) is mask


def test_the_bars_of_a_row_of_digits_are_no_line():
    bars = np.zeros((60, 800), dtype=bool)
    for at in range(0, 800, 80):
        for height in (0, 20, 40):
            bars[height : height + 4, at : at + 60] = True
    assert not rules._is_smooth(bars)
    assert rules._is_smooth(bars[20:26])


def test_nothing_comes_of_nothing():
    empty = np.zeros((100, 200), dtype=bool)
    assert not remove_ruled_lines(empty).any()
