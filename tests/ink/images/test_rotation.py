"""Ink is turned by quarters, and boxes found in it find their way back."""

import numpy as np
import pytest

from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.rotation import turn_box_back, turn_ink
from digitcnn.ink.strokes import Box
from tests.support.made_pictures import draw


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4])
def test_a_box_around_turned_ink_is_the_box_around_the_ink(turns: int):
    ink = binarize(open_picture(draw("7")))
    turned = turn_ink(ink, turns)
    assert np.array_equal(turned.mask, np.rot90(ink.mask, turns))
    assert turn_box_back(box_of(turned.mask), turns, *ink.mask.shape[::-1]) == box_of(ink.mask)


def box_of(mask: np.ndarray) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def test_four_quarters_are_none():
    ink = binarize(open_picture(draw("7")))
    assert turn_ink(ink, 4) is ink
