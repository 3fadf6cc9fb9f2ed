import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.classes import DIGITS
from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, Reading
from digitcnn.training.collection.pen_letters import CLASSES
from digitcnn.web.draw.panels import answer_html, format_number, format_title
from tests.support.made_digits import make_digit


def panels(label: int | None, *, blank: bool = False) -> AppTest:
    """The panels of the Draw page on a made answer: a 4 at 70 %, as the model's label says."""

    def script(label: int | None, blank: bool) -> None:
        import numpy as np
        import streamlit as st

        from digitcnn.ink.strokes import box_of_strokes, draw_house_digit
        from digitcnn.recognition.reading import Digit
        from digitcnn.web.draw import panels as draw_panels
        from digitcnn.web.samples import sample_strokes

        strokes = [] if blank else sample_strokes(4, 400)
        digit = None
        if not blank:
            probabilities = np.where(np.arange(10) == 4, 0.7, 0.3 / 9).astype(np.float32)
            share = 0.3 if label is None else 1.0
            box = box_of_strokes(strokes)
            digit = Digit(probabilities, share, label is None, box, draw_house_digit(strokes))
        draw_panels.show_answer(digit)
        with st.container(key="rest"):
            draw_panels.show_probabilities(digit)
            draw_panels.show_steps(strokes, (400, 400), digit)
            draw_panels.show_opinions({"one": digit, "other": digit})

    page = AppTest.from_function(script, default_timeout=60, args=(label, blank)).run()
    assert not page.exception
    return page


def html_of(page: AppTest) -> list[str]:
    return [element.proto.body for element in page.get("html")]


def words_on(page: AppTest) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", body) for body in html_of(page))


def answer_on(page: AppTest) -> str:
    answer, *_ = html_of(page)
    return re.sub(r"<[^>]*>", "", answer)


def opinions_on(page: AppTest) -> list[str]:
    return re.findall(r"<span>([^<]*)</span>", html_of(page)[-1])


def test_answer_stands_alone_as_the_digit():
    page = panels(4)
    assert answer_on(page) == "4"
    assert "70.0 %" in words_on(page)
    assert opinions_on(page) == ["4", "4"]


def test_refused_drawing_is_answered_in_words_without_a_digit():
    page = panels(None)
    assert answer_on(page) == "This doesn't look like a digit"
    assert "nearest digit is 4" in words_on(page)
    assert opinions_on(page) == ["no digit", "no digit"]


def test_blank_canvas_is_answered_with_an_invitation_without_a_digit():
    page = panels(None, blank=True)
    assert "Draw a digit" in answer_on(page)
    assert not re.search(r"\d", answer_on(page))


@pytest.mark.parametrize("blank", [True, False])
def test_every_picture_and_chart_has_words(blank: bool):
    page = panels(4, blank=blank)
    pictures = [tag for body in html_of(page) for tag in re.findall(r"<img [^>]*>", body)]
    assert len(pictures) == 4
    assert all(re.search(r'alt="[^"]+"', tag) for tag in pictures)
    (bars,) = [body for body in html_of(page) if 'class="bars"' in body]
    assert re.search(r'role="img" aria-label="[^"]+"', bars)


def test_places_are_kept_while_the_canvas_is_blank():
    blank, drawn = panels(4, blank=True), panels(4)
    assert len(html_of(blank)) == len(html_of(drawn))
    for tag in ("<img", "<small", "<figcaption", "--share"):
        assert sum(body.count(tag) for body in html_of(blank)) == sum(
            body.count(tag) for body in html_of(drawn)
        )


@pytest.mark.parametrize(
    ("classes", "title"),
    [
        (DIGITS, "Draw a digit or a number"),
        (CLASSES, "Draw a letter"),
        (("nought", "one"), "Draw a character"),
    ],
)
def test_the_title_says_what_the_model_reads(classes: tuple[str, ...], title: str):
    assert format_title(classes) == title


def piece(label: int | None) -> Digit:
    return make_digit(label, 0.995, Box(0, 0, 10, 10), nearest=6, ink=1.0)


@pytest.mark.parametrize("reading", [Reading(), Reading(((piece(None),),))])
def test_words_without_digits_where_there_is_no_number(reading: Reading):
    words = unescape(re.sub(r"<[^>]+>", "", answer_html(reading)))
    assert words
    assert not re.search(r"\d", words)


def test_refused_ink_names_the_nearest_digits():
    assert "nearest digits are 66" in format_number(Reading(((piece(None), piece(None)),)))


def test_long_and_tall_numbers_are_set_smaller():
    def size(*lengths: int) -> float:
        html = answer_html(Reading(tuple(tuple(piece(1) for _ in range(length)) for length in lengths)))
        return float(re.findall(r"font-size: ([\d.]+)rem", html)[0])

    assert size(4) > size(8) > size(16) > size(40) > 1
    assert size(4) > size(4, 4) > size(4, 4, 4)
