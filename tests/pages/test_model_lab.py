"""The Model Lab's page, with runs that somebody else has left behind."""

import json
import shutil
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from digitcnn.lab.runs.about import About, owner_of, read_about, write_about
from digitcnn.lab.runs.settings import PRESETS
from digitcnn.recognition.pages.detector import MODEL_FILE
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.page_detector.settings import NAME, DetectorSettings, detector_file
from digitcnn.training.session.changes import Change, read_request, write_changes
from digitcnn.web.text import escape_markdown
from tests.support.lab_app import models_on, open_lab, open_page, words

PROJECT = Path(__file__).resolve().parents[2]
FINISHED = RunRecord("simple", {"epochs": 2}, {}, 0, "finished", "2026-01-01T00:00:00+00:00", seconds=65.0)
ROW = {"epoch": 0.0, "accuracy": 0.8, "loss": 0.6, "val_accuracy": 0.9, "val_loss": 0.4}


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    monkeypatch.delenv("DIGITCNN_TRAINING", raising=False)
    return tmp_path


@pytest.fixture
def worker() -> Iterator[psutil.Process]:
    """A process in the place of one that trains."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(120)"])
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


def make_run(runs: Path, name: str, record: RunRecord = FINISHED, *, epochs: int = 2) -> RunFolder:
    folder = RunFolder(runs / name)
    folder.path.mkdir()
    folder.write_record(record)
    folder.write_history([ROW | {"epoch": float(epoch)} for epoch in range(epochs)])
    return folder


@pytest.mark.parametrize(
    "preset", [name if name == "deeper" else pytest.param(name, marks=pytest.mark.slow) for name in PRESETS]
)
def test_every_preset_has_its_card_and_defaults(preset: str):
    app = open_lab()
    app.pills(key="preset").set_value(preset).run()
    assert not app.exception
    assert escape_markdown(PRESETS[preset].claim) in words(app)
    assert app.number_input(key=f"lab.{preset}.epochs").value == PRESETS[preset].recipe.epochs
    assert f"`python -m digitcnn train {preset}`" in words(app)
    assert not app.code, "the highlighter of a code block holds up the first chart"


def test_the_estimate_follows_the_settings():
    app = open_lab()
    before = words(app)
    app.number_input(key="lab.simple.epochs").set_value(1).run()
    assert "an estimate from" in before
    assert words(app) != before
    assert "`python -m digitcnn train simple --epochs 1`" in words(app)


def test_an_impossible_setting_blocks_start_and_states_the_range():
    app = open_lab()
    app.number_input(key="lab.simple.epochs").set_value(500).run()
    assert "Epochs must be between 1 and 200, received 500" in words(app).replace("\\", "")
    assert app.button(key="lab.start").disabled


@pytest.mark.parametrize(("preset", "file"), [("simple", "mnist.npz"), ("reader", "mnist.npz")])
def test_without_data_and_network_start_is_blocked_and_says_what_to_do(
    preset: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    st.cache_data.clear()
    app = open_lab(preset=preset)
    assert f"DIGITCNN_DATA to a folder that holds {file}" in words(app).replace("\\", "")
    assert app.button(key="lab.start").disabled
    st.cache_data.clear()


def test_the_bar_tells_how_long_tensorflow_has_been_loading(runs: Path, worker: psutil.Process):
    begun = worker.create_time()
    loading = replace(FINISHED, state="running", process=worker.pid, process_started=begun)
    make_run(runs, "simple-1", loading, epochs=0)
    bars = [str(bar.proto) for bar in open_lab().get("progress")]
    assert any("Loading TensorFlow and the images" in bar and "s so far" in bar for bar in bars)


def test_a_host_without_trainings_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_TRAINING", "off")
    app = open_lab()
    assert app.button(key="lab.start").disabled
    assert "turned off on this server" in words(app)


def test_a_visitor_sees_what_another_one_trains_and_who_waits(runs: Path, worker: psutil.Process):
    busy = replace(FINISHED, state="running", process=worker.pid, process_started=worker.create_time())
    folder = make_run(runs, "simple-1", busy, epochs=1)
    progress = {"epoch": 1, "step": 5, "steps": 10, "images_per_second": 500.0, "seconds_left": 42.0}
    write_json(folder.progress_json, progress | {"process": worker.pid})
    make_run(runs, "deeper-1", replace(FINISHED, preset="deeper", state="queued", queued="2026"), epochs=0)
    app = open_lab()
    assert "**simple-1** is being trained; **deeper-1** waits." in words(app)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Epoch"] == "2 of 2"
    assert (figures["Images a second"], figures["Time left"], figures["Validation"]) == (
        "500",
        "42 s",
        "90.00 %",
    )
    assert "lab.stop" not in {button.key for button in app.button}
    write_about(folder.path, About(owner_of("me")))
    assert not open_lab_as("me", "Train").button(key="lab.stop").disabled


def make_training(runs: Path, worker: psutil.Process, owner: str) -> RunFolder:
    """A run of that owner in the middle of its second epoch."""
    settings = {"epochs": 2, "learning_rate": 0.001, "schedule": "cosine"}
    place = {"process": worker.pid, "process_started": worker.create_time()}
    busy = replace(FINISHED, settings=settings, state="running", **place)
    folder = make_run(runs, "simple-1", busy, epochs=1)
    progress = {"epoch": 1, "step": 5, "steps": 10, "images_per_second": 500.0, "seconds_left": 42.0}
    write_json(folder.progress_json, progress | {"process": worker.pid, "learning_rate": 0.0004})
    write_about(folder.path, About(owner_of(owner)))
    return folder


def test_its_owner_pauses_a_training_and_resumes_it(runs: Path, worker: psutil.Process):
    folder = make_training(runs, worker, "me")
    assert not {"lab.pause", "lab.stop"} & {button.key for button in open_lab_as("you", "Train").button}
    app = open_lab_as("me", "Train")
    app.button(key="lab.pause").click().run()
    assert read_request(folder.request_json).paused
    assert app.button(key="lab.pause").label == "Resume"
    assert "**simple-1** (yours) is paused, still first in line." in words(app)
    assert any("Paused in epoch 2 of 2" in str(bar.proto) for bar in app.get("progress"))
    app.button(key="lab.pause").click().run()
    assert not read_request(folder.request_json).paused
    assert "is being trained" in words(app)


def test_its_owner_changes_the_learning_rate_of_a_training(runs: Path, worker: psutil.Process):
    folder = make_training(runs, worker, "me")
    app = open_lab_as("me", "Train")
    assert any("Epoch 2 of 2, learning rate 0.0004" in str(bar.proto) for bar in app.get("progress"))
    app.session_state["lab.rate.open-0"] = True
    app.run()
    assert app.number_input(key="lab.rate").value == 0.001
    app.number_input(key="lab.rate").set_value(7.0).run()
    assert "Learning rate must be between 1e-06 and 1, received 7." in words(app)
    assert app.button(key="lab.rate.change").disabled
    assert not folder.request_json.exists()
    app.button(key="lab.rate.Half").click().run()
    app.button(key="lab.rate.change").click().run()
    assert not app.exception
    assert read_request(folder.request_json).learning_rate == 0.0005
    assert "lab.rate.change" not in {button.key for button in app.button}


def test_changes_stand_on_the_run_afterwards(runs: Path):
    write_changes(make_run(runs, "simple-1").changes_csv, (Change(1.5, 0.001, 0.0005),))
    assert "While it trained: learning rate 0.001 → 0.0005 at epoch 1.5." in words(
        open_lab("Runs", run="simple-1")
    )


def test_a_killed_training_is_shown_as_interrupted_and_can_be_resumed(runs: Path):
    make_run(
        runs, "simple-1", replace(FINISHED, state="running", process=4_000_000, process_started=1.0), epochs=1
    )
    app = open_lab()
    assert "interrupted" in words(app)
    assert "1 of 2" in [metric.value for metric in app.metric]
    assert app.button(key="lab.resume")


def test_a_broken_run_is_said_and_the_others_are_there(runs: Path):
    make_run(runs, "good-1")
    make_run(runs, "bad-1").run_json.write_text("{", encoding="utf-8")
    app = open_lab("Runs", run="bad-1")
    assert "cannot be read" in words(app)
    table = app.dataframe[0].value
    states = dict(zip(table["Run"], table["State"], strict=True))
    assert (states["good-1"], states["bad-1"]) == ("finished", "broken")


def test_runs_lists_the_shipped_ones_which_cannot_be_deleted():
    app = open_lab("Runs", run="simple")
    assert "simple" in set(app.dataframe[0].value["Run"])
    assert not [button for button in app.button if button.label == "Delete it"]


def labels_of(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def open_lab_as(browser: str, part: str, **parameters: str) -> AppTest:
    """The Lab as the browser of this id sees it."""
    app = AppTest.from_file(str(PROJECT / "pages" / "model_lab.py"), default_timeout=120)
    app.session_state["lab.browser"] = browser
    for name, value in ({"tab": part} | parameters).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def test_only_the_browser_that_began_a_run_or_the_host_may_delete_it(
    runs: Path, monkeypatch: pytest.MonkeyPatch
):
    write_about(make_run(runs, "simple-1").path, About(owner_of("first")))
    make_run(runs, "simple-2")
    assert "Delete it" not in labels_of(open_lab_as("second", "Runs", run="simple-1"))
    assert "Delete it" in labels_of(open_lab_as("first", "Runs", run="simple-1"))
    assert "Delete it" not in labels_of(open_lab_as("first", "Runs", run="simple-2"))
    monkeypatch.setenv("DIGITCNN_SHARED_RUNS", "on")
    assert "Delete it" in labels_of(open_lab_as("second", "Runs", run="simple-2"))


def test_a_button_that_was_drawn_before_a_run_changed_hands_does_nothing(runs: Path):
    folder = make_run(runs, "simple-1")
    write_about(folder.path, About(owner_of("first")))
    app = open_lab_as("first", "Runs", run="simple-1")
    write_about(folder.path, About(owner_of("second")))
    app.button(key="lab.runs.delete.simple-1").click().run()
    assert folder.path.is_dir()
    assert "begun elsewhere" in words(app)


def test_a_run_gets_a_name_notes_and_tags_and_is_found_by_them(runs: Path):
    write_about(make_run(runs, "simple-1").path, About(owner_of("me")))
    app = open_lab_as("me", "Runs", run="simple-1")
    next(field for field in app.text_input if field.label == "Name").set_value("First try")
    app.text_area[0].set_value("Too few epochs.")
    app.multiselect[-1].set_value(["night"])
    next(button for button in app.button if button.label == "Keep").click()
    app.run()
    assert not app.exception
    said = read_about(runs / "simple-1")
    assert (said.title, said.notes, said.tags) == ("First try", "Too few epochs.", ("night",))
    assert said.owner == owner_of("me")
    app.text_input(key="lab.runs.name").set_value("first t").run()
    assert list(app.dataframe[0].value["Run"]) == ["simple-1"]
    app.text_input(key="lab.runs.name").set_value("").run()
    app.multiselect(key="lab.runs.tags").set_value(["night"]).run()
    assert list(app.dataframe[0].value["Run"]) == ["simple-1"]
    app.multiselect(key="lab.runs.presets").set_value(["deeper"]).run()
    assert "No run matches" in words(app)


def test_runs_has_columns_for_the_settings_that_were_changed(runs: Path):
    make_run(runs, "simple-1", replace(FINISHED, settings={"epochs": 2, "batch_size": 32}, seed=7))
    table = open_lab("Runs").dataframe[0].value.set_index("Run")
    changed = table.loc["simple-1"].to_dict()
    assert (changed["seed"], changed["batch size"]) == ("7", "32")
    assert list(table["batch size"].dropna()) == ["32"]


@pytest.mark.slow
@pytest.mark.parametrize("state", ["finished", "stopped"])
def test_a_page_detector_stands_among_the_runs_and_is_no_model(runs: Path, state: str):
    settings = DetectorSettings(steps=200)
    folder = RunFolder(runs / NAME)
    folder.path.mkdir()
    started = "2026-01-01T00:00:00+00:00"
    folder.write_record(RunRecord(NAME, settings.as_recorded(), {}, 0, state, started, parameters=380_672))
    folder.write_history([{"epoch": at, "steps": 100 * (at + 1), "loss": 3 - at} for at in range(2)])
    write_json(folder.metrics_json, {"held": {"digits": 10, "found": 9}})
    shutil.copy(MODEL_FILE, detector_file(folder))
    row = open_lab("Runs", run=NAME).dataframe[0].value.set_index("Run").loc[NAME]
    assert (row["Preset"], row["Weights"], row["Epochs"]) == (NAME, 380_672, 2)
    for part in ("Train", "Compare", "Inside"):
        open_lab(part)
    assert NAME not in models_on(open_page("draw"))


def test_a_run_has_its_network_as_code_and_as_a_notebook():
    app = open_lab("Runs", run="simple")
    assert "Notebook" in [getattr(each, "label", None) for each in app.get("download_button")]
    app.session_state["lab.runs.code"] = True
    app.run()
    assert not app.exception
    (code,) = app.code
    assert "Dense(10" in code.value


def test_a_run_is_deleted_once_that_is_confirmed(runs: Path):
    write_about(make_run(runs, "simple-1").path, About(owner_of("me")))
    app = open_lab_as("me", "Runs", run="simple-1")
    app.button(key="lab.runs.delete.simple-1").click().run()
    assert not app.exception
    assert not (runs / "simple-1").exists()


def test_a_run_that_is_used_comes_first_on_draw(runs: Path):
    folder = make_run(runs, "simple-1")
    shipped = RunFolder(PROJECT / "models" / "simple")
    folder.tflite_file.write_bytes(shipped.tflite_file.read_bytes())
    app = open_lab("Runs", run="simple-1")
    app.button(key="lab.runs.use").click().run()
    assert not app.exception
    assert app.session_state["models.chosen"] == "simple-1"

    draw = AppTest.from_file(str(PROJECT / "pages" / "draw.py"), default_timeout=120)
    draw.session_state["models.chosen"] = "simple-1"
    draw.run()
    assert not draw.exception
    choosers = [control.options for control in (*draw.selectbox, *draw.button_group)]
    assert "simple-1" in json.dumps(choosers, default=str)


@pytest.mark.parametrize("part", ["Train", "Runs"])
def test_a_run_that_is_not_there_is_said(part: str):
    assert "There is no run called gone" in words(open_lab(part, run="gone"))


def test_training_below_validation_is_explained(runs: Path):
    make_run(runs, "simple-1")
    assert "the dropout that validation leaves out" in words(open_lab("Runs", run="simple-1"))
    make_run(runs, "simple-2", replace(FINISHED, settings={"epochs": 2, "augmentation": True}))
    assert "distorted anew in every epoch" in words(open_lab("Runs", run="simple-2"))


def test_runs_validated_on_different_images_stand_in_charts_of_their_own():
    app = open_lab("Compare", baseline="simple", against="reader")
    assert "validated on different images" in words(app)
    assert "simple: validated on MNIST training" in words(app).replace("\\", "")
    assert "validated on different images" not in words(open_lab("Compare"))
