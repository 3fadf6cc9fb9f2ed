from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitcnn.ink.house_digit import FINE, SIDE, make_house_digit, place_by_mass


def draw_five(scale: float = 1.0, corner: tuple[float, float] = (40, 30), size: tuple[int, int] = (220, 200)):
    """A thick 5 as ink, `size` (width, height)."""
    points = [(60, 0), (10, 0), (5, 45), (40, 40), (65, 65), (55, 95), (25, 105), (0, 95)]
    image = Image.new("L", size)
    path = [(corner[0] + x * scale, corner[1] + y * scale) for x, y in points]
    ImageDraw.Draw(image).line(path, fill=255, width=round(12 * scale), joint="curve")
    return np.asarray(image, dtype=np.float32) / 255


def center_of_mass(digit: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(digit.shape) + 0.5
    return float((digit * columns).sum() / digit.sum()), float((digit * rows).sum() / digit.sum())


def sides(digit: np.ndarray) -> tuple[int, int]:
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def test_house_digit_is_28_by_28_float_between_paper_and_full_ink():
    digit = make_house_digit(draw_five())
    assert (digit.shape, digit.dtype) == ((28, 28), np.float32)
    assert digit.min() == 0
    assert digit.max() == pytest.approx(1, abs=0.01)


def test_center_of_mass_lies_where_mnist_has_it():
    assert center_of_mass(make_house_digit(draw_five())) == pytest.approx((14.5, 14.5), abs=0.15)


def test_longer_side_is_fitted_in_20_pixels_and_the_aspect_kept():
    ink = draw_five()
    width, height = sides(ink > 0.05)
    shorter, longer = sides(make_house_digit(ink))
    assert longer in (20, 21)  # placed by mass, 20 pixels may touch 21 rows
    assert shorter == pytest.approx(20 * width / height, abs=1.5)


def test_upright_stays_upright():
    ink = np.zeros((60, 40))
    ink[50:58, 5:35] = 1
    ink[5:50, 5:12] = 1
    digit = make_house_digit(ink)
    rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
    assert (digit[rows[-1] - 1] > 0.5).sum() > 2 * (digit[rows[0] + 1] > 0.5).sum()
    assert (digit[:, columns[0] + 1] > 0.5).sum() > 2 * (digit[:, columns[-1] - 1] > 0.5).sum()


@pytest.mark.parametrize("corner", [(10, 10), (150, 90), (17, 83)])
def test_place_leaves_no_trace(corner: tuple[float, float]):
    usual = make_house_digit(draw_five())
    assert np.abs(make_house_digit(draw_five(corner=corner, size=(400, 300))) - usual).max() < 0.05


@pytest.mark.parametrize("scale", [0.5, 2, 8])
def test_scale_leaves_no_trace(scale: float):
    moved = draw_five(scale, corner=(30 * scale, 30 * scale), size=(int(200 * scale), int(200 * scale)))
    difference = np.abs(make_house_digit(moved) - make_house_digit(draw_five()))
    assert difference.mean() < 0.02


def test_small_ink_is_enlarged():
    ink = np.zeros((9, 9))
    ink[3:6, 4] = 1
    assert max(sides(make_house_digit(ink))) in (20, 21)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 3)])
def test_solid_ink_of_any_shape_stays_in_the_field(shape: tuple[int, int]):
    digit = make_house_digit(np.ones(shape))
    assert max(sides(digit)) in (20, 21)
    assert center_of_mass(digit) == pytest.approx(
        (14.5, 14.5), abs=0.51
    )  # a hairline lies in one row of pixels


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float16, np.float64])
def test_any_real_dtype_gives_the_same(dtype: type):
    ink = draw_five() > 0.5
    assert np.array_equal(make_house_digit(ink.astype(dtype)), make_house_digit(ink.astype(np.float32)))


def test_blank_paper_gives_no_ink():
    assert not make_house_digit(np.zeros((50, 70))).any()


@pytest.mark.parametrize(
    ("ink", "complaint"),
    [
        (np.zeros((28, 28, 1)), r"expected ink of shape \(height, width\), received \(28, 28, 1\)"),
        (np.zeros(784), r"received \(784,\)"),
        (np.zeros((0, 28)), r"received \(0, 28\)"),
        (np.full((5, 5), np.nan), "received NaN or infinity"),
        (np.full((5, 5), np.inf), "received NaN or infinity"),
    ],
)
def test_what_is_no_ink_is_refused_at_the_door(ink: np.ndarray, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        make_house_digit(ink)


def test_ink_larger_than_the_field_is_refused():
    with pytest.raises(ValueError, match="expected sides of at most 224 px"):
        place_by_mass(np.ones((SIDE * FINE + 1, 8)))


def test_lopsided_ink_stops_at_the_edge_and_none_is_lost():
    ink = np.full((SIDE * FINE, 8), 0.001)
    ink[:8] = 1
    placed = place_by_mass(ink)
    assert placed.sum() * FINE**2 == pytest.approx(ink.sum(), rel=1e-4)


def test_mnist_digits_made_again_stay_as_they_were_made(data: Path):
    """MNIST's own digits are already fitted and centered: making them again must move them little."""
    with np.load(data / "mnist.npz", allow_pickle=False) as file:
        digits = file["x_test"][:500].astype(np.float32) / 255
    again = np.stack([make_house_digit(digit) for digit in digits])
    correlation = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(digits, again, strict=True)]
    assert np.median(correlation) > 0.95
    difference = [
        np.subtract(center_of_mass(a), center_of_mass(b)) for a, b in zip(digits, again, strict=True)
    ]
    assert np.mean(difference, axis=0) == pytest.approx((0, 0), abs=0.05)
