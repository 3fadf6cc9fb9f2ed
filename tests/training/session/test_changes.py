"""Learning rate and pauses, changed while a real training runs."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any

import keras
import numpy as np
import pytest

from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.training.fit import make_optimizer, train
from digitcnn.training.presets import PRESETS, Recipe
from digitcnn.training.schedules import ScaledRate, make_rate
from digitcnn.training.session.callbacks import Echo, Requests, last_model
from digitcnn.training.session.changes import (
    Change,
    Clock,
    Request,
    read_changes,
    read_request,
    write_changes,
)

CHANGES = (Change(0.5, 0.001, 0.0005), Change(1.25, 0.0005, 0.0005, 12.5))
ONE_CYCLE = Recipe(3, schedule="one-cycle", learning_rate=0.01, batch_size=32, data="bundled")
IMAGES, STEPS = 320, 27


def train_small(folder: RunFolder, echo: Echo = lambda line: None) -> RunRecord:
    return train(PRESETS["simple"], folder, recipe=ONE_CYCLE, images=IMAGES, echo=echo)


def test_changes_come_back_as_written_and_a_broken_row_is_left_out(tmp_path: Path):
    path = tmp_path / "changes.csv"
    assert read_changes(path) == ()
    write_changes(path, CHANGES)
    assert read_changes(path) == CHANGES
    path.write_text(path.read_text() + "2.0,nonsense\n1,2,3,4,5\n")
    assert read_changes(path) == CHANGES


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"learning_rate": 0}', '{"learning_rate": NaN}', '{"learning_rate": "1", "paused": 1}'],
)
def test_a_request_that_makes_no_sense_asks_for_nothing(tmp_path: Path, text: str):
    (tmp_path / "request.json").write_text(text)
    assert read_request(tmp_path / "request.json") == Request()


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle", "steps"])
def test_the_factor_scales_the_rate_and_keeps_its_shape(schedule: str):
    recipe = Recipe(1, schedule=schedule, learning_rate=0.1)  # type: ignore[arg-type]
    optimizer: Any = make_optimizer(recipe, steps=90)
    scaled = ScaledRate(make_rate(recipe, steps=90))
    scaled.factor.assign(0.5)
    before = []
    for step in range(90):
        optimizer.iterations.assign(step)
        before.append(float(optimizer.learning_rate))
    np.testing.assert_allclose([float(scaled(step)) for step in range(90)], np.array(before) / 2, rtol=1e-5)
    copy = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(scaled))
    np.testing.assert_allclose([float(copy(step)) for step in range(90)], before, rtol=1e-5)


def test_the_clock_stands_still_while_it_is_stopped():
    clock = Clock()
    with clock.stopped():
        time.sleep(0.2)
    assert clock() < 0.1


@pytest.mark.slow
def test_a_changed_rate_scales_the_schedule_and_outlasts_a_stop(tmp_path: Path):
    folder = RunFolder(tmp_path / "run")

    def change_then_stop(line: str) -> None:
        if line.startswith("Epoch 1/"):
            write_json(folder.request_json, {"learning_rate": 0.002})
        if line.startswith("Epoch 2/"):
            raise KeyboardInterrupt

    assert train_small(folder, change_then_stop).state == "stopped"
    assert read_changes(folder.changes_csv) == (Change(1.0, 0.01, 0.002),)
    model: Any = keras.models.load_model(last_model(folder))
    model.optimizer.learning_rate = make_rate(ONE_CYCLE, steps=STEPS)  # As older checkpoints hold it.
    model.save(last_model(folder))
    write_json(folder.request_json, {"learning_rate": 0.5, "paused": True})  # Of the session that has ended.
    assert train_small(folder).state == "finished"
    assert read_changes(folder.changes_csv) == (Change(1.0, 0.01, 0.002),)
    last_epoch = [0.002 * 1.5 * (STEPS - step) / STEPS for step in range(STEPS * 2 // 3, STEPS + 1)]
    assert any(
        folder.read_progress()["learning_rate"] == pytest.approx(rate, rel=0.01) for rate in last_epoch
    )


@pytest.mark.slow
def test_a_paused_training_computes_nothing_and_its_seconds_do_not_count(tmp_path: Path):
    folder, used = RunFolder(tmp_path / "run"), []

    def change_and_go_on() -> None:
        used.append(time.process_time())
        write_json(folder.request_json, {"learning_rate": 0.005, "paused": False})

    def pause(line: str) -> None:
        if line.startswith("Epoch 1/"):
            write_json(folder.request_json, {"paused": True})
            Timer(2.0, lambda: used.append(time.process_time())).start()
            Timer(5.0, change_and_go_on).start()

    began = time.monotonic()
    record = train_small(folder, pause)
    assert record.state == "finished"
    assert record.seconds < time.monotonic() - began - 2.5
    assert used[1] - used[0] < 0.5
    changed, paused = read_changes(folder.changes_csv)
    assert (changed, paused.paused > 2.5) == (Change(1.0, 0.01, 0.005), True)


@pytest.mark.slow
def test_a_paused_training_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder, sleep = RunFolder(tmp_path / "run"), time.sleep

    def stop(_: float) -> None:
        sleep(0.2)
        os.kill(os.getpid(), signal.SIGTERM)

    def pause(line: str) -> None:
        if line.startswith("Epoch 1/"):
            write_json(folder.request_json, {"paused": True})
            monkeypatch.setattr(time, "sleep", stop)  # What a training does while it is paused.

    assert train_small(folder, pause).state == "stopped"
    assert folder.tflite_file.is_file()
    assert [change.paused > 0 for change in read_changes(folder.changes_csv)] == [True]


def test_a_stop_that_was_swallowed_is_a_stop_at_the_next_batch(tmp_path: Path):
    folder = RunFolder(tmp_path / "run")

    def swallow(line: str) -> None:
        if line.startswith("Epoch 1/"):
            with suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(5)

    assert train_small(folder, swallow).state == "stopped"
    assert len(folder.read_history()) == 1


def test_changes_of_a_lost_epoch_move_to_where_it_begins_again(tmp_path: Path):
    folder, scaled = RunFolder(tmp_path), ScaledRate(0.001)
    write_changes(folder.changes_csv, CHANGES)
    requests = Requests(
        folder, Recipe(3), scaled, done=1, steps=9, clock=Clock(), echo=print, check=lambda: None
    )
    assert [change.epoch for change in requests.changes] == [0.5, 1.0]
    assert float(scaled(0)) == pytest.approx(0.0005)
