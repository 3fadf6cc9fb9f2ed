import numpy as np

from digitcnn.recognition.page_detector import Detection, detect_digits, sort_into_lines, suppress_doubles


def _find(left: float, top: float, width: float = 20, height: float = 30, score: float = 0.9) -> Detection:
    uniform = np.full(10, 0.1, np.float32)
    return Detection(left, top, left + width, top + height, score, printed=False, probabilities=uniform)


def test_peak_of_the_map_becomes_a_box_in_pixels_of_the_picture() -> None:
    def predict(pixels: np.ndarray) -> np.ndarray:
        _, height, width, _ = pixels.shape
        maps = np.full((1, height // 4, width // 4, 16), -8.0, np.float32)
        if width == 768:  # The largest of the scales, twice the picture.
            maps[0, 20, 10, 0] = 3.0
            maps[0, 20, 10, 2:6] = np.log(2), np.log(3), 0.5, 0.0
            maps[0, 20, 10, 6 + 7] = 9.0
        return maps

    (found,) = detect_digits(np.zeros((256, 384, 3), np.uint8), predict)
    assert not found.printed
    assert found.probabilities.argmax() == 7
    np.testing.assert_allclose(
        (found.left, found.top, found.right, found.bottom), (13, 28, 29, 52), rtol=1e-5
    )


def test_digits_that_touch_stay_and_a_second_find_of_one_goes() -> None:
    one, touching, again = _find(0, 0), _find(14, 0, score=0.8), _find(3, 1, score=0.5)
    assert suppress_doubles([again, touching, one]) == [one, touching]


def test_part_of_a_digit_goes() -> None:
    whole, part = _find(0, 0, 40, 60), _find(5, 2, 20, 25, score=0.6)
    assert suppress_doubles([part, whole]) == [whole]


def test_slanted_lines_are_read_one_after_the_other() -> None:
    first = [_find(30 * at, 8 * at) for at in range(6)]
    second = [_find(30 * at, 45 + 8 * at) for at in range(6)]
    assert sort_into_lines([*second[::-1], *first]) == [first, second]


def test_picture_without_peaks_has_no_digits() -> None:
    def predict(pixels: np.ndarray) -> np.ndarray:
        return np.full((1, pixels.shape[1] // 4, pixels.shape[2] // 4, 16), -8.0, np.float32)

    assert detect_digits(np.zeros((100, 70, 3), np.uint8), predict) == []
