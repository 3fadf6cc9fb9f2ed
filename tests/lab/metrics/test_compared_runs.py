import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import RunFolderError
from digitcnn.lab.metrics.compared_runs import list_run_refs, load_run, run_ref_of
from digitcnn.lab.metrics.test_set import Predictions
from digitcnn.lab.runs.run_table import analyse, format_duration, tabulate_costs, tabulate_runs
from digitcnn.run_folder import SHIPPED, RunFolder
from digitcnn.training.session.changes import Change, write_changes


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of runs: a whole one, one that still trains, and one whose record is broken."""
    for name in ("mine", "training", "broken"):
        shutil.copytree(SHIPPED / "simple", tmp_path / name, ignore=shutil.ignore_patterns("model.*"))
    record = (tmp_path / "training" / "run.json").read_text().replace('"finished"', '"running"', 1)
    (tmp_path / "training" / "run.json").write_text(record)
    (tmp_path / "broken" / "run.json").write_text('{"preset": "simp')
    return tmp_path


def test_runs_with_results_are_offered_and_the_others_are_named(own: Path):
    found = list_run_refs(SHIPPED, own)
    labels = [run_ref.label for run_ref in found.ready]
    assert "mine" in labels
    assert {"simple", "deeper"} <= set(labels)
    assert found.unfinished == ("training",)
    (sentence,) = found.broken
    assert sentence.startswith("broken is left out: ")


def test_a_run_named_like_a_shipped_model_is_told_from_it(own: Path):
    (own / "mine").rename(own / "simple")
    labels = [run_ref.label for run_ref in list_run_refs(SHIPPED, own).ready]
    assert "simple" in labels
    assert f"{own.name}/simple" in labels


def test_a_changed_run_is_another_candidate(own: Path):
    (before,) = list_run_refs(own, own / "none").ready
    os.utime(own / "mine" / "metrics.json", (1, 1))
    (after,) = list_run_refs(own, own / "none").ready
    assert (before.label, before.path) == (after.label, after.path)
    assert before != after


def test_a_broken_history_is_said_and_the_rest_is_compared(own: Path):
    (own / "mine" / "history.csv").write_text("epoch,accuracy\n0,high\n")
    (own / "mine" / "metrics.json").write_text("{")
    (run_ref,) = list_run_refs(own, own / "none").ready
    run = load_run(run_ref)
    assert [sentence.split(":")[0] for sentence in run.problems] == [
        "mine has no curves",
        "mine has no recorded figures",
    ]
    assert (run.history, run.metrics) == ([], {})
    assert analyse(run).accuracy.images == 10_000


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04half", b"\x93NUMPY"])
def test_half_written_predictions_are_a_sentence(own: Path, content: bytes):
    (own / "mine" / "predictions.npz").write_bytes(content)
    (run_ref,) = list_run_refs(own, own / "none").ready
    with pytest.raises(RunFolderError, match=r"predictions\.npz"):
        load_run(run_ref)


def test_facts_of_two_runs_say_what_differs():
    run_refs = {each.label: each for each in list_run_refs(SHIPPED, Path("nowhere")).ready}
    runs = [load_run(run_refs[name]) for name in ("simple", "deeper")]
    rows = {row.name: row for row in tabulate_runs(runs, [analyse(run) for run in runs], [0.12, None])}
    assert rows["Learning rate"].values == ("0.001", "0.002")
    assert rows["Learning rate"].differs
    assert not rows["Batch size"].differs
    assert rows["Latency, one digit"].values == ("0.12 ms", "–")
    accuracy = RunFolder(SHIPPED / "simple").read_metrics()["test"]["accuracy"]
    assert rows["Test accuracy, 95 % interval"].values[0].startswith(f"{accuracy * 100:.2f} % (")


def test_changes_while_it_trained_are_a_setting(own: Path):
    write_changes(
        own / "mine" / "changes.csv", (Change(1.5, 0.001, 0.0005), Change(2.0, 0.0005, 0.0005, 9.0))
    )
    run = load_run(run_ref_of(RunFolder(own / "mine")))
    rows = {row.name: row.values for row in tabulate_runs([run], [analyse(run)], [None])}
    words = "learning rate 0.001 → 0.0005 at epoch 1.5, paused for 9 s at epoch 2"
    assert rows["While it trained"] == (words,)


def test_accuracy_is_weighed_by_parameters_and_seconds(own: Path):
    run = load_run(run_ref_of(RunFolder(own / "mine")))
    half_right = Predictions(np.eye(10)[[0, 1, 2, 3, 4, 0, 0, 0, 0, 0]], np.arange(10))
    runs = [
        replace(
            run,
            predictions=half_right,
            record=replace(run.record, parameters=parameters, seconds=seconds),
        )
        for parameters, seconds in ((2_000, 10.0), (225_000, 522.0), (0, 0.0))
    ]
    rows = {row.name: row.values for row in tabulate_costs(runs)}
    assert rows["Test accuracy"] == ("50.00 %", "50.00 %", "50.00 %")
    assert rows["Accuracy per 1,000 parameters"] == ("25 points", "0.22 points", "–")
    assert rows["Accuracy per second of training"] == ("5.0 points", "0.096 points", "–")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (522, "8 min 42 s"), (7500, "2 h 5 min")]
)
def test_durations_are_said_as_people_do(seconds: float, said: str):
    assert format_duration(seconds) == said
