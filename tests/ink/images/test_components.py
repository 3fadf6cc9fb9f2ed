import cv2
import numpy as np
import pytest

from digitcnn.ink.house_digit import FINE
from digitcnn.ink.images.components import make_segment_digit, measure_pen


def ring(pen: int, gap: int) -> np.ndarray:
    """A tall zero of such a pen around a narrow gap, in pixels."""
    coverage = np.zeros((220, 120), dtype=np.float32)
    cv2.ellipse(coverage, (60, 110), (gap // 2 + pen // 2, 80), 0, 0, 360, 1.0, pen)
    return coverage


def pen_of(digit: np.ndarray) -> float:
    fine = cv2.resize(digit, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    return measure_pen(fine) / FINE


def test_a_thinner_pen_opens_what_a_wide_one_all_but_fills():
    coverage = ring(pen=24, gap=8)
    middle = np.s_[10:18, 14]
    wide, thin = make_segment_digit(coverage), make_segment_digit(coverage, thinner=True)
    assert wide[middle].mean() > 2 * thin[middle].mean()
    assert pen_of(wide) - pen_of(thin) == pytest.approx(1.0, abs=0.4)


@pytest.mark.parametrize("pen", [2, 6, 12])
def test_a_thinner_pen_leaves_a_thin_stroke_whole(pen: int):
    coverage = np.zeros((200, 100), dtype=np.float32)
    cv2.line(coverage, (20, 180), (80, 20), 1.0, pen)
    digit = make_segment_digit(coverage, thinner=True)
    assert (digit[5:24].max(axis=1) > 0.5).all()


def test_no_ink_is_an_empty_digit_for_either_pen():
    blank = np.zeros((40, 30), dtype=np.float32)
    assert make_segment_digit(blank).sum() == make_segment_digit(blank, thinner=True).sum() == 0
