import numpy as np
import pytest

from testbed.retake import WAYS, retake
from tests.support.made_pictures import draw


@pytest.mark.parametrize("way", WAYS)
def test_a_photo_is_taken_again_the_same_way_by_the_same_seed(way: str):
    photo = np.asarray(draw("27415", height=200, paper=(230, 225, 215), ink=(40, 40, 90)))
    again = retake(photo, way, seed=3)
    assert again.dtype == np.uint8
    assert again.shape[2] == 3
    np.testing.assert_array_equal(again, retake(photo, way, seed=3))
    assert (way == "as it is") == np.array_equal(again, photo)


def test_all_of_a_photo_is_seen_on_a_desk_and_aslant():
    photo = np.full((300, 400, 3), 200, np.uint8)
    photo[:8] = photo[-8:] = photo[:, :8] = photo[:, -8:] = (255, 0, 0)
    for way in ("on wood", "on cloth", "seen aslant", "turned by 6 degrees"):
        again = retake(photo, way, seed=1).astype(int)
        red = (again[..., 0] > 180) & (again[..., 1] < 90) & (again[..., 2] < 90)
        rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
        assert rows[-1] - rows[0] > 200, way
        assert columns[-1] - columns[0] > 280, way
