from pathlib import Path

import pytest

from digitcnn.lab.runs.scores import MNIST_TEST, read_score, read_scores
from digitcnn.run_folder import SHIPPED, RunFolder, RunRecord, list_runs, write_json


def make_run(path: Path, *, metrics: object = None, refuse_above: float | None = None) -> RunFolder:
    path.mkdir()
    folder = RunFolder(path)
    dataset = {"train": {"name": "MNIST training", "images": 54000}}
    folder.write_record(
        RunRecord(
            "simple", {}, dataset, 0, "finished", "", seconds=90.0, parameters=7, refuse_above=refuse_above
        )
    )
    folder.tflite_file.write_bytes(b"x" * 100)
    if metrics is not None:
        write_json(folder.metrics_json, metrics)
    return folder


def test_shipped_models_have_the_accuracy_that_their_run_folders_record():
    for folder in list_runs(SHIPPED):
        if folder.metrics_json.is_file():
            assert read_score(folder).accuracies[MNIST_TEST] == folder.read_metrics()["test"]["accuracy"]


def test_figures_come_from_the_run_folder(tmp_path: Path):
    metrics = {
        "test": {"accuracy": 0.99, "loss": 0.03, "images": 10_000},
        "real_handwriting": {"MNIST test": {"accuracy": 0.5}, "photos": {"accuracy": 0.9}, "pens": 0.95},
        "not_digits": {"refused": 0.8},
    }
    score = read_score(make_run(tmp_path / "one", metrics=metrics, refuse_above=0.5))
    assert score.accuracies == {MNIST_TEST: 0.99, "photos": 0.9, "pens": 0.95}
    assert (score.refused, score.parameters, score.size, score.seconds) == (0.8, 7, 100, 90.0)
    assert score.trained_on == "MNIST training"


def test_a_model_of_ten_classes_refuses_nothing(tmp_path: Path):
    score = read_score(make_run(tmp_path / "one", metrics={"not_digits": {"refused": 0.0}}))
    assert score.refused is None


@pytest.mark.parametrize(
    "metrics",
    [
        None,
        {},
        {"test": None},
        {"test": {"accuracy": "high"}, "real_handwriting": [1]},
        {"test": {"accuracy": 7}},
    ],
)
def test_what_was_not_measured_is_missing(tmp_path: Path, metrics: object):
    assert read_score(make_run(tmp_path / "one", metrics=metrics)).accuracies == {}


def test_broken_and_unfinished_runs_are_left_out(tmp_path: Path):
    make_run(tmp_path / "whole")
    make_run(tmp_path / "broken").metrics_json.write_text("{")
    make_run(tmp_path / "worse").run_json.write_text("[]")
    make_run(tmp_path / "unexported").tflite_file.unlink()
    assert [score.model for score in read_scores(tmp_path)] == ["whole"]
    assert read_scores(tmp_path / "nowhere") == []


def test_sets_of_one_kind_count_by_their_digits(tmp_path: Path):
    entries = {
        "pens, UCI": {"accuracy": 1.0, "digits": 30},
        "pens, UNIPEN": {"accuracy": 0.5, "digits": 10},
        "photos": {"accuracy": 0.75, "digits": 4},
        "scans, grid": {"accuracy": 0.5},
        "scans, sheets": {"accuracy": 1.0, "digits": 9},
    }
    score = read_score(make_run(tmp_path / "one", metrics={"real_handwriting": entries}))
    assert score.kinds == {"pens": 0.875, "photos": 0.75, "scans": 0.75}
