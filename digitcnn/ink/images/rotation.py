"""Quarter turns of a picture, and the way back for boxes found in it."""

from dataclasses import replace

import numpy as np

from digitcnn.ink.images.load import Picture
from digitcnn.ink.strokes import Box


def turn_picture(picture: Picture, turns: int) -> Picture:
    """The picture turned counterclockwise by this many quarters."""
    if turns % 4 == 0:
        return picture
    width, height = picture.width, picture.height
    if turns % 2:
        width, height = height, width
    # OpenCV takes no array with steps backwards.
    rgb = np.ascontiguousarray(np.rot90(picture.rgb, turns))
    return replace(picture, rgb=rgb, width=width, height=height)


def turn_box_back(box: Box, turns: int, width: float, height: float) -> Box:
    """A box found in a picture that was turned by `turn_picture`, in the picture as it was.

    Args:
        box: in the turned picture.
        turns: counterclockwise quarters, as for `turn_picture`.
        width: of the picture before it was turned.
        height: of the picture before it was turned.
    """
    x, y, across, down = box
    # Undone one quarter at a time: width and height change places with each.
    for done in range(turns % 4, 0, -1):
        x, y, across, down = (width if done % 2 else height) - y - down, x, down, across
    return Box(x, y, across, down)
