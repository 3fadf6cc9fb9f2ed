"""Real trainings through the queue, on the digits that come with scikit-learn."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from digitcnn.lab.jobs import queue as training_queue
from digitcnn.lab.jobs.processes import find_worker
from digitcnn.lab.runs.catalog import Run, get_own_run, list_own_runs
from digitcnn.lab.runs.live import read_curves, read_now
from digitcnn.lab.runs.settings import Settings
from digitcnn.recognition.model import Recognizer
from digitcnn.training.datasets import load_bundled_digits

LONG = Settings.of_preset("simple", {"images": 1200, "epochs": 3, "batch_size": 8})
SHORT = Settings.of_preset("simple", {"images": 256, "epochs": 1})
PATIENCE = 300.0
"""Seconds that a busy machine may take for anything."""


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    train, test = load_bundled_digits()
    (tmp_path / "data").mkdir()
    np.savez(
        tmp_path / "data" / "mnist.npz",
        x_train=train.images,
        y_train=train.labels,
        x_test=test.images,
        y_test=test.labels,
    )
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("DIGITCNN_TRAINING", raising=False)
    yield tmp_path / "runs"
    monkeypatch.setenv("DIGITCNN_TRAINING", "off")
    for run in list_own_runs():
        if worker := run.record and find_worker(run.record):
            worker.kill()


def wait_for(name: str, claim: Callable[[Run], bool]) -> Run:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        run = get_own_run(name)
        if claim(run):
            return run
        assert run.state != "failed", run.problem
        time.sleep(0.05)
    log = get_own_run(name).folder.path / training_queue.LOG
    pytest.fail(f"{get_own_run(name)}: {log.read_text(encoding='utf-8') if log.is_file() else 'no log'}")


def in_second_epoch(run: Run) -> bool:
    now = read_now(run)
    return now.phase == "training" and now.epoch == 2


def worker_of(run: Run) -> psutil.Process:
    worker = run.record and find_worker(run.record)
    assert worker
    return worker


@pytest.mark.slow
def test_a_killed_run_waits_for_its_turn_and_ends_with_every_epoch_once():
    first, second = training_queue.submit(LONG), training_queue.submit(SHORT)
    worker = worker_of(wait_for(first, in_second_epoch))
    assert worker.nice() > psutil.Process().nice()
    group = Path("/proc", str(worker.pid), "autogroup")
    if group.is_file():
        assert group.read_text().endswith("nice 10\n")
    assert get_own_run(second).state == "queued"
    os.kill(worker.pid, signal.SIGKILL)
    wait_for(first, lambda run: run.state == "interrupted")

    training_queue.resume(first)
    assert {run.name: run.state for run in list_own_runs()} == {first: "queued", second: "running"}
    # Nobody looks at the queue any more: the one that ends starts the next.
    assert wait_for(second, lambda run: run.state == "finished").has_model
    done = wait_for(first, lambda run: run.state == "finished")

    assert [row["epoch"] for row in done.folder.read_history()] == [0, 1, 2]
    epochs = [row.epoch for row in read_curves(done).batches]
    assert epochs == sorted(epochs)
    assert done.record
    assert (done.record.process, done.record.seconds > 0) == (None, True)
    probabilities, labels = done.folder.read_predictions()
    assert (probabilities.argmax(axis=1) == labels).mean() > 0.5


@pytest.mark.slow
def test_a_stop_is_recorded_within_two_seconds_and_the_best_epoch_can_be_used():
    name = training_queue.submit(LONG)
    wait_for(name, in_second_epoch)
    training_queue.stop(name)
    asked = time.monotonic()
    wait_for(name, lambda run: run.state == "stopped")
    assert time.monotonic() - asked < 2 * (os.getloadavg()[0] / (os.cpu_count() or 1) + 1)
    run = wait_for(name, lambda run: not run.busy)
    assert run.can_resume
    pixels = load_bundled_digits()[1].pixels[:50]
    saved = run.folder.read_predictions()[0][:50]
    assert np.abs(Recognizer(run.folder.tflite_file).predict(pixels) - saved).max() < 1e-4


@pytest.mark.slow
def test_a_stop_while_tensorflow_loads_is_a_stop():
    name = training_queue.submit(SHORT)
    wait_for(name, lambda run: worker_of(run).cpu_times().user > 1.5)
    training_queue.stop(name)
    run = wait_for(name, lambda run: not run.busy)
    assert run.state == "stopped"
    assert run.can_resume
