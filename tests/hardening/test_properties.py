"""Claims about any strokes and any pixels, which Hypothesis tries to break."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from digitcnn import DigitReader, Reading
from digitcnn.errors import InputError
from digitcnn.ink.house_digit import make_house_digit
from digitcnn.ink.strokes import as_strokes, draw_house_digit
from digitcnn.time_budget import time_budget

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

points = st.lists(st.tuples(*[st.floats(-1e9, 1e9)] * 2), min_size=1, max_size=12)
drawings = st.lists(points, max_size=6)
written = st.lists(
    st.lists(st.tuples(*[st.integers(0, 200)] * 2), min_size=2, max_size=9), min_size=1, max_size=4
)
pixels = arrays.arrays(
    st.sampled_from([np.uint8, np.uint16, np.int32, np.float32, np.float64, np.bool_]),
    st.one_of(
        st.tuples(st.integers(1, 40), st.integers(1, 40)),
        st.tuples(st.integers(1, 30), st.integers(1, 30), st.sampled_from([1, 2, 3, 4])),
    ),
)


@pytest.fixture(scope="module")
def reader() -> DigitReader:
    return DigitReader()


def check(reading: Reading) -> None:
    """What every reading promises."""
    for digit in reading.digits:
        assert digit.label is None or 0 <= digit.label <= 9
        assert 0 <= digit.confidence <= 1
        assert digit.probabilities.sum() == pytest.approx(1, abs=1e-4)
        assert np.isfinite(digit.box).all()
        assert digit.pixels.shape == (28, 28)
    assert reading.text.replace("\n", "") == "".join(
        str(digit.label) for digit in reading.digits if digit.label is not None
    )


@FEW
@given(drawings, st.sampled_from(["digit", "number"]))
def test_any_strokes_are_read(reader: DigitReader, strokes: list, expect: str):
    with time_budget():
        check(reader.read_strokes(strokes, expect=expect))  # pyright: ignore[reportArgumentType]


@FEW
@given(pixels, st.sampled_from(["digit", "number"]))
def test_any_pixels_are_read_or_refused_in_words(reader: DigitReader, image: np.ndarray, expect: str):
    try:
        check(reader.read_image(image, expect=expect))  # pyright: ignore[reportArgumentType]
    except InputError as error:
        assert str(error).endswith(".")  # noqa: PT017


@FEW
@given(written, st.floats(0.01, 1000), st.tuples(*[st.floats(-1e4, 1e4)] * 2))
def test_size_and_place_of_strokes_leave_no_trace(strokes: list, scale: float, shift: tuple[float, float]):
    plain = as_strokes(strokes)
    moved = [stroke * scale + shift for stroke in plain]
    assert np.abs(draw_house_digit(moved) - draw_house_digit(plain)).mean() < 0.02


@FEW
@given(written)
def test_a_drawing_is_a_house_digit(strokes: list):
    digit = draw_house_digit(as_strokes(strokes))
    assert (digit.shape, digit.dtype) == ((28, 28), np.float32)
    assert digit.min() >= 0
    assert 0 < digit.max() <= 1


@FEW
@given(arrays.arrays(np.float32, st.tuples(*[st.integers(1, 30)] * 2), elements=st.floats(0, 1, width=32)))
def test_paper_around_ink_leaves_no_trace(ink: np.ndarray):
    padded = np.pad(ink, ((3, 9), (7, 2)))
    assert np.allclose(make_house_digit(padded), make_house_digit(ink), atol=1e-5)
