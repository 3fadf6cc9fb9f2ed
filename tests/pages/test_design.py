"""The Lab's Design part: layers are added, changed and moved, and the design is saved as a preset."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.lab.designs.design import Design
from digitcnn.lab.designs.store import find_preset, list_designs, save_design
from digitcnn.training.networks.layers import layer
from tests.support.lab_app import open_lab, words


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    monkeypatch.delenv("DIGITCNN_SHARED_RUNS", raising=False)
    return tmp_path


def figures(app: AppTest) -> dict[str, str]:
    return {each.label: str(each.value) for each in app.metric}


def test_figures_follow_the_layers_and_a_saved_design_is_a_preset():
    app = open_lab("Design")
    assert figures(app)["Weights"] == "225,034"
    app.button(key="design.layer.0").click().run()
    app.number_input(key="design.option.0.filters").set_value(8).run()
    app.selectbox(key="design.kind").set_value("Dropout").run()
    app.button(key="design.add").click().run()
    app.button(key="design.Up.6").click().run()
    assert not app.exception
    assert figures(app) == {
        "Weights": "210,970", "Multiplications": "812 k", "Receptive field": "10 × 10", "Layers": "8",
    }  # fmt: skip
    app.text_input(key="design.name").set_value("mine").run()
    app.button(key="design.save").click().run()
    assert not app.exception
    kinds = [each.kind for each in find_preset("mine").layers]
    assert kinds[:3] == ["Dropout", "Conv2D", "MaxPooling2D"]
    assert app.pills(key="preset").value == "mine"
    assert "`python -m digitcnn train mine`" in words(app)


def test_what_does_not_fit_blocks_saving_and_says_why():
    app = open_lab("Design")
    app.button(key="design.layer.4").click().run()
    app.button(key="design.Remove.4").click().run()
    assert "Layer 5, Dense: it takes a row of values" in words(app).replace("\\", "")
    assert app.button(key="design.save").disabled
    app.selectbox(key="design.start").set_value("resnet-small").run()
    app.button(key="design.load").click().run()
    assert figures(app)["Weights"] == "98,956"
    assert not app.button(key="design.save").disabled


def test_an_impossible_value_is_said_and_not_taken():
    app = open_lab("Design")
    app.button(key="design.layer.0").click().run()
    app.number_input(key="design.option.0.filters").set_value(0).run()
    assert "filters of Conv2D must be a whole number between 1 and 1024" in words(app).replace("\\", "")
    assert figures(app)["Weights"] == "225,034"


@pytest.mark.parametrize("name", ["simple", "Not A Name", "theirs"])
def test_a_name_that_is_not_free_is_refused(name: str):
    save_design(Design("theirs", (layer("Flatten"),)), owner="somebody")
    app = open_lab("Design")
    app.text_input(key="design.name").set_value(name).run()
    assert app.error
    assert app.button(key="design.save").disabled
    assert list_designs() == ["theirs"]


def test_a_design_that_is_not_yours_is_a_start_for_your_own():
    save_design(Design("theirs", (layer("Flatten"),)), owner="somebody")
    app = open_lab("Design")
    app.selectbox(key="design.start").set_value("theirs").run()
    app.button(key="design.load").click().run()
    assert figures(app)["Weights"] == "7,850"
    assert not app.button(key="design.save").disabled


def test_the_network_is_shown_as_code_when_it_is_asked_for():
    app = open_lab("Design")
    assert not app.code
    app.session_state["design.code"] = True
    app.run()
    (code,) = app.code
    assert 'layers.Conv2D(32, 3, activation="relu")' in code.value
