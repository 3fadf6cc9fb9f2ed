import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.strokes import Box
from digitcnn.recognition.annotate import DOUBTFUL, NO_DIGIT, SURE, TYPED, draw_answers, make_view, mark_of
from digitcnn.recognition.reading import Digit, PrintedDigit
from tests.support.made_digits import make_digit

IN_THE_MIDDLE = Box(100, 100, 60, 80)


def digit(label: int | None, confidence: float, box: Box = IN_THE_MIDDLE) -> Digit:
    return make_digit(label, confidence, box)


def test_marks_tell_doubt_and_refusal_without_color():
    assert mark_of(digit(7, 0.99), typed=False) == ("7", SURE)
    assert mark_of(digit(7, 0.6), typed=False) == ("7?", DOUBTFUL)
    assert mark_of(digit(None, 0.9), typed=False) == ("–", NO_DIGIT)
    assert mark_of(digit(7, 0.6), typed=True) == ("7", TYPED)


def test_box_is_drawn_where_it_is_at_any_size():
    white = Image.new("RGB", (600, 400), "white")
    drawn = np.asarray(draw_answers(white, (1200, 800), [digit(7, 0.99, Box(400, 400, 200, 200))]))
    rows, columns = np.nonzero((drawn != 255).any(axis=2))
    assert abs(columns.min() - 200) <= 4
    assert abs(columns.max() - 300) <= 4
    assert abs(rows.max() - 300) <= 4


def test_chosen_box_has_a_thicker_line():
    white = Image.new("RGB", (400, 400), "white")
    plain, chosen = (
        np.asarray(draw_answers(white, (400, 400), [digit(7, 0.99)], chosen=index)) for index in (None, 0)
    )
    assert (chosen != 255).sum() > 1.3 * (plain != 255).sum()


@pytest.mark.parametrize(
    "box", [Box(0, 0, 30, 40), Box(170, 160, 30, 40), Box(0, 0, 200, 200), Box(90, 0, 9, 200)]
)
def test_answer_stays_in_the_picture(box: Box):
    white = Image.new("RGB", (200, 200), "white")
    chip = np.asarray(draw_answers(white, (200, 200), [digit(7, 0.99, box)], outlines=False))
    apart = np.asarray(draw_answers(white, (200, 200), [digit(7, 0.99, Box(90, 80, 30, 40))], outlines=False))
    assert (chip != 255).sum() == pytest.approx((apart != 255).sum(), rel=0.25)


def test_mark_of_no_digit_is_a_dash():
    white = Image.new("RGB", (400, 400), "white")
    drawn = np.asarray(draw_answers(white, (400, 400), [digit(None, 0.9)], outlines=False))
    rows, columns = np.nonzero((drawn != 255).any(axis=2))
    middle = drawn[rows.min() + 4 : rows.max() - 3, columns.min() + 4 : columns.max() - 3]
    rows, columns = np.nonzero((middle > 200).all(axis=2))
    assert len(rows)
    assert np.ptp(rows) < np.ptp(columns)


def test_canvas_draws_its_boxes_and_typed_labels_itself():
    white = Image.new("RGB", (400, 400), "white")
    ground = draw_answers(white, (400, 400), [digit(7, 0.99)], typed={0}, outlines=False)
    assert (np.asarray(ground) == 255).all()


def test_print_has_a_gray_box_without_an_answer():
    white = Image.new("RGB", (400, 400), "white")
    drawn = np.asarray(draw_answers(white, (200, 200), [], printed=[PrintedDigit(Box(50, 60, 20, 30))]))
    inked = np.argwhere((drawn < 255).any(axis=2))
    assert inked.min(axis=0).tolist() == [120, 100]
    assert inked.max(axis=0).tolist() == [180, 140]
    assert np.ptp(drawn[120, 100].astype(int)) < 8


def test_view_shrinks_photos_and_shows_the_pixels_of_small_pictures():
    assert make_view(np.zeros((3000, 4000, 3), np.uint8), longest=1200).size == (1200, 900)
    small = np.zeros((28, 28, 3), np.uint8)
    small[10, 10] = 255
    view = np.asarray(make_view(small, longest=1200))
    assert view.shape[0] == view.shape[1] >= 600
    assert set(np.unique(view)) == {0, 255}


def test_extreme_shapes_have_a_view():
    for shape in ((1, 4000, 3), (4000, 1, 3), (1, 1, 3)):
        assert min(make_view(np.zeros(shape, np.uint8), longest=1200).size) >= 1
