import os
from dataclasses import replace
from pathlib import Path

import pytest

from digitcnn.lab.runs.catalog import Run
from digitcnn.lab.runs.estimates import START_UP, estimate, measure_slowdown
from digitcnn.lab.runs.settings import Settings
from digitcnn.run_folder import RunFolder, RunRecord

CORES = os.cpu_count() or 1
DATA = {"train": {"images": 54_000}, "validation": {"images": 6_000}}
SHIPPED = RunRecord(
    "simple", {"epochs": 10}, DATA, 0, "finished", "2026", seconds=547.5, machine={"cores": CORES}
)


def as_run(record: RunRecord) -> Run:
    return Run(RunFolder(Path(record.preset)), False, "finished", record=record)


def seconds(settings: Settings, own: list[RunRecord], shipped: list[RunRecord]) -> float:
    guess = estimate(settings, list(map(as_run, own)), list(map(as_run, shipped)))
    assert guess
    return guess.seconds - START_UP


def test_half_the_epochs_take_half_the_time():
    assert seconds(Settings.of_preset("simple"), [], [SHIPPED]) == pytest.approx(540)
    assert seconds(Settings.of_preset("simple", {"epochs": 5}), [], [SHIPPED]) == pytest.approx(270)


def test_fewer_images_take_less():
    assert seconds(Settings.of_preset("simple", {"images": 6000}), [], [SHIPPED]) == pytest.approx(54)


def test_a_run_on_this_machine_counts_before_the_shipped_one():
    own = replace(SHIPPED, seconds=1087.5)
    assert seconds(Settings.of_preset("simple"), [own], [SHIPPED]) == pytest.approx(1080)


def test_another_preset_is_scaled_by_how_fast_this_machine_was():
    deeper = replace(SHIPPED, preset="deeper", seconds=2167.5)
    own = replace(SHIPPED, seconds=1087.5)
    assert seconds(Settings.of_preset("deeper"), [own], [SHIPPED, deeper]) == pytest.approx(4320)


def test_without_a_run_here_the_number_of_cores_counts():
    other = replace(SHIPPED, machine={"cores": 2 * CORES})
    assert seconds(Settings.of_preset("simple"), [], [other]) == pytest.approx(1080)


def test_short_and_unfinished_runs_tell_nothing():
    short = replace(SHIPPED, dataset={"train": {"images": 200}})
    assert (
        estimate(Settings.of_preset("simple"), [as_run(short), as_run(replace(SHIPPED, state="stopped"))], [])
        is None
    )


def test_what_else_this_machine_computes_makes_it_longer_but_our_own_training_does_not(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("psutil.getloadavg", lambda: (float(CORES), 0.0, 0.0))
    assert measure_slowdown([]) == 2.0
    assert measure_slowdown([replace(as_run(SHIPPED), busy=True)]) == 1.0
    guess = estimate(Settings.of_preset("simple"), [], [as_run(SHIPPED)], slowdown=2.0)
    assert guess
    assert guess.seconds == pytest.approx(2 * (540 + START_UP))
