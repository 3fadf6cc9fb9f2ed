import numpy as np

from digitcnn.ink.strokes import Box
from digitcnn.recognition.pages.detector import crop_digit, draw_heat_map, find_digits


def _answer(height: int, width: int) -> np.ndarray:
    return np.full((1, height // 4, width // 4, 16), -8.0, np.float32)


def _with_digit_at_largest_scale(pixels: np.ndarray) -> np.ndarray:
    maps = _answer(*pixels.shape[1:3])
    if pixels.shape[2] == 768:  # Twice the picture.
        maps[0, 20, 10, 0] = 3.0
        maps[0, 20, 10, 2:6] = np.log(2), np.log(3), 0.5, 0.0
        maps[0, 20, 10, 6 + 7] = 9.0
    return maps


def test_peak_of_the_map_becomes_a_box_in_pixels_of_the_picture() -> None:
    picture = np.zeros((256, 384, 3), np.uint8)
    (found,) = find_digits(picture, _with_digit_at_largest_scale)
    assert not found.printed
    assert found.probabilities.argmax() == 7
    np.testing.assert_allclose(found.box, (13, 28, 16, 24), rtol=1e-5)
    heat = draw_heat_map(picture, _with_digit_at_largest_scale)
    assert heat.shape == (256, 384)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert abs(row - 41) <= 2
    assert abs(column - 21) <= 2


def test_picture_without_peaks_has_no_digits() -> None:
    assert find_digits(np.zeros((100, 70, 3), np.uint8), lambda p: _answer(*p.shape[1:3])) == []


def test_crop_has_its_own_paper_and_polarity() -> None:
    page = np.full((80, 120, 3), 230, np.uint8)
    page[:, 60:] = 40
    page[20:60, 28:34] = (30, 40, 120)
    page[20:60, 88:94] = 210
    dark, light = (crop_digit(page, Box(left, 18, 12, 44)) for left in (25, 85))
    assert dark is not None
    assert light is not None
    np.testing.assert_allclose(dark, light, atol=0.05)
    assert dark[14, 14] > 0.9
    assert crop_digit(page, Box(2, 5, 12, 30)) is None
