import csv
import json
from pathlib import Path

import numpy as np
import pytest

from digitcnn import run_folder
from digitcnn.errors import DigitcnnError, ModelNotFoundError, RunFolderError
from digitcnn.run_folder import RunFolder, RunRecord, find_run, list_runs, runs_root, write_json

RECORD = RunRecord(
    preset="simple",
    settings={"epochs": 10},
    dataset={"train": {"name": "MNIST", "images": 54000}},
    seed=0,
    state="finished",
    started="2026-01-01T00:00:00+00:00",
)
ROWS = [
    {"epoch": 0.0, "accuracy": 0.95, "val_loss": 0.125},
    {"epoch": 1.0, "accuracy": 0.98, "val_loss": 0.0625},
]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def test_record_comes_back_as_written(folder: RunFolder):
    folder.write_record(RECORD)
    assert folder.read_record() == RECORD


def test_record_of_a_later_version_is_read_without_what_is_new(folder: RunFolder):
    folder.write_record(RECORD)
    write_json(folder.run_json, json.loads(folder.run_json.read_text()) | {"mood": "good"})
    assert folder.read_record() == RECORD


def test_record_without_a_part_that_every_run_has_is_refused(folder: RunFolder):
    write_json(folder.run_json, {"preset": "simple"})
    with pytest.raises(RunFolderError, match=r"run\.json lacks a part.*'seed'"):
        folder.read_record()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read"),
        (b"", "cannot be read"),
        (b'{"preset": "sim', "cannot be read"),
        (b"\xff\xfe{}", "cannot be read"),
        (b"[1, 2]", "holds list where an object was expected"),
    ],
    ids=["missing", "empty", "cut off", "not text", "a list"],
)
def test_broken_json_is_an_error_that_names_the_file(
    folder: RunFolder, content: bytes | None, complaint: str
):
    if content is not None:
        for path in (folder.run_json, folder.metrics_json, folder.progress_json):
            path.write_bytes(content)
    for read, name in (
        (folder.read_record, "run.json"),
        (folder.read_metrics, "metrics.json"),
        (folder.read_progress, "progress.json"),
    ):
        with pytest.raises(RunFolderError, match=rf"{name} {complaint}"):
            read()


def test_history_comes_back_as_numbers(folder: RunFolder):
    folder.write_history(ROWS)
    assert folder.read_history() == ROWS
    with folder.history_csv.open(newline="") as file:
        assert next(csv.reader(file)) == ["epoch", "accuracy", "val_loss"]


def test_epochs_stay_whole_numbers_where_a_history_is_written_again(folder: RunFolder):
    folder.write_history(ROWS)
    folder.write_history(folder.read_history())
    assert folder.history_csv.read_text().split() == [
        "epoch,accuracy,val_loss",
        "0,0.95,0.125",
        "1,0.98,0.0625",
    ]


def test_run_without_an_epoch_has_an_empty_history(folder: RunFolder):
    assert folder.read_history() == []
    folder.write_history([])
    assert folder.read_history() == []


@pytest.mark.parametrize(
    "text",
    [
        "epoch,loss\n0,low\n",
        "epoch,loss\n0\n",
        "epoch,loss\n0,1,2\n",
        "epoch,loss\n0," + "1" * 200_000 + "\n",
    ],
    ids=["word", "row too short", "row too long", "endless number"],
)
def test_broken_history_is_an_error_that_names_the_file(folder: RunFolder, text: str):
    folder.history_csv.write_text(text)
    with pytest.raises(RunFolderError, match=r"history\.csv cannot be read"):
        folder.read_history()


def test_predictions_come_back_in_their_types(folder: RunFolder):
    probabilities = np.full((3, 10), 0.1)
    np.savez_compressed(
        folder.predictions_npz, probabilities=probabilities, labels=np.array([1, 2, 3], np.uint8)
    )
    read, labels = folder.read_predictions()
    assert (read.dtype, labels.dtype) == (np.float32, np.int64)
    assert np.allclose(read, probabilities)
    assert labels.tolist() == [1, 2, 3]


def _save(path: Path, **arrays: np.ndarray) -> None:
    np.savez_compressed(path, allow_pickle=True, **arrays)


