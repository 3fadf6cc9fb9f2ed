from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitcnn.errors import InputError
from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.components import Component, Components, find_components
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.selection import MAX_SEGMENTS, choose_digit, choose_writing
from tests.support.made_pictures import draw

Paint = Callable[[ImageDraw.ImageDraw], object]


def components_of(picture: Image.Image, *additions: Paint) -> Components:
    for add in additions:
        add(ImageDraw.Draw(picture))
    return find_components(binarize(open_picture(picture)))


def lefts(chosen: list[Component]) -> list[int]:
    return sorted(component.left for component in chosen)


def numbers() -> Image.Image:
    return draw("27", height=160, pen=14, margin=120)


PLAIN = lefts(choose_writing(components_of(numbers())))


def speck(drawing: ImageDraw.ImageDraw) -> None:
    drawing.ellipse((50, 40, 57, 47), fill=0)


def frame(drawing: ImageDraw.ImageDraw) -> None:
    drawing.rectangle((60, 60, 470, 340), outline=0, width=8)


def underline(drawing: ImageDraw.ImageDraw) -> None:
    drawing.line((110, 315, 420, 318), fill=0, width=10)


def desk(drawing: ImageDraw.ImageDraw) -> None:
    drawing.rectangle((0, 0, 45, 400), fill=0)


def finger(drawing: ImageDraw.ImageDraw) -> None:
    drawing.ellipse((160, 320, 340, 500), fill=0)


def test_two_digits_are_two_components_of_writing():
    assert len(PLAIN) == 2


@pytest.mark.parametrize("addition", [speck, frame, underline, desk, finger])
def test_surroundings_are_no_writing(addition: Paint):
    components = components_of(numbers(), addition)
    assert len(components.components) == 3
    assert lefts(choose_writing(components)) == pytest.approx(PLAIN, abs=1)


def test_a_frame_around_one_digit_is_told_by_its_corners_and_a_slashed_zero_is_none():
    framed = Image.new("L", (400, 400), 255)
    zero = framed.copy()
    ImageDraw.Draw(framed).rectangle((60, 60, 340, 340), outline=0, width=12)
    ImageDraw.Draw(zero).ellipse((100, 60, 300, 340), outline=0, width=14)
    for picture in (framed, zero):
        ImageDraw.Draw(picture).line((190, 130, 210, 270), fill=0, width=14)
    (bar,) = choose_digit(components_of(framed))
    assert bar.width < 60
    assert len(choose_digit(components_of(zero))) == 2


def test_the_digit_of_a_picture_is_gathered_from_all_its_strokes():
    assert len(choose_digit(components_of(numbers()))) == 2  # near each other: taken for one digit
    broken = Image.new("L", (400, 400), 255)
    for top in (60, 150, 240):
        ImageDraw.Draw(broken).line((200, top, 200, top + 60), fill=0, width=16)
    assert len(choose_digit(components_of(broken))) == 3


def test_ink_far_from_the_digit_is_not_part_of_it():
    picture = Image.new("L", (900, 400), 255)
    picture.paste(draw("2", height=160, pen=14, margin=10), (40, 80))
    picture.paste(draw("7", height=110, pen=14, margin=10), (700, 80))
    components = components_of(picture)
    (digit,) = choose_digit(components)
    assert digit.right < 300
    assert len(choose_writing(components)) == 2


def test_blank_paper_has_nothing_to_choose():
    blank = components_of(Image.new("L", (300, 200), 255))
    assert choose_digit(blank) == choose_writing(blank) == []


def test_a_picture_of_too_many_segments_is_refused():
    pixels = np.full((1000, 1300), 255, dtype=np.uint8)
    for y in range(30, 960, 45):
        for x in range(30, 1260, 50):
            pixels[y : y + 24, x : x + 5] = 0
    with pytest.raises(InputError, match=f"over {MAX_SEGMENTS} segments of ink: crop it to the digits"):
        choose_writing(components_of(Image.fromarray(pixels)))
