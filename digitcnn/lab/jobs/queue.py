"""One training at a time on this machine, and a queue of those that wait.

The queue consists of the run folders whose record says "queued": it survives a restart of the server, and
two servers over the same folder share it. Every change is made under a file lock. A training is a process
in its own session, so that it outlives the server. When it ends, it starts the next one; after a killed one,
the next caller of `advance` does.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
from filelock import FileLock

from digitcnn import run_state
from digitcnn.errors import DigitcnnError, NotSupportedError, RunFolderError
from digitcnn.lab.designs.design import layers_as_json
from digitcnn.lab.jobs.processes import end_process, find_worker, start_process
from digitcnn.lab.runs.about import About, write_about
from digitcnn.lab.runs.catalog import Run, get_own_run, list_own_runs, own_path
from digitcnn.lab.runs.settings import PRESETS, Settings, arguments_of
from digitcnn.run_folder import RunFolder, RunRecord, runs_root
from digitcnn.training.page_detector.settings import NAME as DETECTOR
from digitcnn.training.page_detector.settings import arguments_of as detector_arguments
from digitcnn.training.session.record import sigterm_as_interrupt

MAX_WAITING = 20
"""Runs in the queue at most."""

LOG = "training.log"
"""In a run folder: the output of the training."""


def training_is_on() -> bool:
    """Whether trainings may start here; `DIGITCNN_TRAINING=off` forbids them on a host that is too small."""
    return os.environ.get("DIGITCNN_TRAINING", "on").lower() not in ("off", "0", "no", "false")


def submit(settings: Settings, *, owner: str | None = None) -> str:
    """Adds a run to the queue, and starts it if none is trained.

    Args:
        settings: of the training.
        owner: as in `About`.

    Returns:
        The run's name: the preset's with the next free number.

    Raises:
        NotSupportedError: trainings are off here, or too many wait.
        RunFolderError: the run folder cannot be written.
    """
    with _changing():
        _require_room()
        folder = _make_folder(settings.preset)
        recorded = settings.as_recorded()
        new = RunRecord(settings.preset, recorded, {}, settings.seed, "queued", run_state.now())
        if settings.preset not in PRESETS and settings.base:
            new = replace(new, design=layers_as_json(settings.base.layers))
        write_about(folder.path, About(owner))
        folder.write_record(run_state.enqueue(new))
        _start_next()
    return folder.name


def resume(name: str) -> None:
    """Adds an unfinished run to the end of the queue.

    Raises:
        NotSupportedError: trainings are off here, or too many wait.
        RunFolderError: there is no such run, or it cannot be resumed now.
    """
    with _changing():
        _require_room()
        run = get_own_run(name)
        if run.record is None or not run.can_resume:
            raise RunFolderError(f"{name} cannot be resumed now: it is {'busy' if run.busy else run.state}.")
        run.folder.write_record(run_state.enqueue(run.record))
        _start_next()


def cancel(name: str) -> None:
    """Takes a run out of the queue; a new one is deleted, a resumed one is stopped again.

    Raises:
        RunFolderError: it is not in the queue.
    """
    with _changing():
        run = get_own_run(name)
        if run.record is None or run.state != "queued":
            raise RunFolderError(f"{name} no longer waits: it is {run.state}.")
        if run.folder.history_csv.is_file() or run.folder.checkpoint.is_dir():
            run.folder.write_record(replace(run.record, state="stopped", queued=None))
        else:
            _remove(run.folder.path)


def stop(name: str) -> None:
    """Asks a training to stop, which takes up to two seconds; its best epoch is kept.

    Raises:
        RunFolderError: there is no such run, or it is not being trained.
    """
    run = get_own_run(name)
    worker = find_worker(run.record) if run.record else None
    if worker is None:
        raise RunFolderError(f"{name} is not being trained: it is {run.state}.")
    try:
        end_process(worker)
    except psutil.AccessDenied:
        raise RunFolderError(f"{name} is trained by another user's process: stop it there.") from None


def delete(name: str) -> None:
    """Deletes a run that was made here, with its folder.

    Raises:
        RunFolderError: there is no such run, or it is being trained.
    """
    with _changing():
        run = get_own_run(name)
        if run.busy:
            raise RunFolderError(f"{name} is being trained: stop it first.")
        _remove(run.folder.path)


def list_waiting(runs: list[Run]) -> list[Run]:
    """The waiting runs, in the order in which they will be trained."""
    return sorted((run for run in runs if run.state == "queued"), key=_place)


def advance() -> None:
    """Starts the next training, if none runs and one waits.

    Raises:
        RunFolderError: the folder of runs cannot be written.
    """
    if list_waiting(list_own_runs()):
        with _changing():
            _start_next()


@contextmanager
def working_on(folder: RunFolder) -> Iterator[Callable[[], None]]:
    """Around a training in this process: keeps others from the folder, and records an early stop or failure.

    SIGTERM raises KeyboardInterrupt inside. TensorFlow swallows it at times while it loads: what the block
    gets is to be called afterwards, and raises it again.

    Raises:
        RunFolderError: another process trains in this folder.
    """
    worker = find_worker(folder.read_record()) if folder.run_json.is_file() else None
    if worker and worker.pid != os.getpid():
        raise RunFolderError(f"{folder.path} is being trained right now, by process {worker.pid}.")
    try:
        with sigterm_as_interrupt() as check:
            try:
                yield check
            except KeyboardInterrupt:
                _record_stop(folder)
                raise
            except DigitcnnError as error:
                _record_failure(folder, str(error))
                raise
    finally:
        if folder.path.parent == runs_root().absolute():
            advance()


@contextmanager
def _changing() -> Iterator[None]:
    root = runs_root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock"):
            yield
    except OSError as error:
        full = root.is_dir() and shutil.disk_usage(root).free < 1_000_000
        reason = "the disk is full" if full else str(error)
        raise RunFolderError(f"The run folder could not be written: {reason}.") from None


def _require_room() -> None:
    if not training_is_on():
        raise NotSupportedError("Training is turned off on this server.")
    if len(list_waiting(list_own_runs())) >= MAX_WAITING:
        raise NotSupportedError(f"{MAX_WAITING} runs wait already: try again when some are done.")


def _make_folder(preset: str) -> RunFolder:
    number = 1
    while True:
        path = own_path(f"{preset}-{number}")
        try:
            path.mkdir()
            return RunFolder(path)
        except FileExistsError:
            number += 1


def _start_next() -> None:
    """Launches the first waiting run, unless one is being trained; needs the lock."""
    runs = list_own_runs()
    # A training that has ended starts the next one while its own process is still there.
    others = [run for run in runs if run.busy and run.record and run.record.process != os.getpid()]
    if others or not training_is_on():
        return
    for run in list_waiting(runs):
        assert run.record
        try:
            _launch(run.folder, run.record)
            return
        except (OSError, DigitcnnError) as error:
            reason = f"It could not be started: {error}"
            # No session has ended: the time of the last one tells whether it was killed.
            failed = replace(run_state.end(run.record, "failed", reason), finished=run.record.finished)
            run.folder.write_record(failed)


def _launch(folder: RunFolder, record: RunRecord) -> None:
    is_detector = record.preset == DETECTOR
    words = detector_arguments(record) if is_detector else arguments_of(Settings.of_record(record))
    arguments = [*words, "--folder", str(folder.path.absolute())]
    environment = {"DIGITCNN_RUNS": str(runs_root().absolute())}
    folder.request_json.unlink(missing_ok=True)  # A pause of the last session is over.
    worker = start_process(arguments, log=folder.path / LOG, environment=environment)
    folder.write_record(run_state.start(record, worker))


def _record_stop(folder: RunFolder) -> None:
    """A training that was stopped before it began has not recorded it itself."""
    record = folder.read_record() if folder.run_json.is_file() else None
    if record and record.state == "running":
        folder.write_record(run_state.release(run_state.end(record, "stopped")))


def _record_failure(folder: RunFolder, error: str) -> None:
    """A training that failed before it began has not recorded it itself."""
    record = folder.read_record() if folder.run_json.is_file() else None
    if record and record.state == "running" and record.process == os.getpid():
        folder.write_record(run_state.release(run_state.end(record, "failed", error)))


def _remove(path: Path) -> None:
    """Removes a folder that others may be reading: renames it first, then deletes it."""
    gone = path.with_name(f".deleted-{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    os.replace(path, gone)
    shutil.rmtree(gone, ignore_errors=True)


def _place(run: Run) -> tuple[str, str]:
    return (run.record.queued or "") if run.record else "", run.name
