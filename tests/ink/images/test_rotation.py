import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.images.binarize import Ink, binarize
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.rotation import turn_box_back, turn_ink
from digitcnn.ink.strokes import Box
from tests.support.made_pictures import draw


@pytest.fixture(scope="module")
def ink() -> Ink:
    return binarize(open_picture(draw("27", height=150, pen=12, margin=60)))


def box_of(mask: np.ndarray) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_ink_is_the_ink_of_the_turned_picture(ink: Ink, turns: int):
    again = binarize(open_picture(Image.fromarray(np.rot90(ink.picture.rgb, turns))))
    turned = turn_ink(ink, turns)
    assert np.array_equal(turned.picture.rgb, again.picture.rgb)
    assert (turned.mask != again.mask).mean() < 0.001
    assert (turned.picture.width, turned.picture.height) == (again.picture.width, again.picture.height)
    assert turned.lightness.shape == turned.mask.shape


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, -1])
def test_a_box_found_in_turned_ink_comes_back_to_its_place(ink: Ink, turns: int):
    found = box_of(turn_ink(ink, turns).mask)
    height, width = ink.mask.shape
    assert turn_box_back(found, turns, width, height) == box_of(ink.mask)


def test_no_turn_leaves_the_ink_itself(ink: Ink):
    assert turn_ink(ink, 0) is ink
    assert turn_ink(ink, 4) is ink
