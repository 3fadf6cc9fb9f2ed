"""Pictures of the steps from a picture to its house digits."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from digitcnn.recognition.annotate import outline_printed
from digitcnn.recognition.reading import Expect, PictureReading

MAX_CENTERED = 12
"""Digits shown in the last step."""

# Okabe and Ito, "Color Universal Design", 2008: neighbors get different ones.
_COLORS = np.array(
    [(0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233)],
    dtype=np.uint8,
)
_PAPER = np.array([251, 250, 247], dtype=np.uint8)
_INK = np.array([30, 36, 48], dtype=np.uint8)
_LEFT_OUT = np.array([205, 203, 197], dtype=np.uint8)
_GAP = 2


class Step(NamedTuple):
    """One step: its name, its picture, and a description for those who do not see it."""

    name: str
    picture: Image.Image
    alt: str


def draw_steps(read: PictureReading, expect: Expect, *, longest: int) -> list[Step]:
    """The steps: paper flattened, ink found, segments, middles sought where numbers are read, centered.

    Args:
        read: from `DigitReader.examine_image`.
        expect: as given to `DigitReader.examine_image`.
        longest: pixels of a picture's longer side at most.
    """
    from digitcnn.ink.images.components import find_components
    from digitcnn.ink.images.page import is_drawn
    from digitcnn.ink.images.selection import choose_digit, choose_writing

    ink = read.ink
    components = find_components(ink)
    chosen = choose_digit(components) if expect == "digit" else choose_writing(components)
    digits = read.reading.digits
    sought = [] if expect == "digit" or is_drawn(read.picture) else [_draw_middles(read, longest)]
    return [
        Step(
            "Paper flattened",
            _fit(ink.flattened, longest),
            "The picture in gray, with shadows and the color of the paper taken out",
        ),
        Step(
            "Ink found",
            _fit(_paint(ink.mask), longest),
            "Only the ink, black on white",
        ),
        Step(
            "Pieces",
            _fit(_color(components.labels, [each.label for each in chosen], ink.mask), longest),
            f"The ink in {len(chosen)} colored segments; what was left out is gray",
        ),
        *sought,
        Step(
            "Centered",
            _fit(_tile([digit.pixels for digit in digits[:MAX_CENTERED]]), longest, grow=True),
            f"The first {min(len(digits), MAX_CENTERED)} digits, each in its field of 28 by 28 pixels",
        ),
    ]


def _draw_middles(read: PictureReading, longest: int) -> Step:
    """The page detector's map over the picture, and boxes around printed digits."""
    from digitcnn.recognition.pages.detector import draw_heat_map

    rgb = read.picture.rgb
    heat = draw_heat_map(rgb)[..., np.newaxis]
    pale = 0.6 * _PAPER + 0.4 * rgb
    picture = _fit(np.round(pale * (1.0 - heat) + _COLORS[1] * heat).astype(np.uint8), longest)
    alt = "Where a network that has learned pages sees the middle of a digit"
    if printed := read.reading.printed:
        outline_printed(picture, (read.picture.width, read.picture.height), printed)
        alt += "; gray boxes are around printed digits, which are left out"
    return Step("Digits sought", picture, alt)


def _paint(ink: np.ndarray) -> np.ndarray:
    """Ink, (height, width) in 0-1, in colors."""
    coverage = ink.astype(np.float32)[..., np.newaxis]
    return np.round(_PAPER * (1.0 - coverage) + _INK * coverage).astype(np.uint8)


def _color(labels: np.ndarray, chosen: list[int], mask: np.ndarray) -> np.ndarray:
    colors = np.broadcast_to(_LEFT_OUT, (int(labels.max()) + 1, 3)).copy()
    colors[chosen] = _COLORS[np.arange(len(chosen)) % len(_COLORS)]
    colors[0] = _PAPER
    painted = colors[labels]
    # Ink that belongs to no component was taken out as a ruled line.
    painted[mask & (labels == 0)] = _LEFT_OUT
    return painted


def _tile(digits: list[np.ndarray]) -> np.ndarray:
    """House digits side by side, in a field as square as possible."""
    if not digits:
        return np.broadcast_to(_PAPER, (28, 28, 3)).copy()
    # Square, so that a few digits are large and twelve still fit.
    columns = int(np.ceil(np.sqrt(len(digits))))
    rows = -(-len(digits) // columns)
    side = 28 + _GAP
    field = np.empty((rows * side + _GAP, columns * side + _GAP, 3), dtype=np.uint8)
    field[:] = _LEFT_OUT
    for index in range(rows * columns):
        top, left = index // columns * side + _GAP, index % columns * side + _GAP
        field[top : top + 28, left : left + 28] = _paint(digits[index]) if index < len(digits) else _PAPER
    return field


def _fit(pixels: np.ndarray, longest: int, *, grow: bool = False) -> Image.Image:
    picture = Image.fromarray(pixels)
    longer = max(picture.size)
    if longer > longest:
        picture.thumbnail((longest, longest), Image.Resampling.BOX)
    elif grow:
        times = max(longest // longer, 1)
        picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    return picture
