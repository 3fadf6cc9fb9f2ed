import numpy as np
import pytest

from digitcnn.ink.images.load import Picture, open_picture
from digitcnn.ink.images.rotation import turn_box_back, turn_picture
from digitcnn.ink.strokes import Box
from tests.support.made_pictures import draw


@pytest.fixture(scope="module")
def picture() -> Picture:
    return open_picture(draw("27", height=150, pen=12, margin=60))


def box_of(picture: Picture) -> Box:
    ink = picture.rgb[..., 0] < 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return Box(columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_picture_is_turned_counterclockwise(picture: Picture, turns: int):
    turned = turn_picture(picture, turns)
    assert np.array_equal(turned.rgb, np.rot90(picture.rgb, turns))
    assert (turned.height, turned.width) == turned.rgb.shape[:2]


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, -1])
def test_a_box_found_in_a_turned_picture_comes_back_to_its_place(picture: Picture, turns: int):
    found = box_of(turn_picture(picture, turns))
    assert turn_box_back(found, turns, picture.width, picture.height) == box_of(picture)


def test_no_turn_leaves_the_picture_itself(picture: Picture):
    assert turn_picture(picture, 0) is picture
    assert turn_picture(picture, 4) is picture
