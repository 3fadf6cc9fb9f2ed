"""The run that a word of the command line stands for."""

from pathlib import Path

from digitcnn.errors import ModelNotFoundError
from digitcnn.lab.metrics.compared_runs import ComparedRun, RunRef, list_run_refs, load_run
from digitcnn.lab.runs.catalog import Run, list_own_runs, list_shipped_runs, look_at
from digitcnn.run_folder import SHIPPED, runs_root


def find_any_run(name_or_path: str) -> Run:
    """A run by name, those that ship first, or by the path of its folder, whatever state it is in.

    Raises:
        ModelNotFoundError: there is none.
    """
    runs = [*list_shipped_runs(), *list_own_runs()]
    for run in runs:
        if run.name == name_or_path:
            return run
    path = Path(name_or_path)
    if (path / "run.json").is_file():
        return look_at(path, shipped=path.resolve().parent == SHIPPED)
    raise ModelNotFoundError(_format_missing(name_or_path, [run.name for run in runs]))


def load_measured_run(name_or_path: str) -> ComparedRun:
    """A run with answers on its test images, by name or by the path of its folder.

    Raises:
        ModelNotFoundError: there is none of this name.
        RunFolderError: it has no answers, or its files are broken.
    """
    run_refs = list_run_refs(SHIPPED, runs_root()).ready
    for run_ref in run_refs:
        if run_ref.label == name_or_path:
            return load_run(run_ref)
    run = find_any_run(name_or_path)
    return load_run(RunRef(run.name, str(run.folder.path), ()))


def _format_missing(name: str, known: list[str]) -> str:
    return f"There is no run called {name!r}; there are: {', '.join(known) or 'none'}."
