import numpy as np

from digitcnn.recognition.pages.detector import draw_heat_map, find_digits


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
