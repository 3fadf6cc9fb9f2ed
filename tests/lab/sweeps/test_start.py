"""Sweeps that a page starts; `tests/browser/test_model_lab.py` trains one."""

import socket
from pathlib import Path

import pytest

from digitcnn.errors import InputError, NotSupportedError, RunFolderError
from digitcnn.lab.sweeps import start
from digitcnn.lab.sweeps.plan import read_spec
from digitcnn.lab.sweeps.record import SweepLog, SweepRecord, sweep_path
from digitcnn.lab.sweeps.start import plan_path, start_sweep, stop_sweep
from digitcnn.run_folder import RunFolder, RunRecord

PLAN = {
    "presets": ["simple", "sprint"],
    "seeds": 2,
    "settings": {"epochs": 1},
    "vary": {"batch_size": [64, 128], "augmentation": [True], "optimizer": ["adam"]},
}


@pytest.fixture(autouse=True)
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were started, which would train for minutes."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    commands: list[list[str]] = []
    monkeypatch.setattr(start, "start_process", lambda command, **_: commands.append(command))
    return commands


def test_the_plan_is_a_file_that_the_command_reads(launched: list[list[str]]):
    start_sweep("tried", PLAN, owner=None)
    assert launched == [["sweep", str(plan_path("tried").absolute())]]
    spec = read_spec(plan_path("tried"))
    assert (spec.name, spec.presets, spec.seeds) == ("tried", ("simple", "sprint"), (0, 1))
    assert spec.vary == {"batch_size": (64, 128), "augmentation": (True,), "optimizer": ("adam",)}


def test_a_name_is_taken_once():
    start_sweep("tried", PLAN, owner=None)
    with pytest.raises(InputError, match="already"):
        start_sweep("tried", PLAN, owner=None)


def test_a_sweep_does_not_start_beside_a_run_that_waits(tmp_path: Path):
    folder = RunFolder(tmp_path / "simple-1")
    folder.path.mkdir()
    folder.write_record(RunRecord("simple", {"epochs": 1}, {}, 0, "queued", "2026", queued="2026"))
    with pytest.raises(NotSupportedError, match="simple-1 is being trained or waits"):
        start_sweep("tried", PLAN, owner=None)


def test_only_its_owner_stops_a_sweep():
    record = SweepRecord("tried", "grid", "here", "running", "2026", host=socket.gethostname(), owner="me")
    sweep_path("tried").parent.mkdir()
    log = SweepLog(sweep_path("tried"), record)
    log.finish()
    with pytest.raises(NotSupportedError, match="begun elsewhere"):
        stop_sweep("tried", owner="you")
    with pytest.raises(RunFolderError, match="not running"):
        stop_sweep("tried", owner="me")
