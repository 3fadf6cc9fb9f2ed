import numpy as np
from PIL import Image

from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.page import find_pages, is_page, isolate_page, may_be_page
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
