from pathlib import Path

import psutil
import pytest

from digitcnn.errors import InputError, RunFolderError
from digitcnn.lab.jobs import requests
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.session.changes import Request, read_request

OWN = psutil.Process()
PROGRESS = {"epoch": 0, "step": 5, "steps": 10, "images_per_second": 500.0, "seconds_left": 42.0}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run that this process trains."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    folder = RunFolder(tmp_path / "simple-1")
    folder.path.mkdir()
    place = {"process": OWN.pid, "process_started": OWN.create_time()}
    folder.write_record(RunRecord("simple", {"epochs": 2}, {}, 0, "running", "2026", **place))
    write_json(folder.progress_json, PROGRESS | {"process": OWN.pid})
    return folder


def test_a_rate_and_a_pause_are_asked_for_together(folder: RunFolder):
    requests.change_learning_rate(folder.name, 0.0005)
    requests.pause(folder.name)
    assert read_request(folder.request_json) == Request(0.0005, paused=True)
    requests.go_on(folder.name)
    assert read_request(folder.request_json) == Request(0.0005, paused=False)


@pytest.mark.parametrize("rate", [0.0, -0.001, 1.5, 1e-9, float("nan"), float("inf")])
def test_a_rate_that_makes_no_sense_is_refused_and_nothing_changes(folder: RunFolder, rate: float):
    with pytest.raises(InputError, match="Learning rate must be between 1e-06 and 1, received"):
        requests.change_learning_rate(folder.name, rate)
    assert not folder.request_json.exists()


def test_only_a_training_that_runs_is_asked(folder: RunFolder):
    folder.progress_json.unlink()
    with pytest.raises(RunFolderError, match="simple-1 is not being trained now"):
        requests.pause(folder.name)
