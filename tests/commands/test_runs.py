"""`digitcnn runs`: lists, shows and deletes."""

import io
import json
import shutil
from pathlib import Path

import pytest

from digitcnn.cli import main
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs
from digitcnn.training.session.changes import Change, write_changes


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs with one finished run, `mine`, and a broken one, `odd`."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    shutil.copytree(SHIPPED / "simple", tmp_path / "mine")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "run.json").write_text("no json")
    return tmp_path


def test_every_run_is_listed_with_what_it_reached(capsys: pytest.CaptureFixture[str]):
    assert main(["runs"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["run", "made", "state"]
    names = [line.split()[0] for line in lines]
    assert names == [*(folder.name for folder in list_runs(SHIPPED)), "mine", "odd"]
    (simple,) = [line for line in lines if line.startswith("simple ")]
    accuracy = RunFolder(SHIPPED / "simple").read_metrics()["test"]["accuracy"]
    assert f"{accuracy:.2%}" in simple
    assert "broken" in lines[-1]


def test_the_list_comes_as_json_lines(capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "list", "--format", "jsonl"]) == 0
    found = {record["name"]: record for record in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["simple"]["shipped"]
    assert not found["mine"]["shipped"]
    assert found["odd"]["problem"]
    assert found["mine"]["test_accuracy"] == found["simple"]["test_accuracy"]


def test_a_run_is_shown_by_name_and_by_path(runs: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "show", "mine"]) == 0
    by_name = capsys.readouterr().out
    assert "setting epochs" in by_name
    assert "model.keras" in by_name
    assert main(["runs", "show", str(runs / "mine")]) == 0
    assert capsys.readouterr().out == by_name


def test_changes_of_a_training_are_shown(runs: Path, capsys: pytest.CaptureFixture[str]):
    write_changes(runs / "mine" / "changes.csv", (Change(1.5, 0.001, 0.0005),))
    assert main(["runs", "show", "mine"]) == 0
    assert "learning rate 0.001 → 0.0005 at epoch 1.5" in capsys.readouterr().out


def test_a_broken_or_missing_run_has_a_message(capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "show", "odd"]) == 1
    assert "odd/run.json cannot be read" in capsys.readouterr().err
    assert main(["runs", "show", "nosuch"]) == 1
    assert "There is no run called 'nosuch'; there are: " in capsys.readouterr().err


def test_runs_are_deleted_when_that_is_confirmed(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["runs", "delete", "mine"]) == 1
    assert "Nothing was deleted: add --yes" in capsys.readouterr().err
    assert (runs / "mine").is_dir()
    assert main(["runs", "delete", "mine", "odd", "--yes"]) == 0
    assert [path for path in runs.iterdir() if path.is_dir()] == []


def test_deleting_a_shipped_model_is_refused(runs: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "delete", "simple", "--yes"]) == 1
    assert "'simple' ships with digitcnn" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["simple", "../models/simple", "/", ""])
def test_nothing_but_runs_of_this_machine_is_deleted(name: str, capsys: pytest.CaptureFixture[str]):
    assert main(["runs", "delete", "--yes", name]) == 1
    assert capsys.readouterr().err.startswith("digitcnn: ")
    assert (SHIPPED / "simple" / "model.keras").is_file()