def test_broken_predictions_are_an_error_that_names_the_file(folder: RunFolder):
    path = folder.predictions_npz
    _save(path, probabilities=np.full((50, 10), 0.1), labels=np.arange(50))
    whole = path.read_bytes()
    for content in (
        b"",
        b"PK\x03\x04",
        b"hello",
        whole[: len(whole) // 2],
        whole.replace(b"probabilities", b"x" * 13),
    ):
        path.write_bytes(content)
        with pytest.raises(RunFolderError, match=r"predictions\.npz cannot be read"):
            folder.read_predictions()
    path.unlink()
    with pytest.raises(RunFolderError, match=r"predictions\.npz cannot be read"):
        folder.read_predictions()


def test_predictions_that_are_one_plain_array_are_refused(folder: RunFolder):
    with folder.predictions_npz.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(RunFolderError, match=r"predictions\.npz cannot be read"):
        folder.read_predictions()


def test_predictions_with_objects_are_never_unpickled(folder: RunFolder):
    _save(folder.predictions_npz, probabilities=np.array([{"a": 1}], dtype=object), labels=np.array([1]))
    with pytest.raises(RunFolderError, match="it is damaged"):
        folder.read_predictions()


@pytest.mark.parametrize("shapes", [((3, 10), (4,)), ((3,), (3,)), ((3, 4), (3,))])
def test_predictions_of_other_shapes_are_refused(
    folder: RunFolder, shapes: tuple[tuple[int, ...], tuple[int, ...]]
):
    _save(folder.predictions_npz, probabilities=np.zeros(shapes[0]), labels=np.zeros(shapes[1]))
    with pytest.raises(RunFolderError, match=r"expected probabilities \(n, 10\) and labels \(n,\)"):
        folder.read_predictions()


def test_write_that_fails_leaves_the_old_file(folder: RunFolder):
    write_json(folder.progress_json, {"epoch": 1})
    with pytest.raises(TypeError):
        write_json(folder.progress_json, {"epoch": object()})
    assert folder.read_progress() == {"epoch": 1}
    with pytest.raises(ValueError, match="dict contains fields"):
        folder.write_history([{"epoch": 0.0}, {"epoch": 1.0, "loss": 2.0}])
    assert folder.read_history() == []


def test_write_leaves_no_other_file_behind(folder: RunFolder):
    folder.write_record(RECORD)
    folder.write_history(ROWS)
    assert sorted(path.name for path in folder.path.iterdir()) == ["history.csv", "run.json"]


def test_runs_are_listed_by_name_and_other_things_are_not(tmp_path: Path):
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        RunFolder(tmp_path / name).write_record(RECORD)
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").touch()
    assert [folder.name for folder in list_runs(tmp_path)] == ["a", "b"]
    assert list_runs(tmp_path / "missing") == []


def test_runs_go_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    assert runs_root() == tmp_path
    monkeypatch.delenv("DIGITCNN_RUNS")
    assert runs_root() == run_folder.PROJECT / "runs"


def test_trained_run_is_found_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.tflite").touch()
    assert find_run("mine").path == tmp_path / "mine"
    assert find_run(tmp_path / "mine").path == tmp_path / "mine"


def test_shipped_model_is_found_before_a_run_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    (tmp_path / "simple").mkdir()
    (tmp_path / "simple" / "model.tflite").touch()
    assert find_run("simple").path == run_folder.SHIPPED / "simple"


@pytest.mark.parametrize("name", ["nosuch", "", "models/nosuch", "../simple"])
def test_model_that_is_not_there_is_named_beside_those_that_ship(name: str):
    with pytest.raises(
        ModelNotFoundError, match=rf"no trained model called '{name}'; those that ship: .*simple"
    ):
        find_run(name)


def test_model_in_training_is_not_said_to_ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run_folder, "SHIPPED", tmp_path)
    (tmp_path / "young").mkdir()
    RunFolder(tmp_path / "young").write_record(RECORD)
    with pytest.raises(ModelNotFoundError, match="those that ship: none"):
        find_run("young")


def test_every_error_that_a_user_can_mend_is_one_kind():
    assert issubclass(RunFolderError, DigitcnnError)
    assert issubclass(ModelNotFoundError, DigitcnnError)


@pytest.mark.parametrize(
    "part",
    [
        *({"temperature": None}, {"temperature": 0}, {"temperature": "1"}, {"temperature": float("nan")}),
        *({"refuse_above": "0.5"}, {"refuse_above": True}, {"dataset": None}, {"settings": [1]}),
    ],
)
def test_a_record_that_nothing_can_reckon_with_is_broken(tmp_path: Path, part: dict):
    shipped = RunFolder(run_folder.SHIPPED / "simple").run_json.read_text(encoding="utf-8")
    (tmp_path / "run.json").write_text(json.dumps(json.loads(shipped) | part), encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"/run\.json holds something that no run writes\."):
        RunFolder(tmp_path).read_record()
