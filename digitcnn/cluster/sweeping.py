"""A sweep on Ray Tune, with as many parallel trainings as the cluster has cores for."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from digitcnn.cluster.trials import Collector, Job, make_trainable, write_files
from digitcnn.errors import InputError, RunFolderError
from digitcnn.lab.sweeps.local import MAX_ATTEMPTS, Echo, format_epoch
from digitcnn.lab.sweeps.plan import SweepSpec, Trial
from digitcnn.lab.sweeps.record import SweepLog
from digitcnn.run_folder import RunFolder, runs_root

_DATA = ("DIGITCNN_DATA", "KERAS_HOME")
_METRIC = "val_accuracy"


def run_on_ray(
    ray: Any, spec: SweepSpec, trials: Sequence[Trial], log: SweepLog, *, cores: int = 1, echo: Echo = print
) -> None:
    """Trains the trials that have not ended, on all nodes of the cluster.

    A trial whose worker is lost starts again, after its last complete epoch where the folder of runs is
    shared. Ctrl-C stops all trainings. Each of them can be resumed, and keeps its best epoch if it is
    measured within the ten seconds that Tune waits.

    Args:
        ray: the connected module.
        spec: of the sweep.
        trials: of the sweep.
        log: records their states.
        cores: for each training.
        echo: receives one line per event.

    Raises:
        KeyboardInterrupt: the sweep was stopped; the same command resumes it.
        InputError: no node has that many cores.
    """
    largest = max((node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]), default=0)
    if cores > largest:
        raise InputError(
            f"--cores must be at most {largest:g}, the cores of the largest node, received {cores}."
        )
    asha = spec.search == "asha"
    # ASHA compares with the trials that have ended, so they report again; without ASHA they are skipped.
    asked = [trial for trial in trials if asha or not log.find(trial.name).ended]
    if not all(log.find(trial.name).ended for trial in trials):
        _fit(ray, spec, asked, log, cores=cores, echo=echo)
    if not all(log.find(trial.name).ended for trial in trials):
        raise KeyboardInterrupt
    log.finish()


def _fit(
    ray: Any, spec: SweepSpec, trials: Sequence[Trial], log: SweepLog, *, cores: int, echo: Echo
) -> None:
    from ray import tune
    from ray.tune.schedulers import ASHAScheduler
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    runs = str(runs_root().absolute())
    collector = ray.remote(num_cpus=0, scheduling_strategy=here)(Collector).remote(runs)
    job = Job(
        runs=runs,
        record=str(log.path.absolute()),
        token=log.record.token,
        cores=cores,
        data={name: str(Path(os.environ[name]).absolute()) for name in _DATA if os.environ.get(name)},
        collector=collector,
        early=spec.search == "asha",
    )
    scheduler = None
    if spec.search == "asha":
        gentle = type("GentleAsha", (_AskToStop, ASHAScheduler), {"collector": collector})
        scheduler = gentle(
            time_attr="epoch",
            # A last epoch is reported with the end of its training, which ASHA must not interrupt.
            max_t=max(trial.settings.epochs for trial in trials) + 1,
            grace_period=spec.asha.grace_epochs,
            reduction_factor=spec.asha.keep_one_in,
        )
    follow = type("Follow", (_Follow, tune.Callback), {})
    # Tune's own files are not needed: run folders and the sweep's record hold everything.
    with tempfile.TemporaryDirectory(prefix="digitcnn-tune-") as storage:
        tune.Tuner(
            tune.with_resources(tune.with_parameters(make_trainable(), job=job), {"cpu": cores}),
            param_space={"trial": tune.grid_search([_describe(trial, log) for trial in trials])},
            tune_config=tune.TuneConfig(metric=_METRIC, mode="max", scheduler=scheduler),
            run_config=tune.RunConfig(
                name=spec.name,
                storage_path=storage,
                failure_config=tune.FailureConfig(max_failures=MAX_ATTEMPTS - 1),
                # Run folders hold the checkpoints that trainings resume from.
                checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=0, checkpoint_at_end=False),
                callbacks=[follow(log, trials, echo)],
                verbose=0,
            ),
        ).fit()


def _describe(trial: Trial, log: SweepLog) -> dict[str, Any]:
    """A trial as it is sent to its worker."""
    replay: list[dict[str, float]] = []
    if log.find(trial.name).ended:
        with suppress(RunFolderError):
            rows = RunFolder(runs_root() / trial.name).read_history()
            replay = [{"epoch": row["epoch"], _METRIC: row[_METRIC]} for row in rows if _METRIC in row]
    return {"name": trial.name, "settings": asdict(trial.settings), "replay": replay}


class _AskToStop:
    """Precedes ASHA in the order of base classes: asks a trial to stop instead of ending its process."""

    collector: Any

    def on_trial_result(self, controller: Any, trial: Any, result: dict[str, Any]) -> str:
        action = super().on_trial_result(controller, trial, result)  # type: ignore[misc]
        if action == "STOP" and not result["done"] and not trial.config["trial"]["replay"]:
            self.collector.stop.remote(_name(trial))
            return "CONTINUE"
        return action


class _Follow:
    """Records Tune's events in the sweep's record, and prints them."""

    def __init__(self, log: SweepLog, trials: Sequence[Trial], echo: Echo):
        self._log = log
        self._trials = {trial.name: trial for trial in trials}
        self._echo = echo
        self._reported: dict[str, int] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # Tune pickles its callbacks to restore them later. Here the record serves that purpose.
        return object, ()

    def on_trial_start(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        if not self._is_replay(trial):
            attempts = self._log.find(_name(trial)).attempts + 1
            self._log.update(_name(trial), state="running", attempts=attempts)

    def on_trial_result(
        self, iteration: int, trials: Any, trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        files = result.pop("files", None)
        if self._is_replay(trial):
            return
        name = _name(trial)
        if files:
            write_files(RunFolder(runs_root() / name), files)
        if self._log.find(name).node != result["node"]:
            self._log.update(name, node=result["node"])
        if result["epoch"] > self._reported.get(name, 0):
            self._reported[name] = result["epoch"]
            self._echo(
                format_epoch(self._trials[name], {"epoch": result["epoch"] - 1, _METRIC: result[_METRIC]})
            )
        if result["done"]:
            ending = result.get("ending", "early")
            self._log.update(name, state=ending, error=result.get("error"))
            words = "stopped early" if ending == "early" else ending
            self._echo(f"{name}: {result.get('error') or words}")

    def on_trial_recover(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        self._log.update(
            _name(trial), state="waiting", error="Its worker was lost: the trial was started again."
        )
        self._echo(f"{_name(trial)}: its worker was lost, it is started again")

    def on_trial_error(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
        error = f"Its worker was lost {MAX_ATTEMPTS} times: run the sweep again to retry."
        self._log.update(_name(trial), state="failed", error=error)
        self._echo(f"{_name(trial)}: {error}")

    def _is_replay(self, trial: Any) -> bool:
        return bool(trial.config["trial"]["replay"])


def _name(trial: Any) -> str:
    return trial.config["trial"]["name"]
