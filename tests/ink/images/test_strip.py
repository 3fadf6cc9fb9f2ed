import numpy as np
import pytest

from digitcnn.ink.images.strip import INK_HEIGHT, STRIP_HEIGHT, column_in_ink, make_strip, step_of_column


@pytest.mark.parametrize("shape", [(24, 40), (90, 300), (200, 31), (7, 7)])
def test_a_strip_is_as_wide_as_its_ink_and_a_multiple_of_eight(shape: tuple[int, int]):
    strip = make_strip(np.ones(shape, dtype=np.float32))
    assert strip.shape[0] == STRIP_HEIGHT
    assert strip.shape[1] % 8 == 0
    rows, columns = np.flatnonzero(strip.max(axis=1)), np.flatnonzero(strip.max(axis=0))
    assert len(rows) == INK_HEIGHT
    assert len(columns) == pytest.approx(shape[1] * INK_HEIGHT / shape[0], abs=1)


def test_answers_are_found_again_in_the_ink():
    coverage = np.zeros((90, 300), dtype=np.float32)
    coverage[:, 200:204] = 1.0
    lit = int(np.argmax(make_strip(coverage).max(axis=0)))
    step = step_of_column(201.5, INK_HEIGHT / 90)
    assert 2 * step + 0.5 == pytest.approx(lit, abs=1)
    assert column_in_ink(step, INK_HEIGHT / 90) == pytest.approx(201.5, abs=2)


def test_what_does_not_fit_is_cut_off():
    assert make_strip(np.ones((24, 400), dtype=np.float32), width=128).shape == (32, 128)
