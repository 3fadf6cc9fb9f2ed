"""Starts and stops a sweep that was planned on a page, in a process that outlives the server."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from digitcnn.errors import InputError, NotSupportedError, RunFolderError
from digitcnn.lab.jobs.processes import end_process, find_process, start_process
from digitcnn.lab.jobs.queue import training_is_on
from digitcnn.lab.runs.about import OWNER, About, may_end
from digitcnn.lab.runs.catalog import list_own_runs
from digitcnn.lab.sweeps.record import read_sweep, sweep_path
from digitcnn.run_folder import runs_root


def plan_path(name: str) -> Path:
    """The TOML file of a sweep that was planned on a page, beside its record."""
    return sweep_path(name).with_suffix(".toml")


def start_sweep(name: str, plan: Mapping[str, Any], *, owner: str | None) -> None:
    """Starts a new sweep.

    Args:
        name: of the sweep; valid, as `plan` is.
        plan: the keys of a sweep's file, without its name.
        owner: of its runs, as in `About`.

    Raises:
        InputError: there is a sweep of this name.
        NotSupportedError: trainings are off here, or a run is trained or waits.
        RunFolderError: it cannot be written or started.
    """
    _require_rest()
    path = plan_path(name)
    if sweep_path(name).exists():
        raise InputError(f"There is a sweep called {name} already: choose another name.")
    tables = {key: table for key, table in plan.items() if isinstance(table, Mapping)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in plan.items() if key not in tables]
    for key, table in tables.items():
        lines += [f"[{key}]", *(f"{setting} = {json.dumps(value)}" for setting, value in table.items())]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        environment = {"DIGITCNN_RUNS": str(runs_root().absolute()), OWNER: owner or ""}
        start_process(["sweep", str(path.absolute())], log=path.with_suffix(".log"), environment=environment)
    except FileExistsError:
        raise InputError(f"There is a sweep called {name} already: choose another name.") from None
    except OSError as error:
        raise RunFolderError(f"The sweep could not be started: {error.strerror or error}.") from None


def stop_sweep(name: str, *, owner: str | None) -> None:
    """Asks a sweep to stop; the training of the moment keeps its best epoch.

    Raises:
        NotSupportedError: another browser began it.
        RunFolderError: it is not running on this machine.
    """
    record = read_sweep(sweep_path(name))
    if not may_end(About(record.owner), owner):
        raise NotSupportedError(f"{name} was begun elsewhere: only that browser, or the host, can stop it.")
    process = find_process(record.process, record.process_started)
    if process is None:
        raise RunFolderError(f"{name} is not running on this machine.")
    end_process(process)


def _require_rest() -> None:
    if not training_is_on():
        raise NotSupportedError("Training is turned off on this server.")
    if busy := next((run.name for run in list_own_runs() if run.busy or run.state == "queued"), None):
        raise NotSupportedError(f"{busy} is being trained or waits: start the sweep when it is done.")
