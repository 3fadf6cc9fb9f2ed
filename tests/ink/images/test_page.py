import numpy as np
from PIL import Image

from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.page import (
    find_pages,
    is_drawn,
    is_page,
    isolate_digits,
    isolate_page,
    may_be_page,
)
from digitcnn.ink.strokes import Box
from tests.support.made_pictures import draw


def photograph(desk: int = 60, page: int = 240) -> Image.Image:
    """A page on a desk."""
    picture = Image.new("L", (900, 600), desk)
    picture.paste(draw("274", height=110, margin=150, paper=page, ink=30), (140, 90))
    return picture


def test_a_page_is_found_and_the_desk_painted_over():
    picture = open_picture(photograph())
    (page,) = find_pages(picture)
    assert abs(page.mask.mean() - 0.4) < 0.1
    alone = isolate_page(picture, page).rgb
    assert alone.shape == picture.rgb.shape
    assert (alone[:20] > 200).all()
    assert np.array_equal(alone[200:400, 250:600], picture.rgb[200:400, 250:600])


def test_a_page_is_told_from_the_writing_on_it():
    picture = open_picture(photograph())
    pages = find_pages(picture)
    light, dark = (binarize(picture, light_on_dark=light) for light in (True, False))
    assert may_be_page(light)
    assert is_page(light, pages)
    assert not is_page(dark, pages)
    assert not may_be_page(binarize(open_picture(draw("274", margin=200))))


def test_a_picture_of_paper_alone_has_no_page():
    assert find_pages(open_picture(draw("274", margin=200))) == []


def test_paper_around_isolated_digits_is_even_across_the_edge_of_a_shadow():
    shaded = np.asarray(photograph()).astype(float)
    shaded[:, 420:] *= 0.5
    picture = open_picture(Image.fromarray(shaded.astype(np.uint8)))
    boxes = [Box(left, 240, 75, 110) for left in (290, 400, 510)]
    isolated = isolate_digits(picture, boxes)
    assert isolated.rgb.shape == picture.rgb.shape
    around = isolated.rgb[195:235, 300:560]
    assert np.ptp(around) < 40
    assert np.ptp(picture.rgb[195:235, 300:560]) > 100
    assert (isolated.rgb[:100] == isolated.rgb[0, 0]).all()
    assert (isolated.rgb[240:350, 290:585] < 100).any()


def test_digits_at_the_border_are_isolated():
    picture = open_picture(photograph())
    assert isolate_digits(picture, [Box(-5, -5, 60, 90), Box(870, 560, 60, 90)]).rgb.shape == (600, 900, 3)


def test_drawing_is_told_from_a_photo():
    photo = np.asarray(photograph()).astype(int) + np.random.default_rng(0).integers(-3, 4, (600, 900))
    assert is_drawn(open_picture(draw("274", height=110, margin=150, paper=240, ink=30)))
    assert not is_drawn(open_picture(photo.astype(np.uint8)))
