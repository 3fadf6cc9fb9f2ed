"""Draw and Upload with a run of this machine that the address names."""

from pathlib import Path

import pytest

from digitcnn.classes import DIGITS
from digitcnn.run_folder import RunFolder, RunRecord
from tests.support.lab_app import models_on, open_page

PROJECT = Path(__file__).resolve().parents[2]
MODEL = PROJECT / "models" / "simple" / "model.tflite"


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


def make_run(runs: Path, name: str, *, model: bytes | None = None, classes: tuple[str, ...] = DIGITS) -> None:
    """A finished run with this model, by default that of the shipped `simple`."""
    folder = RunFolder(runs / name)
    folder.path.mkdir()
    folder.write_record(
        RunRecord("simple", {"epochs": 2}, {}, 0, "finished", "2026-01-01T00:00:00+00:00", classes=classes)
    )
    folder.tflite_file.write_bytes(model or MODEL.read_bytes())


def test_the_address_of_draw_keeps_the_run_that_is_used(runs: Path):
    make_run(runs, "simple")
    models = models_on(open_page("draw", use="simple"))
    assert models[0] == "simple (made here)"
    assert "simple" in models[1:]


def test_draw_asks_for_what_the_chosen_model_reads(runs: Path):
    make_run(runs, "letters-1", classes=tuple("ABCDEFGHIJ"))
    draw = open_page("draw", use="letters-1")
    assert [title.value for title in draw.title] == ["Draw a letter"]
    draw.selectbox(key="draw.model-letters-1").set_value("reader").run()
    assert [title.value for title in draw.title] == ["Draw a digit or a number"]


def test_upload_asks_for_one_letter_in_each_picture_where_the_model_reads_letters(runs: Path):
    make_run(runs, "letters-1", classes=tuple("ABCDEFGHIJ"))
    upload = open_page("upload", use="letters-1")
    assert "One letter in each picture" in [each.value for each in upload.caption]
    assert [each.key for each in upload.button] == []  # The sample shows numbers.
    upload.selectbox(key="upload.model-letters-1").set_value("reader").run()
    assert not upload.exception
    assert "One letter in each picture" not in [each.value for each in upload.caption]
    assert [each.key for each in upload.segmented_control] == ["upload.expect"]
    assert "upload.try-sample" in [each.key for each in upload.button]


@pytest.mark.parametrize("name", ["gone", "..", "../models/simple", "damaged"])
def test_a_run_that_cannot_be_used_is_left_out_on_draw(runs: Path, name: str):
    make_run(runs, "damaged", model=b"TFL3")
    assert models_on(open_page("draw", use=name))[0] == "reader"
