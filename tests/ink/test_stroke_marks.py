import numpy as np
import pytest

from digitcnn.ink.stroke_marks import without_marks

TURN = np.linspace(0, 2 * np.pi, 40)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=1)
ZERO = CIRCLE * [25, 50] + [30, 50]
SEVEN = np.array([[80.0, 0], [130, 0], [95, 100]])
TWO = np.array([[160.0, 10], [190, 0], [205, 25], [160, 98], [215, 100]])


def line(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    return np.linspace(start, end, 10)


def move(stroke: np.ndarray, across: float) -> np.ndarray:
    return stroke + np.array([across, 0.0])


def test_digits_alone_keep_all_their_strokes():
    strokes = [ZERO, SEVEN, line((95, 50), (130, 52)), TWO]
    assert without_marks(strokes) == strokes
    assert without_marks([]) == []


@pytest.mark.parametrize(
    ("mark", "kept"),
    [
        (CIRCLE * [150, 110] + [110, 50], 3),
        (line((0, 112), (220, 108)), 3),
        (line((0, 45), (220, 55)), 0),
        (line((155, -12), (125, 116)), 3),
        (np.array([[142.0, 95], [144, 100], [138, 118]]), 3),
        (np.array([[142.0, 96], [144, 97]]), 3),
    ],
    ids=["ring", "underline", "crossing-out", "slash", "comma", "point"],
)
def test_marks_are_left_out(mark: np.ndarray, kept: int):
    strokes = [ZERO, SEVEN, mark, TWO]
    # A drawing of nothing but what is crossed out is read as it stands.
    assert len(without_marks(strokes)) == (kept or 4)
    assert not any(stroke is mark for stroke in without_marks(strokes)) or not kept


def test_only_what_is_crossed_out_goes_with_its_line():
    later = [move(stroke, 300) for stroke in (ZERO, TWO)]
    assert without_marks([ZERO, SEVEN, line((0, 45), (140, 55)), *later]) == later


def test_slash_in_a_zero_and_a_leaning_one_stay():
    slashed = [ZERO, line((50, 20), (10, 80))]
    assert without_marks(slashed) == slashed
    leaning = [ZERO, line((160, 0), (130, 100)), move(TWO, 40)]
    assert without_marks(leaning) == leaning


def test_zero_around_a_bar_or_a_dot_stays():
    for inner in (line((30, 30), (30, 70)), CIRCLE * 3 + [30, 50]):
        assert len(without_marks([ZERO, inner])) == 2
