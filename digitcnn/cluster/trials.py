"""A trial of a sweep as Ray Tune runs it: on any node, in the shared folder of runs or away from it."""

import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitcnn.lab.runs.settings import Settings
from digitcnn.lab.sweeps.trial import TrialProcess
from digitcnn.run_folder import RunFolder

BRIEF = ("run.json", "history.csv", "progress.json")
"""Of a run folder: what its page needs while it trains, some kilobytes."""

_GLANCE = 2.0
"""Seconds between two reports within an epoch, where the folder of runs is not shared."""


@dataclass(frozen=True)
class Job:
    """What is the same for all trials of a sweep.

    Attributes:
        runs: the folder of runs, on the machine that runs the sweep.
        record: the sweep's record there.
        token: stands in the record, so that a worker sees whether it sees the same folder.
        cores: for each trial.
        data: variables that say where data is, as far as that is there on a worker, too.
        collector: an actor that takes files of trials in, on the machine that runs the sweep.
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
    """The class that Tune makes its actors of."""
    from ray import tune

    return type("TuneTrial", (TrialSteps, tune.Trainable), {})


class TrialSteps:
    """The same training process that runs without Ray; a step is an epoch.

    A trial that has ended in an earlier run session reports again what it had reported then, so that ASHA
    compares the others with it.
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
            return self._report(done=True, ending="early")
        if not self._rows or self._is_last(self._rows[0]):
            self._rows += self._process.wait_for_epochs(_GLANCE)
        running = self._process.is_running()
        # A last epoch is told together with the end of its training: ASHA must not cut off its measuring.
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
        """Whether ASHA wants it stopped, and it is not at its last epoch or past it anyway."""
        if not self._job.early or self._process is None or not self._process.is_running():
            return False
        if self._rows and self._is_last(self._rows[0]):
            return False
        import ray

        return bool(ray.get(self._job.collector.is_to_stop.remote(self._name)))

    def _is_last(self, row: dict[str, float]) -> bool:
        return int(row["epoch"]) + 1 >= self._epochs

    def cleanup(self) -> None:
        """Ends the training; its best epoch is kept if that takes no longer than Tune waits, 10 s."""
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
        """Sends the whole run folder to the machine that runs the sweep, where that does not see it."""
        if self._away:
            import ray

            names = [path.name for path in self._folder.path.iterdir() if path.is_file()]
            ray.get(self._job.collector.take.remote(self._name, read_files(self._folder, names)))


class Collector:
    """An actor on the machine that runs the sweep: takes files of trials in, and knows which are to stop.

    Tune itself ends an actor that it has stopped within seconds, in which no training can measure and
    keep its best epoch. So a trial asks, and ends by itself.
    """

    def __init__(self, runs: str):
        self._runs = Path(runs)
        self._to_stop: set[str] = set()

    def stop(self, name: str) -> None:
        self._to_stop.add(name)

    def is_to_stop(self, name: str) -> bool:
        return name in self._to_stop

    def take(self, name: str, files: dict[str, bytes]) -> None:
        write_files(RunFolder(self._runs / name), files)


def read_files(folder: RunFolder, names: Any) -> dict[str, bytes]:
    """What is in the files of these names, as far as they are there."""
    return {name: (folder.path / name).read_bytes() for name in names if (folder.path / name).is_file()}


def write_files(folder: RunFolder, files: dict[str, bytes]) -> None:
    """Writes files so that a reader sees the old one or the new one; the record last."""
    folder.path.mkdir(parents=True, exist_ok=True)
    for name in sorted(files, key=lambda name: name == "run.json"):
        if Path(name).name != name:
            raise ValueError(f"expected the name of a file, received {name!r}")
        part = folder.path / f"{name}.part"
        part.write_bytes(files[name])
        os.replace(part, folder.path / name)


def _holds(record: str, token: str) -> bool:
    try:
        return token in Path(record).read_text(encoding="utf-8")
    except OSError:
        return False
