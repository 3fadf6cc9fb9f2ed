"""A trial of a sweep on Ray Tune: on any node, with or without access to the folder of runs."""

import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitcnn.lab.runs.settings import Settings
from digitcnn.lab.sweeps.trial import TrialProcess
from digitcnn.run_folder import RunFolder, replacing

BRIEF = ("run.json", "history.csv", "progress.json")
"""The files of a run folder that its page needs during training, some kilobytes."""

_REPORT_EVERY = 2.0
"""Seconds between two reports within an epoch, where the folder of runs is not shared."""


@dataclass(frozen=True)
class Job:
    """The part of a trial that all trials of a sweep share.

    Attributes:
        runs: the folder of runs, on the machine that runs the sweep.
        record: the sweep's record on that machine.
        token: part of the record: a worker that finds it there shares the folder.
        cores: for each trial.
        data: environment variables with folders of data, used where the folder exists on the worker.
        collector: an actor on the machine that runs the sweep; receives the files of trials.
        early: whether trials may be asked to stop early.
    """

    runs: str
    record: str
    token: str
    cores: int
    data: dict[str, str]
    collector: Any
    early: bool = False


def make_trainable() -> type[Any]:
    """The class of Tune's actors."""
    from ray import tune

    return type("TuneTrial", (TrialSteps, tune.Trainable), {})


class TrialSteps:
    """The same training process as without Ray; a step is an epoch.

    A trial that ended in an earlier run session repeats its reports, so that ASHA can compare the others
    with it.
    """

    _process: TrialProcess | None = None

    def setup(self, config: dict[str, Any], job: Job | None = None) -> None:
        assert job is not None
        self._job, self._name = job, config["trial"]["name"]
        self._rows: list[dict[str, float]] = list(config["trial"]["replay"])
        self._last: dict[str, float] = {}
        if self._rows:
            return
        self._shared = _holds(job.record, job.token)
        self._away = None if self._shared else Path(tempfile.mkdtemp(prefix="digitcnn-"))
        self._folder = RunFolder((self._away or Path(job.runs)) / self._name)
        for name, place in job.data.items():
            if Path(place).exists():
                os.environ[name] = place
        settings = Settings(**config["trial"]["settings"])
        self._epochs = settings.epochs
        self._process = TrialProcess(settings, self._folder, cores=job.cores)

    def step(self) -> dict[str, Any]:
        if self._process is None:
            self._last = self._rows.pop(0)
            return self._report(done=not self._rows)
        if self._is_asked_to_stop():
            self._process.stop()
            self._hand_over()
            # It may have reached its end before it heard.
            ending = "finished" if self._process.outcome().ending == "finished" else "early"
            return self._report(done=True, ending=ending)
        if not self._rows or self._is_last(self._rows[0]):
            self._rows += self._process.wait_for_epochs(_REPORT_EVERY)
        running = self._process.is_running()
        # The last epoch is reported with the end of its training, so that ASHA cannot interrupt its test.
        if self._rows and not (running and self._is_last(self._rows[0])):
            self._last = self._rows.pop(0)
        if self._rows or running:
            return self._report()
        outcome = self._process.outcome()
        if outcome.ending in ("killed", "stopped"):
            raise RuntimeError(outcome.error or "The training was stopped.")
        self._hand_over()
        return self._report(done=True, ending=outcome.ending, error=outcome.error)

    def _is_asked_to_stop(self) -> bool:
        """Whether ASHA wants to stop the trial, and it has not reached its last epoch."""
        if not self._job.early or self._process is None or not self._process.is_running():
            return False
        if self._rows and self._is_last(self._rows[0]):
            return False
        import ray

        return bool(ray.get(self._job.collector.must_stop.remote(self._name)))

    def _is_last(self, row: dict[str, float]) -> bool:
        return int(row["epoch"]) + 1 >= self._epochs

    def cleanup(self) -> None:
        """Stops the training; its best epoch is kept if that takes less than the 10 s that Tune waits."""
        if self._process is None:
            return
        if self._process.is_running():
            self._process.stop()
            self._hand_over()
        if self._away:
            shutil.rmtree(self._away, ignore_errors=True)

    def _report(self, *, done: bool = False, **more: Any) -> dict[str, Any]:
        report = {"done": done, "node": platform.node(), "epoch": 0, **more}
        if self._last:
            epoch, accuracy = int(self._last["epoch"]) + 1, self._last["val_accuracy"]
            report |= {"epoch": epoch, "val_accuracy": accuracy}
        if self._process and self._away and not done:
            report["files"] = read_files(self._folder, BRIEF)
        return report

    def _hand_over(self) -> None:
        """Sends the whole run folder to the machine that runs the sweep, unless they share it."""
        if self._away:
            import ray

            names = [path.name for path in self._folder.path.iterdir() if path.is_file()]
            ray.get(self._job.collector.take.remote(self._name, read_files(self._folder, names)))


class Collector:
    """An actor on the machine that runs the sweep: receives files of trials, and knows which must stop.

    Tune ends an actor within seconds after stopping it, too few for a training to measure and keep its best
    epoch. Therefore a trial asks here whether it must stop, and ends by itself.
    """

    def __init__(self, runs: str):
        self._runs = Path(runs)
        self._to_stop: set[str] = set()

    def stop(self, name: str) -> None:
        self._to_stop.add(name)

    def must_stop(self, name: str) -> bool:
        return name in self._to_stop

    def take(self, name: str, files: dict[str, bytes]) -> None:
        write_files(RunFolder(self._runs / name), files)


def read_files(folder: RunFolder, names: Any) -> dict[str, bytes]:
    """The contents of the named files, without those that are missing."""
    return {name: (folder.path / name).read_bytes() for name in names if (folder.path / name).is_file()}


def write_files(folder: RunFolder, files: dict[str, bytes]) -> None:
    """Writes files so that a reader sees either the old or the new version; `run.json` comes last."""
    folder.path.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key=lambda name: name == "run.json"):
        if Path(name).name != name:
            raise ValueError(f"expected the name of a file, received {name!r}")
        with replacing(folder.path / name) as new:
            new.write_bytes(files[name])


def _holds(record: str, token: str) -> bool:
    try:
        return token in Path(record).read_text(encoding="utf-8")
    except OSError:
        return False
