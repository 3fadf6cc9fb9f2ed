from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitcnn import DigitReader
from digitcnn.ink.strokes import Box
from digitcnn.recognition import images
from digitcnn.training.datasets import load_local_mnist
from tests.support.made_pictures import DIGITS, draw, shade


@pytest.fixture(scope="module")
def reader() -> DigitReader:
    return DigitReader("reader")


@pytest.mark.parametrize("digit", ["2", "3", "4", "5", "7"])
@pytest.mark.parametrize("height", [20, 60, 300])
def test_one_digit_is_read_at_any_size(reader: DigitReader, digit: str, height: int):
    picture = draw(digit, height=height, pen=max(height // 11, 2), margin=max(height // 4, 4))
    reading = reader.read_image(picture, expect="digit")
    assert reading.text == digit


def test_polarity_color_and_light_leave_no_trace(reader: DigitReader):
    plain = draw("5", height=200, pen=16, margin=90)
    wanted = reader.read_image(plain, expect="digit").digits[0]
    others = [
        draw("5", height=200, pen=16, margin=90, ink=255, paper=0),
        draw("5", height=200, pen=16, margin=90, ink=(40, 60, 160), paper=(235, 220, 190)),
        shade(draw("5", height=200, pen=16, margin=90, ink=50, paper=235)),
    ]
    for other in others:
        digit = reader.read_image(other, expect="digit").digits[0]
        assert digit.label == wanted.label == 5
        assert np.abs(digit.pixels - wanted.pixels).mean() < 0.02


def test_boxes_are_in_the_pixels_of_the_input(reader: DigitReader):
    picture = draw("27", height=900, pen=70, margin=800)
    small = reader.read_image(picture.resize((picture.width // 4, picture.height // 4)))
    large = reader.read_image(picture.resize((picture.width * 2, picture.height * 2)))
    assert small.text == large.text == "27"
    for one, other in zip(small.digits, large.digits, strict=True):
        assert np.allclose(np.array(one.box) * 8, other.box, atol=20)


def test_numbers_are_read_line_by_line(reader: DigitReader):
    page = Image.new("L", (700, 500), 255)
    page.paste(draw("274", height=110), (30, 20))
    page.paste(draw("53", height=110), (40, 250))
    reading = reader.read_image(page)
    assert reading.text == "274\n53"
    assert [len(line) for line in reading.lines] == [3, 2]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_page_is_noticed_and_its_boxes_lie_on_it(reader: DigitReader, quarters: int):
    page = draw("2745324", height=110)
    turned = Image.fromarray(np.rot90(np.asarray(page), quarters))
    reading = reader.read_image(turned)
    assert reading.text == "2745324"
    dark = np.asarray(turned) < 128
    for digit in reading.digits:
        x, y, width, height = (round(side) for side in digit.box)
        assert dark[y : y + height, x : x + width].any()


def test_a_page_that_shows_less_when_turned_stays_as_it_lies(
    reader: DigitReader, monkeypatch: pytest.MonkeyPatch
):
    page = draw("2745324", height=110)
    upright = reader.read_image(page)
    monkeypatch.setattr(images, "_find_page_turns", lambda *_: 1)
    again = reader.read_image(page)
    assert again.text == "2745324"
    assert [digit.box for digit in again.digits] == [digit.box for digit in upright.digits]


def test_a_frame_ruled_lines_and_specks_are_not_read(reader: DigitReader):
    page = draw("274", height=110, margin=150, pen=10)
    drawing = ImageDraw.Draw(page)
    drawing.rectangle((60, 60, page.width - 60, page.height - 60), outline=0, width=5)
    for x, y in [(20, 20), (90, 300), (300, 100)]:
        drawing.ellipse((x, y, x + 4, y + 4), fill=0)
    assert reader.read_image(page).text == "274"


@pytest.mark.parametrize(("desk", "sheet"), [(70, 240), (150, 240), (225, 150)])
def test_a_desk_beside_the_sheet_is_not_read(reader: DigitReader, desk: int, sheet: int):
    picture = Image.new("L", (900, 500), desk)
    picture.paste(draw("274", height=110, paper=sheet, ink=30), (250, 130))
    assert reader.read_image(picture).text == "274"


@pytest.mark.slow
def test_a_bold_digit_that_fills_a_third_of_its_picture_is_no_sheet(reader: DigitReader, data: Path):
    mnist = load_local_mnist()
    assert mnist
    wrong = 0
    for of_three in np.arange(120).reshape(40, 3):
        paper = Image.fromarray(255 - np.hstack(list(mnist[0].images[of_three])))
        picture = paper.resize((840, 280), Image.Resampling.BICUBIC)
        wrong += reader.read_image(picture).text != "".join(map(str, mnist[0].labels[of_three]))
    assert wrong == 0


def test_blank_pictures_have_no_digits(reader: DigitReader):
    for expect in ("digit", "number"):
        reading = reader.read_image(Image.new("RGB", (300, 200), (240, 235, 220)), expect=expect)
        assert reading.digits == ()
        assert reading.text == ""


def test_given_boxes_are_read_in_their_order(reader: DigitReader):
    page = draw("27", height=110)
    first, second = (digit.box for digit in reader.read_image(page).digits)
    empty = Box(0, 0, 20, 20)
    reading = reader.read_boxes(page, [second, empty, first])
    assert [digit.label for digit in reading.digits] == [7, None, 2]
    assert [digit.box for digit in reading.digits] == [second, empty, first]


def test_steps_are_those_of_the_reading(reader: DigitReader):
    seen = reader.examine_image(draw("27"))
    assert seen.reading.text == "27"
    assert seen.ink.mask.any()
    assert seen.picture.rgb.shape[:2] == seen.ink.mask.shape


def _strokes(text: str, gap: float) -> list[np.ndarray]:
    strokes, left = [], 0.0
    for digit in text:
        strokes += [np.array(path) * 100 + [left, 0] for path in DIGITS[digit]]
        left += 65 + gap
    return strokes


@pytest.mark.parametrize("gap", [10, 40, 300])
def test_a_drawn_number_is_read_whatever_the_gaps(reader: DigitReader, gap: float):
    assert reader.read_strokes(_strokes("27453", gap)).text == "27453"


def test_strokes_added_later_find_their_digit(reader: DigitReader):
    strokes = _strokes("527", 40)
    late = [strokes[0], *strokes[2:], strokes[1]]
    assert reader.read_strokes(late).text == "527"


def test_drawn_lines_are_read_top_line_first(reader: DigitReader):
    below = [stroke + np.array([0, 220]) for stroke in _strokes("27", 40)]
    assert reader.read_strokes([*below, *_strokes("53", 40)]).text == "53\n27"
