"""A model that has learned one visitor's digits, on the real pages, beside a visitor who taught nothing."""

import gc
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitcnn import DigitReader
from digitcnn.lab.personal_digits import PersonalDigits
from digitcnn.run_folder import SHIPPED
from digitcnn.web.own_hand import NAME
from tests.support.triangles import write_triangles

DRAW = Path(__file__).resolve().parents[2] / "pages" / "draw.py"


def open_page(*, triangles: int = 0, label: int = 5) -> AppTest:
    """Draw, as a visitor sees it who has these digits and opens the fold with them."""
    page = AppTest.from_file(str(DRAW), default_timeout=60)
    own = PersonalDigits()
    for pixels in write_triangles(triangles, 0):
        own = own.add(pixels, label)
    page.session_state["personal.digits"] = own
    page.session_state["personal.open"] = True
    page.run()
    assert not page.exception
    return page


def teach(page: AppTest) -> AppTest:
    page.button(key="personal.learn").click().run()
    assert not page.exception
    return page


def models_of(page: AppTest) -> list[str]:
    (choice,) = [each for each in page.selectbox if each.label == "Model"]
    return choice.options


def table_of(page: AppTest) -> str:
    return next((each.proto.body for each in page.get("html") if 'class="own-hand"' in each.proto.body), "")


def taught_folder(page: AppTest) -> Path:
    return Path(page.session_state["personal.taught"].model.path)


def test_without_digits_there_is_nothing_to_learn_from():
    page = open_page()
    assert page.button(key="personal.learn").disabled
    assert NAME not in models_of(page)


def test_taught_model_answers_first_and_shows_what_it_helped():
    page = teach(open_page(triangles=8))
    assert models_of(page)[0] == NAME
    assert page.button(key="personal.learn").disabled
    table = table_of(page)
    assert "Your 8 digits, each by what the others taught</th><td>0</td><td>8</td>" in table
    assert "MNIST's 10,000 test digits" in table
    assert "– → <b>5</b>" in table
    assert (
        DigitReader(taught_folder(page)).classify(np.stack(write_triangles(3, 1))).argmax(axis=1).tolist()
        == [5] * 3
    )


@pytest.mark.slow
def test_one_visitors_hand_never_reaches_another():
    """Two visitors of one server teach different things, and a third nothing."""
    first, second, third = open_page(triangles=8), open_page(triangles=8, label=8), open_page(triangles=8)
    teach(first)
    teach(second)
    third.run()
    assert taught_folder(first) != taught_folder(second)
    readers = [DigitReader(taught_folder(first)), DigitReader(taught_folder(second)), DigitReader()]
    unseen = np.stack(write_triangles(3, 1))
    labels = [reader.classify(unseen).argmax(axis=1).tolist() for reader in readers]
    assert labels[0] == [5] * 3
    assert labels[1] == [8] * 3
    assert labels[2] not in labels[:2]
    assert NAME not in models_of(third)
    assert not table_of(third)
    assert not [path for path in SHIPPED.parent.glob("models/*") if "hand" in path.name]


def test_undoing_brings_the_old_model_back_and_leaves_no_file():
    page = teach(open_page(triangles=4))
    folder = taught_folder(page)
    page.button(key="personal.unlearn").click().run()
    assert models_of(page)[0] == "reader"
    assert not table_of(page)
    page.run()
    gc.collect()
    assert not folder.exists()


def test_new_digits_can_be_learned_too():
    page = teach(open_page(triangles=4))
    own: PersonalDigits = page.session_state["personal.digits"]
    page.session_state["personal.digits"] = own.add(write_triangles(1, 9)[0], 5)
    page.run()
    assert any("1 came since: learn again" in each.value for each in page.caption)
    teach(page)
    assert "Your 5 digits" in table_of(page)


def test_after_a_reload_it_is_learned_again():
    """The tab brings back the digits, and that they were learned from."""
    page = open_page(triangles=4)
    page.session_state["personal.wish"] = True
    page.run()
    assert models_of(page)[0] == NAME
    assert "Your 4 digits" in table_of(page)


def test_clearing_the_digits_forgets_what_was_learned():
    page = teach(open_page(triangles=4))
    folder = taught_folder(page)
    page.button(key="personal.clear").click().run()
    assert models_of(page)[0] == "reader"
    assert not folder.exists()
