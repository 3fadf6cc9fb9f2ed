"""A sweep on this machine, one training at a time, without Ray."""

from collections.abc import Callable, Sequence

from digitcnn.lab.sweeps.plan import Trial
from digitcnn.lab.sweeps.record import SweepLog
from digitcnn.lab.sweeps.trial import Outcome, TrialProcess
from digitcnn.run_folder import RunFolder, runs_root

MAX_ATTEMPTS = 3
"""In one run of a sweep, for a training that the system kills, out of memory for example."""

Echo = Callable[[str], None]


def run_here(trials: Sequence[Trial], log: SweepLog, *, cores: int | None = None, echo: Echo = print) -> None:
    """Trains the trials that have not ended; Ctrl-C stops the current training and keeps its best epoch.

    Args:
        trials: of the sweep.
        log: records their states.
        cores: for a training; None for all.
        echo: receives one line per event.

    Raises:
        KeyboardInterrupt: the sweep was stopped; the same command resumes it.
    """
    for trial in trials:
        if not log.find(trial.name).ended:
            _train(trial, log, cores=cores, echo=echo)
    log.finish()


def _train(trial: Trial, log: SweepLog, *, cores: int | None, echo: Echo) -> None:
    for left in reversed(range(MAX_ATTEMPTS)):
        outcome = _attempt(trial, log, cores=cores, echo=echo)
        if outcome.ending == "finished":
            log.update(trial.name, state="finished", error=None)
            echo(f"{trial.name}: finished")
            return
        if outcome.ending == "stopped":
            # Somebody stopped this one training, in the Lab or with a signal.
            raise KeyboardInterrupt
        again = outcome.ending == "killed" and left > 0
        log.update(trial.name, state="waiting" if again else "failed", error=outcome.error)
        echo(f"{trial.name}: {outcome.error}{' It is started again.' if again else ''}")
        if not again:
            return


def _attempt(trial: Trial, log: SweepLog, *, cores: int | None, echo: Echo) -> Outcome:
    folder = RunFolder(runs_root() / trial.name)
    attempts = log.find(trial.name).attempts + 1
    log.update(trial.name, state="running", attempts=attempts, node=log.record.host)
    process = TrialProcess(trial.settings, folder, cores=cores)
    try:
        process.new_epochs()
        while process.is_running():
            for row in process.wait_for_epochs():
                echo(format_epoch(trial, row))
        return process.outcome()
    except BaseException:
        process.stop()
        log.update(trial.name, state="waiting")
        raise


def format_epoch(trial: Trial, row: dict[str, float]) -> str:
    """A line about an epoch, from its row of history."""
    accuracy = row.get("val_accuracy", float("nan"))
    return (
        f"{trial.name}: epoch {int(row['epoch']) + 1} of {trial.settings.epochs}, validation {accuracy:.2%}"
    )
