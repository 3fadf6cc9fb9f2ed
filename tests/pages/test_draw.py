import html
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitcnn import DigitReader
from digitcnn.ink.fabric import canvas_from_strokes, strokes_from_canvas
from digitcnn.ink.strokes import Stroke, box_of_strokes
from digitcnn.web.draw.history import History
from digitcnn.web.draw.revision import Revision
from digitcnn.web.samples import SAMPLE_NUMBERS, sample_number, sample_strokes
from digitcnn.web.text import format_percent

SCRIPT = Path(__file__).resolve().parents[2] / "pages" / "draw.py"


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(SCRIPT), default_timeout=60).run()


def draw(page: AppTest, strokes: list[Stroke]) -> None:
    """As if these strokes had been brought onto the canvas; one without a browser sends nothing."""
    objects = canvas_from_strokes(strokes, color="#000", width=16)["objects"]
    revision = page.session_state["draw.revision"] if "draw.revision" in page.session_state else Revision()
    page.session_state["draw.revision"] = revision.next(0)
    page.session_state["draw.history"] = History.begin(objects)
    page.run()
    assert not page.exception


def choose(page: AppTest, expect: str) -> None:
    page.segmented_control(key="draw.switch").set_value(expect).run()
    assert not page.exception


def strokes_on(page: AppTest) -> list[Stroke]:
    return strokes_from_canvas(page.session_state["draw.history"].as_canvas())


def answer_on(page: AppTest) -> str:
    (said,) = [
        body
        for body in (element.proto.body for element in page.get("html"))
        if re.search(r'<p class="(read|number|words)"', body)
    ]
    return html.unescape(re.sub(r"<[^>]+>", "", said.replace("<br>", "\n"))).strip()


def test_blank_number_canvas_invites_without_a_digit(page: AppTest):
    choose(page, "number")
    assert answer_on(page) == "Write a number and I will read it"
    assert all(metric.value == "–" for metric in page.metric)


@pytest.mark.parametrize(
    "number",
    [SAMPLE_NUMBERS[0], *(pytest.param(each, marks=pytest.mark.slow) for each in SAMPLE_NUMBERS[1:])],
)
def test_number_is_read_by_every_model_side_by_side(page: AppTest, number: str):
    choose(page, "number")
    draw(page, sample_number(number, (1120, 300)))
    assert answer_on(page) == number
    assert [metric.value for metric in page.metric] == [number] * len(page.metric)
    assert any(caption.value == f"All 3 models read {number}." for caption in page.caption)


def test_digit_moves_along_when_the_switch_is_changed(page: AppTest):
    draw(page, sample_strokes(4, 400))
    assert answer_on(page) == "4"
    choose(page, "number")
    assert answer_on(page) == "4"
    choose(page, "digit")
    assert answer_on(page) == "4"
    assert len(strokes_on(page)) == 2


def test_number_stays_in_sight_on_the_digit_canvas(page: AppTest):
    choose(page, "number")
    draw(page, sample_number("2026", (1120, 300)))
    choose(page, "digit")
    box = box_of_strokes(strokes_on(page))
    assert min(box.x, box.y) >= 0
    assert max(box.x + box.width, box.y + box.height) <= 400
    assert not re.search(r"\d", answer_on(page))
    choose(page, "number")
    assert answer_on(page) == "2026"


def test_writing_has_its_size_again_when_the_switch_comes_back(page: AppTest):
    choose(page, "number")
    draw(page, sample_number("2026", (1120, 300)))
    before = box_of_strokes(strokes_on(page))
    choose(page, "digit")
    assert box_of_strokes(strokes_on(page)).width < 400 < before.width
    choose(page, "number")
    after = box_of_strokes(strokes_on(page))
    assert abs(after.width - before.width) < 1
    assert abs(after.height - before.height) < 1


def test_new_drawing_keeps_its_size_whatever_was_moved_before(page: AppTest):
    choose(page, "number")
    draw(page, sample_number("2026", (1120, 300)))
    choose(page, "digit")
    page.button(key="draw.clear").click().run()
    draw(page, sample_strokes(4, 200))
    before = box_of_strokes(strokes_on(page))
    choose(page, "number")
    assert abs(box_of_strokes(strokes_on(page)).width - before.width) < 1


