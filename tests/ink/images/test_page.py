import numpy as np
from PIL import Image

from digitcnn.ink.images.binarize import find_ink
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.page import find_sheets, is_sheet, isolate_sheet, may_be_sheet
from tests.made_pictures import draw


def photograph(desk: int = 60, sheet: int = 240) -> Image.Image:
    """A sheet on a desk."""
    picture = Image.new("L", (900, 600), desk)
    picture.paste(draw("274", height=110, margin=150, paper=sheet, ink=30), (140, 90))
    return picture


def test_a_sheet_is_found_and_the_desk_painted_over():
    picture = open_picture(photograph())
    (sheet,) = find_sheets(picture)
    assert abs(sheet.mask.mean() - 0.4) < 0.1
    alone = isolate_sheet(picture, sheet).rgb
    assert alone.shape == picture.rgb.shape
    assert (alone[:20] > 200).all()
    assert np.array_equal(alone[200:400, 250:600], picture.rgb[200:400, 250:600])


def test_a_sheet_is_told_from_the_writing_on_it():
    picture = open_picture(photograph())
    sheets = find_sheets(picture)
    light, dark = (find_ink(picture, light_on_dark=light) for light in (True, False))
    assert may_be_sheet(light)
    assert is_sheet(light, sheets)
    assert not is_sheet(dark, sheets)
    assert not may_be_sheet(find_ink(open_picture(draw("274", margin=200))))


def test_a_picture_of_paper_alone_has_no_sheet():
    assert find_sheets(open_picture(draw("274", margin=200))) == []
