import re
from html import unescape

from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, PrintedDigit, Reading
from digitcnn.recognition.results import FileResult
from digitcnn.web.readings import format_result, number_html
from tests.support.made_digits import make_digit


def digit(label: int | None, confidence: float = 0.995) -> Digit:
    return make_digit(label, confidence, Box(0, 0, 10, 10), nearest=6, ink=1.0)


def result_of(reading: Reading) -> FileResult:
    return FileResult("a file", reading)


def html_of(reading: Reading) -> str:
    return number_html(result_of(reading), lambda digits, lines: 5.0)


def text_of(reading: Reading) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html_of(reading).replace("<br>", "\n")))


def test_number_stands_alone():
    assert text_of(Reading(((digit(2), digit(0), digit(4)),))) == "204"


def test_lines_stay_lines():
    assert text_of(Reading(((digit(2), digit(0)), (digit(7),)))) == "20\n7"


def test_what_is_no_digit_is_left_out_of_the_number_and_counted():
    reading = Reading(((digit(2), digit(None), digit(7)),))
    assert text_of(reading) == "27"
    assert "1 piece of ink doesn't look like a digit" in format_result(result_of(reading))


def test_print_is_counted():
    print_ = PrintedDigit(Box(50, 0, 10, 10))
    for printed, sentence in (
        ((print_,), "1 printed character is"),
        ((print_, print_), "2 printed characters are"),
    ):
        assert f"{sentence} left out." in format_result(result_of(Reading(((digit(2),),), printed)))


def test_doubtful_digit_is_underlined_and_its_confidence_given():
    reading = Reading(((digit(2), digit(0, 0.61)),))
    assert re.findall(r"<u [^>]*>(\d)</u>", html_of(reading)) == ["0"]
    assert "the least sure one 61.0 %" in format_result(result_of(reading))


def test_typed_digit_is_marked_as_yours_and_never_doubtful():
    result = FileResult("a file", Reading(((digit(2), digit(0, 0.61)),)), typed=frozenset({1}))
    assert "<u" not in number_html(result, lambda digits, lines: 5.0)
    assert "1 answer is yours" in format_result(result)


def test_no_digits_make_no_number():
    assert html_of(Reading(((digit(None),),))) == ""
