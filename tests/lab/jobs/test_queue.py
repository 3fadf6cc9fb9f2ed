"""The queue without trainings: what starts is a process that only sleeps."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from digitcnn.errors import NotSupportedError, RunFolderError
from digitcnn.lab.jobs import queue as training_queue
from digitcnn.lab.runs.catalog import get_own_run, list_own_runs
from digitcnn.lab.runs.settings import Settings
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.session.record import begin

SETTINGS = Settings.of_preset("simple", {"epochs": 2, "images": 256})
FINISHED = RunRecord("simple", {"epochs": 2}, {}, 0, "finished", "2026-01-01T00:00:00+00:00")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    monkeypatch.delenv("DIGITCNN_TRAINING", raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def sleepers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Sequence[str]]]:
    """Processes that sleep in the place of trainings; the arguments of each."""
    processes: list[subprocess.Popen[bytes]] = []
    started: list[Sequence[str]] = []

    def start(arguments: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> psutil.Process:
        command = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
        processes.append(subprocess.Popen(command))
        started.append(arguments)
        return psutil.Process(processes[-1].pid)

    monkeypatch.setattr(training_queue, "start_process", start)
    yield started
    for process in processes:
        process.kill()
        process.wait()


def states() -> dict[str, str]:
    return {run.name: run.state for run in list_own_runs()}


def kill(name: str) -> None:
    record = get_own_run(name).record
    assert record
    worker = psutil.Process(record.process)
    worker.kill()
    worker.wait(5)


def test_of_two_starts_at_once_one_runs_and_one_waits(sleepers: list[Sequence[str]]):
    threads = [threading.Thread(target=training_queue.submit, args=(SETTINGS,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states().values()) == ["queued", "running"]
    assert len(sleepers) == 1


def test_a_waiting_run_starts_once_the_one_before_is_gone(sleepers: list[Sequence[str]]):
    first, second = training_queue.submit(SETTINGS), training_queue.submit(SETTINGS)
    kill(first)
    training_queue.advance()
    assert states() == {first: "interrupted", second: "running"}
    training_queue.advance()
    assert len(sleepers) == 2


def test_runs_wait_in_the_order_in_which_they_came():
    names = [
        training_queue.submit(replace(SETTINGS, preset=preset)) for preset in ("simple", "sprint", "deeper")
    ]
    waiting = training_queue.list_waiting(list_own_runs())
    assert [run.name for run in waiting] == names[1:]


def test_a_cut_off_run_goes_behind_those_that_wait_and_keeps_its_folder(sleepers: list[Sequence[str]]):
    first, second = training_queue.submit(SETTINGS), training_queue.submit(SETTINGS)
    kill(first)
    training_queue.resume(first)
    assert states() == {first: "queued", second: "running"}
    kill(second)
    training_queue.advance()
    assert states() == {first: "running", second: "interrupted"}
    assert sleepers[0] == sleepers[2]


def test_a_process_of_the_same_number_that_began_later_is_another_one():
    name = training_queue.submit(SETTINGS)
    run = get_own_run(name)
    assert run.record
    assert run.record.process_started
    run.folder.write_record(replace(run.record, process_started=run.record.process_started - 100))
    assert states() == {name: "interrupted"}
    with pytest.raises(RunFolderError, match="not being trained"):
        training_queue.stop(name)


def test_a_training_that_has_ended_starts_the_next_one_from_its_own_process(runs: Path):
    waiting = training_queue.submit(SETTINGS)
    kill(waiting)
    training_queue.resume(waiting)
    kill(waiting)
    folder = RunFolder(runs / "by-hand")
    folder.path.mkdir()
    own = psutil.Process()
    with training_queue.working_on(folder):
        folder.write_record(
            replace(FINISHED, state="running", process=own.pid, process_started=own.create_time())
        )
        training_queue.resume(waiting)
        assert states()[waiting] == "running"  # Nobody else is at work but this very process.


def test_a_waiting_run_can_be_taken_out_and_leaves_nothing(runs: Path):
    training_queue.submit(SETTINGS)
    waiting = training_queue.submit(SETTINGS)
    training_queue.cancel(waiting)
    assert not (runs / waiting).exists()
    with pytest.raises(RunFolderError, match=r"no run called"):
        training_queue.cancel(waiting)


def test_a_resumed_run_that_is_taken_out_keeps_what_it_has_learned():
    first, _ = training_queue.submit(SETTINGS), training_queue.submit(SETTINGS)
    get_own_run(first).folder.write_history([{"epoch": 0, "accuracy": 0.5}])
    kill(first)
    training_queue.resume(first)
    training_queue.cancel(first)
    assert states()[first] == "stopped"


def test_seconds_of_a_session_that_ended_count_once_when_the_run_is_resumed(runs: Path):
    ended = replace(
        FINISHED, settings=SETTINGS.as_recorded(), state="stopped", finished=FINISHED.started, seconds=100.0
    )
    folder = RunFolder(runs / "simple-1")
    folder.path.mkdir()
    folder.write_record(ended)
    # The training leaves its last progress behind, which counts only for a session that was killed.
    write_json(folder.progress_json, {"seconds": 100.0})
    training_queue.resume(folder.name)
    assert states() == {folder.name: "running"}
    assert begin("simple", folder, SETTINGS.as_recorded(), 0).record.seconds == 100.0


def test_seconds_of_a_killed_session_count_though_a_start_failed_since(
    runs: Path, monkeypatch: pytest.MonkeyPatch
):
    first = training_queue.submit(SETTINGS)
    folder = RunFolder(runs / first)
    write_json(folder.progress_json, {"seconds": 40.0})
    kill(first)
    with monkeypatch.context() as broken:
        broken.setattr(training_queue, "start_process", lambda *_, **__: (_ for _ in ()).throw(OSError("no")))
        training_queue.resume(first)
    assert states() == {first: "failed"}
    training_queue.resume(first)
    assert begin("simple", folder, SETTINGS.as_recorded(), 0).record.seconds == 40.0


def test_only_one_process_works_on_a_folder():
    name = training_queue.submit(SETTINGS)
    with (
        pytest.raises(RunFolderError, match="right now"),
        training_queue.working_on(get_own_run(name).folder),
    ):
        pass


def test_a_stop_that_a_library_swallowed_is_heard_afterwards(tmp_path: Path):
    folder = RunFolder(tmp_path / "run")
    begin("simple", folder, SETTINGS.as_recorded(), 0).note()

    def work() -> None:
        with training_queue.working_on(folder) as check_stop:
            check_stop()
            with suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
                pytest.fail("SIGTERM interrupted nothing")
            check_stop()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert folder.read_record().state == "stopped"


def test_a_run_in_training_is_not_deleted_and_others_are(runs: Path):
    name = training_queue.submit(SETTINGS)
    with pytest.raises(RunFolderError, match="stop it first"):
        training_queue.delete(name)
    kill(name)
    training_queue.delete(name)
    assert states() == {}
    assert [path.name for path in runs.iterdir()] == [".lock"]


@pytest.mark.parametrize(
    "name", ["../models/simple", "..", "", ".deleted-simple-1", "a/b", "/etc", "x" * 200]
)
def test_nothing_outside_of_the_folder_of_runs_can_be_deleted(name: str):
    with pytest.raises(RunFolderError, match="not the name of a run"):
        training_queue.delete(name)


def test_a_link_out_of_the_folder_of_runs_is_not_followed(
    runs: Path, tmp_path_factory: pytest.TempPathFactory
):
    outside = tmp_path_factory.mktemp("outside")
    RunFolder(outside).write_record(FINISHED)
    (runs / "link").symlink_to(outside)
    with pytest.raises(RunFolderError, match="no run called"):
        training_queue.delete("link")
    assert (outside / "run.json").is_file()


def test_a_host_can_turn_training_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_TRAINING", "off")
    with pytest.raises(NotSupportedError, match="turned off"):
        training_queue.submit(SETTINGS)
    assert states() == {}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "file" / "runs"))
    with pytest.raises(RunFolderError, match="could not be written"):
        training_queue.submit(SETTINGS)


def test_one_that_cannot_be_started_says_why_and_lets_the_next_one_begin(runs: Path):
    first = training_queue.submit(SETTINGS)
    second, third = training_queue.submit(SETTINGS), training_queue.submit(SETTINGS)
    record = get_own_run(second).record
    assert record
    RunFolder(runs / second).write_record(replace(record, preset="nosuch"))
    kill(first)
    training_queue.advance()
    assert states() == {first: "interrupted", second: "failed", third: "running"}
    assert "no preset 'nosuch'" in str(get_own_run(second).problem)


def test_the_queue_is_the_same_for_another_server():
    first, second = training_queue.submit(SETTINGS), training_queue.submit(SETTINGS)
    code = "from digitcnn.lab.runs.catalog import list_own_runs as r; print({x.name: x.state for x in r()})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True
    )
    assert done.stdout.strip() == str({second: "queued", first: "running"})