def test_strokes_can_be_undone_after_the_switch_was_changed(page: AppTest):
    draw(page, [*sample_strokes(1, 400), *sample_strokes(0, 400)])
    choose(page, "number")
    page.button(key="draw.undo").click().run()
    assert answer_on(page) == "1"
    page.button(key="draw.redo").click().run()
    assert len(strokes_on(page)) == 2


def test_clearing_can_be_undone(page: AppTest):
    draw(page, sample_strokes(5, 400))
    page.button(key="draw.clear").click().run()
    assert answer_on(page) == "Draw a digit and I will read it"
    page.button(key="draw.undo").click().run()
    assert answer_on(page) == "5"


def test_answer_survives_a_rerun_of_the_page(page: AppTest):
    draw(page, sample_strokes(8, 400))
    page.run()
    assert answer_on(page) == "8"


def test_drawing_is_read_once_while_nothing_has_changed(page: AppTest):
    draw(page, sample_strokes(8, 400))
    first = page.session_state["draw.readings"][1]
    page.segmented_control(key="draw.was").set_value(8).run()
    assert page.session_state["draw.readings"][1] is not None
    assert {name: id(reading) for name, reading in first.items()} == {
        name: id(reading) for name, reading in page.session_state["draw.readings"][1].items()
    }


def test_a_digit_of_a_number_goes_to_the_own_digits(page: AppTest):
    choose(page, "number")
    draw(page, sample_number("42", (1120, 300)))
    page.selectbox(key="draw.digit").set_value(1).run()
    page.segmented_control(key="draw.was").set_value(2).run()
    (own,) = page.session_state["personal.digits"].digits
    assert own.label == 2
    page.selectbox(key="draw.digit").set_value(0).run()
    (control,) = (each for each in page.segmented_control if (each.key or "").startswith("draw.was"))
    assert control.value is None


def looks_on(page: AppTest) -> list[str]:
    return [
        image.alt
        for entry in page.get("image")
        for image in entry.proto.imgs
        if image.alt.startswith("What speaks for")
    ]


def test_where_the_model_looks_is_shown_once_it_is_asked_for(page: AppTest):
    draw(page, sample_strokes(4, 400))
    assert not looks_on(page)
    page.session_state["draw.look"] = True
    page.run()
    assert not page.exception
    (alt,) = looks_on(page)
    assert alt.startswith("What speaks for 4 ")
    choose(page, "number")
    draw(page, sample_number("42", (1120, 300)))
    page.selectbox(key="draw.digit").set_value(1).run()
    assert looks_on(page)[0].startswith("What speaks for 2 ")


def test_answer_bars_and_where_the_model_looks_give_one_confidence(page: AppTest):
    # A zero beside a stroke: so doubtful that the reader averages several views of it.
    strokes = [*sample_strokes(1, 400), *sample_strokes(0, 400)]
    page.session_state["draw.look"] = True
    draw(page, strokes)
    (digit,) = DigitReader().read_strokes(strokes_on(page), expect="digit").digits
    sure = format_percent(digit.confidence)
    words = " ".join(element.proto.body for element in page.get("html"))
    assert f'<p class="note">{sure}' in words
    label = "none" if digit.label is None else digit.label
    assert f'title="{label}: {sure}"' in words
    assert any(f"{sure} sure" in text.value for text in page.markdown)


def test_blank_canvas_has_nothing_to_look_at(page: AppTest):
    page.session_state["draw.look"] = True
    page.run()
    assert not page.exception
    assert not looks_on(page)
    assert any("Nothing is drawn" in caption.value for caption in page.caption)


def test_every_picture_and_chart_of_a_number_has_words(page: AppTest):
    choose(page, "number")
    draw(page, sample_number("42", (1120, 300)))
    (bars,) = [element.proto.body for element in page.get("html") if 'class="bars"' in element.proto.body]
    assert re.search(r'role="img" aria-label="[^"]+"', bars)
    pictures = [tag for element in page.get("html") for tag in re.findall(r"<img [^>]*>", element.proto.body)]
    assert len(pictures) == 2
    assert all(re.search(r'alt="[^"]+"', tag) for tag in pictures)
