import shutil
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.ink.fabric import canvas_from_strokes
from digitcnn.run_folder import SHIPPED, RunFolder
from digitcnn.training.collection.idx import FASHION
from digitcnn.web.draw.history import History
from digitcnn.web.samples import sample_strokes

TAB = """
from digitcnn.web.lab.inside import show_inside
show_inside()
"""
PANEL = """
import numpy as np
from digitcnn.web.lab.occlusion import show_occlusion
show_occlusion("simple", np.zeros((28, 28), np.float32), key="cover")
"""


def run(script: str) -> AppTest:
    app = AppTest.from_string(textwrap.dedent(script), default_timeout=60).run()
    assert not app.exception
    return app


def images(app: AppTest) -> list[str]:
    return [image.alt for entry in app.get("image") for image in entry.proto.imgs]


def test_tab_shows_where_it_looks_and_every_step():
    app = run(TAB)
    app.selectbox(key="inside.model").set_value(str(SHIPPED / "simple")).run()
    assert not app.exception
    steps = [entry.value for entry in app.markdown if entry.value.startswith("**")]
    assert "**simple** says **7**" in steps[0]
    assert [step.split("·")[-1].strip() for step in steps[1:]] == [
        "32 maps of 26 × 26",
        "32 maps of 13 × 13",
        "64 maps of 11 × 11",
        "64 maps of 5 × 5",
        "128 values",
        "10 values",
    ]
    assert any("225,034 weights" in fold.label for fold in app.expander)


def test_every_picture_is_described():
    alts = images(run(TAB))
    assert len(alts) > 3
    assert all(alts)


def test_adding_ink_is_another_map():
    app = run(TAB)
    before = [caption.value for caption in app.caption]
    app.segmented_control(key="inside.cover").set_value("Add ink").run()
    assert not app.exception
    assert any("full of ink" in caption.value for caption in app.caption)
    assert any("Without the ink" in said for said in before)


def test_other_digits_can_be_chosen():
    app = run(TAB)
    app.segmented_control(key="inside.label").set_value(3).run()
    assert not app.exception
    assert any("says **3**" in entry.value for entry in app.markdown)


def test_drawing_of_this_visit_can_be_looked_at():
    app = AppTest.from_string(TAB, default_timeout=60)
    objects = canvas_from_strokes(sample_strokes(5, 400), color="black", width=16)["objects"]
    app.session_state["draw.history"] = History.begin(objects)
    app.session_state["inside.source"] = "Your drawing"
    app.run()
    assert not app.exception
    assert any("says **5**" in entry.value for entry in app.markdown)
    app.session_state["draw.expect"] = "number"
    app.run()
    assert not app.exception
    assert any("your drawing" in caption.value for caption in app.caption)


def test_blank_digit_has_nothing_to_look_at():
    app = run(PANEL)
    assert any("Nothing is drawn" in caption.value for caption in app.caption)
    assert not images(app)


@pytest.fixture
def dressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of `simple` whose classes are words, on a machine without its images."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path / "nowhere"))
    folder = RunFolder(shutil.copytree(SHIPPED / "simple", tmp_path / "dressed"))
    folder.write_record(replace(folder.read_record(), classes=FASHION.classes, ink=False))
    return str(folder.path)


def test_classes_that_are_words_are_chosen_from_a_list(dressed: str):
    app = run(TAB)
    app.selectbox(key="inside.model").set_value(dressed).run()
    assert not app.exception
    assert list(app.selectbox(key="inside.label-mnist").options) == list(FASHION.classes)
