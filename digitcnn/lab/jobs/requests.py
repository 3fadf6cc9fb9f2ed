"""Requests to a running training: another learning rate, and a pause.

They reach its process through `request.json` in the run folder. A paused training keeps its turn: those that
wait in the queue go on waiting.
"""

from dataclasses import asdict, replace
from typing import Any

from digitcnn.errors import RunFolderError
from digitcnn.lab.runs.catalog import get_own_run
from digitcnn.lab.runs.limits import require_within
from digitcnn.lab.runs.live import read_now
from digitcnn.run_folder import write_json
from digitcnn.training.session.changes import read_request


def change_learning_rate(name: str, rate: float) -> None:
    """Trains on with another learning rate; a schedule goes on in proportion.

    Raises:
        InputError: the rate is outside of its limits.
        RunFolderError: there is no such run, or it is not being trained.
    """
    require_within("learning_rate", rate)
    _request(name, learning_rate=rate)


def pause(name: str) -> None:
    """Lets a training wait, as soon as its present batch is done.

    Raises:
        RunFolderError: there is no such run, or it is not being trained.
    """
    _request(name, paused=True)


def go_on(name: str) -> None:
    """Ends the pause of a training.

    Raises:
        RunFolderError: there is no such run, or it is not being trained.
    """
    _request(name, paused=False)


def _request(name: str, **asked: Any) -> None:
    run = get_own_run(name)
    # A session forgets, when it begins, what was asked of the one before.
    if not run.record or read_now(run).phase != "training":
        raise RunFolderError(f"{name} is not being trained now: it is {run.state}.")
    path = run.folder.request_json
    try:
        write_json(path, asdict(replace(read_request(path), **asked)))
    except OSError as error:
        raise RunFolderError(f"The change was not written: {error.strerror or error}.") from None
