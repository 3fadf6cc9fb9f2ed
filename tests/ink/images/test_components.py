import cv2
import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.house_digit import FINE
from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.components import (
    Components,
    find_components,
    make_segment_digit,
    measure_pen,
    weighted_median,
)
from digitcnn.ink.images.load import open_picture
from tests.support.made_pictures import draw


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


def components_of(picture: Image.Image) -> Components:
    return find_components(binarize(open_picture(picture)))


def test_components_come_largest_first_and_are_labeled_where_they_lie():
    picture = draw("271", height=200, pen=14, margin=80)
    components = components_of(picture)
    areas = [component.area for component in components.components]
    assert len(areas) == 3
    assert areas == sorted(areas, reverse=True)
    for component in components.components:
        mine = components.labels == component.label
        rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
        assert mine.sum() == component.area
        assert (component.left, component.right) == (columns[0], columns[-1] + 1)
        assert (component.top, component.bottom) == (rows[0], rows[-1] + 1)
        assert component.contact == 0


@pytest.mark.parametrize(("gap", "count"), [(8, 1), (40, 2)])
def test_grains_nearer_than_a_pen_are_one_component(gap: int, count: int):
    pixels = np.full((400, 500), 255, dtype=np.uint8)
    cv2.line(pixels, (100, 200), (200, 200), 0, 12)
    cv2.line(pixels, (212 + gap, 200), (320, 200), 0, 12)
    cv2.circle(pixels, (250, 320), 30, 0, 12)
    assert len(components_of(Image.fromarray(pixels)).components) == count + 1


def test_a_digit_among_very_many_dots_is_cropped():
    pixels = np.full((2000, 2000), 255, dtype=np.uint8)
    for y, x in np.ndindex(2, 2):
        pixels[y::40, x::40] = 0
    digit = np.asarray(draw("5", height=200, pen=16))
    window = pixels[1600 : 1600 + digit.shape[0], 1000 : 1000 + digit.shape[1]]
    np.minimum(window, digit, out=window)
    components = components_of(Image.fromarray(pixels))
    largest = components.components[0]
    assert len(components.components) < components.labels.max()
    coverage, _ = components.crop([largest])
    assert coverage.sum() == pytest.approx(largest.area, rel=0.2)


def test_a_texture_has_no_components():
    noise = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (1200, 1200))
    assert components_of(Image.fromarray(noise)).components == ()


def test_contact_counts_the_pixels_on_the_edge_of_the_picture():
    pixels = np.full((400, 400), 255, dtype=np.uint8)
    pixels[:60, 100:160] = 0
    pixels[200:320, 200:216] = 0
    touching, free = components_of(Image.fromarray(pixels)).components
    assert touching.contact == pytest.approx(60, abs=2)
    assert free.contact == 0


def test_a_crop_holds_the_chosen_components_alone():
    pixels = np.full((400, 400), 255, dtype=np.uint8)
    cv2.circle(pixels, (200, 200), 120, 0, 14)
    cv2.line(pixels, (200, 160), (200, 240), 0, 14)
    components = components_of(Image.fromarray(pixels))
    ring, bar = components.components
    alone, (left, top) = components.crop([ring])
    both, _ = components.crop([bar, ring])
    assert (left, top) == (ring.left - 1, ring.top - 1)
    assert alone.shape == both.shape == (ring.height + 2, ring.width + 2)
    middle = 200 - top, 200 - left
    assert (alone[middle], both[middle]) == (0, 1)


@pytest.mark.parametrize("pen", [6, 14, 30])
def test_the_pen_is_measured_in_pixels(pen: int):
    components = components_of(draw("2", height=300, pen=pen, margin=80))
    assert components.pen_of(components.components[0]) == pytest.approx(pen, rel=0.25)
    assert components.usual_pen == pytest.approx(pen, rel=0.25)


def test_half_of_the_weight_lies_below_the_weighted_median():
    assert weighted_median(np.array([5, 1, 3]), np.array([1, 1, 1])) == 3
    assert weighted_median(np.array([5, 1, 3]), np.array([9, 1, 1])) == 5
