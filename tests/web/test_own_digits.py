import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab.personal_digits import PersonalDigits
from digitcnn.run_folder import SHIPPED
from digitcnn.web.samples import sample_strokes


def own_of(page: AppTest) -> list[int]:
    own = (
        page.session_state["personal.digits"] if "personal.digits" in page.session_state else PersonalDigits()
    )
    return [digit.label for digit in own.digits]


@pytest.fixture
def page() -> AppTest:
    def script() -> None:
        import streamlit as st

        from digitcnn.ink.strokes import draw_house_digit
        from digitcnn.web.own_digits import ask_label, show_personal_scores, show_personal_set
        from digitcnn.web.samples import sample_strokes

        drawn = st.number_input("Drawn", -1, 9, 4, key="drawn")
        ask_label(None if drawn < 0 else draw_house_digit(sample_strokes(drawn, 400)), key="was")
        show_personal_set()
        show_personal_scores()

    return AppTest.from_function(script, default_timeout=60).run()


def control(page: AppTest) -> Any:
    return next(each for each in page.segmented_control if (each.key or "").startswith("was"))


def say(page: AppTest, label: int | None) -> None:
    control(page).set_value(label).run()
    assert not page.exception


def draw(page: AppTest, digit: int) -> None:
    page.number_input(key="drawn").set_value(digit).run()
    assert not page.exception


def test_without_own_digits_the_scores_say_how_to_collect_some(page: AppTest):
    assert any("None of your own digits" in info.value for info in page.info)
    assert not page.dataframe


def test_answer_keeps_the_drawing_once_and_is_taken_back(page: AppTest):
    say(page, 4)
    assert own_of(page) == [4]
    say(page, 9)
    assert own_of(page) == [9]
    say(page, None)
    assert own_of(page) == []


def test_drawing_is_recognised_when_it_comes_again(page: AppTest):
    say(page, 4)
    draw(page, 7)
    assert control(page).value is None
    say(page, 7)
    draw(page, 4)
    assert control(page).value == 4
    assert own_of(page) == [4, 7]


def test_a_browser_that_lags_behind_takes_nothing_back(page: AppTest):
    """It sends the control of before the digit was there, without a choice, once more."""
    before = control(page).key
    own = PersonalDigits().add(draw_house_digit(sample_strokes(4, 400)), 4)
    page.session_state["personal.digits"] = own
    page.run()
    assert control(page).value == 4
    assert control(page).key != before
    assert own_of(page) == [4]


def test_nothing_is_asked_about_a_blank_canvas(page: AppTest):
    draw(page, -1)
    assert control(page).disabled


def test_scores_count_for_every_shipped_model(page: AppTest):
    say(page, 4)
    draw(page, 7)
    say(page, 1)
    table = page.dataframe[0].value
    assert set(table["of"]) == {2}
    assert set(table["right"]) == {1}
    assert len(table) == len(list(SHIPPED.glob("*/model.tflite")))


def test_scores_take_in_models_that_no_page_offers(tmp_path: Path):
    copy = tmp_path / "trained-here"
    copy.mkdir()
    for name in ("run.json", "model.tflite"):
        (copy / name).write_bytes((SHIPPED / "simple" / name).read_bytes())

    def script(path: str) -> None:
        from digitcnn.ink.strokes import draw_house_digit
        from digitcnn.lab.personal_digits import PersonalDigits
        from digitcnn.web.browser_storage import keep_digits
        from digitcnn.web.models import Model
        from digitcnn.web.own_digits import show_personal_scores
        from digitcnn.web.samples import sample_strokes

        keep_digits(PersonalDigits().add(draw_house_digit(sample_strokes(4, 400)), 4))
        show_personal_scores({"trained here": Model("trained here", 0, path)})

    page = AppTest.from_function(script, args=(str(copy),), default_timeout=60).run()
    assert not page.exception
    table = page.dataframe[0].value
    assert {"trained here", "simple"} <= set(table["model"])
    assert len(table) == len(list(SHIPPED.glob("*/model.tflite"))) + 1


@pytest.mark.slow
def test_full_set_says_so_and_keeps_what_it_has(page: AppTest):
    rng = np.random.default_rng(0)
    file = io.BytesIO()
    arrays: dict[str, Any] = {
        "pixels": rng.integers(1, 256, (2000, 28, 28), np.uint8),
        "labels": np.zeros(2000, np.uint8),
    }
    np.savez(file, allow_pickle=True, **arrays)
    page.session_state["personal.digits"] = PersonalDigits.from_bytes(file.getvalue())
    page.session_state["personal.scores"] = None
    say(page, 4)
    assert len(own_of(page)) == 2000
    assert any("more than 2,000" in caption.value for caption in page.caption)


def test_digit_of_an_uploaded_picture_goes_to_the_same_set():
    script = Path(__file__).resolve().parents[2] / "pages" / "upload.py"
    page = AppTest.from_file(str(script), default_timeout=60).run()
    page.button(key="upload.try-sample").click().run()
    page.segmented_control(key="upload.was").set_value(9).run()
    assert not page.exception
    assert own_of(page) == [9]
    page.segmented_control(key="upload.was").set_value(None).run()
    assert own_of(page) == []
