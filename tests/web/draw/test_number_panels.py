import re
from html import unescape

import pytest

from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, Reading
from digitcnn.web.draw.number_panels import format_number, number_html
from tests.support.made_digits import make_digit


def digit(label: int | None, confidence: float = 0.995) -> Digit:
    return make_digit(label, confidence, Box(0, 0, 10, 10), nearest=6, ink=1.0)


def said(reading: Reading) -> str:
    return unescape(re.sub(r"<[^>]+>", "", number_html(reading).replace("<br>", "\n")))


def test_number_stands_alone():
    assert said(Reading(((digit(2), digit(0), digit(4)),))) == "204"


def test_lines_stay_lines():
    assert said(Reading(((digit(2), digit(0)), (digit(7),)))) == "20\n7"


def test_what_is_no_digit_is_left_out_of_the_number_and_said():
    reading = Reading(((digit(2), digit(None), digit(7)),))
    assert said(reading) == "27"
    assert "1 piece of ink doesn't look like a digit" in format_number(reading)


def test_doubtful_digit_is_underlined_and_said():
    reading = Reading(((digit(2), digit(0, 0.61)),))
    assert re.findall(r"<u [^>]*>(\d)</u>", number_html(reading)) == ["0"]
    assert "the least sure one 61.0 %" in format_number(reading)


@pytest.mark.parametrize("reading", [Reading(), Reading(((digit(None),),))])
def test_words_without_digits_where_there_is_no_number(reading: Reading):
    assert said(reading)
    assert not re.search(r"\d", said(reading))


def test_refused_ink_names_the_nearest_digits():
    assert "nearest digits are 66" in format_number(Reading(((digit(None), digit(None)),)))


def test_long_and_tall_numbers_are_set_smaller():
    def size(*lengths: int) -> float:
        html = number_html(Reading(tuple(tuple(digit(1) for _ in range(length)) for length in lengths)))
        return float(re.findall(r"font-size: ([\d.]+)rem", html)[0])

    assert size(4) > size(8) > size(16) > size(40) > 1
    assert size(4) > size(4, 4) > size(4, 4, 4)
