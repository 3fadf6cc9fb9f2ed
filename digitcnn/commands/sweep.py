"""`digitcnn sweep`: trains the runs that a file describes, here or on a Ray cluster."""

import argparse
import signal
from pathlib import Path

from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.terminal import align
from digitcnn.errors import NotSupportedError
from digitcnn.lab.sweeps.plan import SweepSpec, Trial, plan_trials, read_spec
from digitcnn.lab.sweeps.record import SweepLog

_DESCRIPTION = """\
Trains every run of a sweep: presets x seeds x settings, listed in a TOML file. Run it again to resume:
finished trials are skipped. Each trial is a run folder like any other, under runs/ or in the folder
DIGITCNN_RUNS.

Without options, trials run on this machine, one after another. With --ray, one trial runs on each core of
this machine, with --address on each core of a Ray cluster (pip install -r requirements-ray.txt).

the file of a sweep:
  presets = ["simple", "deeper"]
  seeds = [0, 1, 2]                 # or a number: 3 is the same
  search = "grid"                   # every combination; or "random", "asha"
  samples = 20                      # draws of "random" and "asha"; asha stops bad ones early (needs Ray)
  [settings]                        # the same for all trials; other settings are the preset's
  epochs = 5
  data = "fashion-mnist"            # `digitcnn data list` names them
  [vary]                            # every combination of these
  batch_size = [64, 128]
  learning_rate = { from = 0.0003, to = 0.01, log = true }    # not in a grid
  [asha]
  grace_epochs = 1                  # no trial is stopped earlier
  keep_one_in = 3                   # one in three continues after each check"""

_EXAMPLES = """\
digitcnn sweep sweep.toml --plan
digitcnn sweep sweep.toml
digitcnn sweep sweep.toml --address auto --cores 2"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    parser = add_command(
        commands,
        "sweep",
        "train many runs, here or on a Ray cluster; run it again to resume",
        _DESCRIPTION,
        run=_sweep,
        examples=_EXAMPLES,
    )
    parser.add_argument("spec", type=Path, metavar="SPEC.toml", help="file of the sweep")
    parser.add_argument("--plan", action="store_true", help="only list the trials and their commands")
    parser.add_argument("--ray", action="store_true", help="train several at once on this machine, with Ray")
    parser.add_argument(
        "--address", metavar="HOST:PORT", help="head of a Ray cluster, or auto on one of its nodes"
    )
    parser.add_argument(
        "--cores", type=_positive, metavar="N", help="cores for each training (default: 1 with Ray, else all)"
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def _sweep(options: argparse.Namespace) -> int:
    spec = read_spec(options.spec)
    trials = plan_trials(spec)
    if options.plan:
        from digitcnn.lab.runs.settings import command_of

        print(align([(trial.name, command_of(trial.settings)) for trial in trials]))
        return 0
    on_ray = options.ray or options.address is not None
    if spec.search == "asha" and not on_ray:
        raise NotSupportedError('search = "asha" needs Ray: add --ray or --address.')
    # SIGTERM ends a sweep as Ctrl-C does: its trainings keep their best epochs.
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run_on_ray(options, spec, trials) if on_ray else _run_here(options, spec, trials)
    except KeyboardInterrupt:
        print(f"Stopped. Run `digitcnn sweep {options.spec}` again to resume.", flush=True)
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(*_: object) -> None:
    # Ray Tune handles Ctrl-C itself. A process that a script started in the background ignores Ctrl-C.
    if callable(signal.getsignal(signal.SIGINT)):
        signal.raise_signal(signal.SIGINT)
    else:
        raise KeyboardInterrupt


def _run_here(options: argparse.Namespace, spec: SweepSpec, trials: list[Trial]) -> int:
    from digitcnn.lab.sweeps.local import run_here
    from digitcnn.lab.sweeps.record import running_sweep

    with running_sweep(spec, trials, engine="one at a time") as log:
        run_here(trials, log, cores=options.cores, echo=_print)
    return _conclude(log)


def _run_on_ray(options: argparse.Namespace, spec: SweepSpec, trials: list[Trial]) -> int:
    from digitcnn.cluster.session import connected, count_cores
    from digitcnn.lab.sweeps.record import running_sweep

    with connected(options.address) as ray:
        from digitcnn.cluster.sweeping import run_on_ray

        where = f"Ray at {options.address}" if options.address else "Ray on this machine"
        cores, nodes = count_cores(ray), sum(node["Alive"] for node in ray.nodes())
        _print(f"{where}: {nodes} nodes, {cores} cores")
        with running_sweep(spec, trials, engine=where) as log:
            run_on_ray(ray, spec, trials, log, cores=options.cores or 1, echo=_print)
    return _conclude(log)


def _conclude(log: SweepLog) -> int:
    """Prints the table of results; returns the exit code."""
    from digitcnn.lab.sweeps.summary import view_sweep

    view = view_sweep(log.record, alive=False)
    rows = [("trials of", "data set", "mean test accuracy", "95 % interval", "seeds")]
    for group in view.groups:
        mean = "–" if group.mean is None else f"{group.mean:.2%}"
        ends = "–" if group.low is None or group.high is None else f"{group.low:.2%} to {group.high:.2%}"
        rows.append((group.label, group.data, mean, ends, f"{group.seeds} of {group.trials}"))
    _print(align(rows, right={2, 4}))
    if view.best and view.best.test is not None:
        _print(f"best: {view.best.name}, {view.best.test:.2%}")
    failed = [trial for trial in log.record.trials if trial.state == "failed"]
    for trial in failed:
        _print(f"failed: {trial.name}: {trial.error}")
    return 1 if failed else 0


def _print(line: str) -> None:
    print(line, flush=True)
