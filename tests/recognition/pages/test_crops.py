import cv2
import numpy as np
import pytest

from digitcnn.ink.strokes import Box
from digitcnn.recognition.pages.crops import crop_digit


def test_crop_has_its_own_paper_and_polarity() -> None:
    page = np.full((80, 220, 3), 230, np.uint8)
    page[:, 110:] = 40
    page[20:60, 78:84] = (30, 40, 120)
    page[20:60, 138:144] = 210
    dark, light = (crop_digit(page, Box(left, 18, 12, 44)) for left in (75, 135))
    assert dark is not None
    assert light is not None
    np.testing.assert_allclose(dark, light, atol=0.05)
    assert dark[14, 14] > 0.9
    assert crop_digit(page, Box(2, 5, 12, 30)) is None


def seven_on(page: np.ndarray, pen: int = 6) -> np.ndarray:
    """A 7 of 40 x 60 pixels with its left upper corner at (80, 70)."""
    points = np.array([(80, 70), (120, 70), (95, 130)], np.int32)
    cv2.polylines(page, [points], False, (40, 30, 90), pen, cv2.LINE_AA)
    return page


PLACE = Box(77, 67, 46, 66)


@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.07])
def test_ruled_and_squared_lines_are_no_ink_of_a_digit(slope: float) -> None:
    plain = seven_on(np.full((200, 220, 3), 225, np.uint8))
    ruled = np.full_like(plain, 225)
    for at in (90, 112):
        cv2.line(ruled, (0, round(at - 100 * slope)), (220, round(at + 120 * slope)), (90, 90, 130), 2)
    cv2.line(ruled, (round(110 + 100 * slope), 0), (round(110 - 100 * slope), 200), (90, 90, 130), 2)
    bare, without = crop_digit(plain, PLACE), crop_digit(seven_on(ruled), PLACE)
    assert bare is not None
    assert without is not None
    assert np.abs(bare - without).sum() < 0.25 * bare.sum()


def test_a_bar_that_ends_beside_a_digit_is_its_own() -> None:
    page = seven_on(np.full((200, 220, 3), 225, np.uint8))
    cv2.line(page, (84, 104), (124, 104), (40, 30, 90), 4)
    crop, plain = crop_digit(page, PLACE), crop_digit(seven_on(np.full_like(page, 225)), PLACE)
    assert crop is not None
    assert plain is not None
    assert crop.sum() > 1.15 * plain.sum()


def test_the_edge_of_a_shadow_through_a_digit_is_no_ink() -> None:
    page = np.full((200, 220, 3), 225, np.uint8)
    plain = crop_digit(seven_on(page.copy()), PLACE)
    page = seven_on(page).astype(float)
    page[95:] *= 0.45
    shaded = crop_digit(page.astype(np.uint8), PLACE)
    assert plain is not None
    assert shaded is not None
    assert np.abs(plain - shaded).sum() < 0.35 * plain.sum()
    assert (shaded.max(axis=1) > 0.4).sum() >= (plain.max(axis=1) > 0.4).sum() - 1


def test_all_of_the_ink_counts_where_the_box_is_too_small() -> None:
    page = seven_on(np.full((200, 220, 3), 225, np.uint8))
    narrow, fitting = crop_digit(page, Box(77, 67, 30, 66)), crop_digit(page, PLACE)
    assert narrow is not None
    assert fitting is not None
    np.testing.assert_allclose(narrow, fitting, atol=0.25)


def test_a_box_beside_the_ink_has_no_digit() -> None:
    page = seven_on(np.full((200, 220, 3), 225, np.uint8))
    assert crop_digit(page, Box(30, 67, 76, 66)) is None
