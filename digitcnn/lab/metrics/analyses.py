"""Every metric of some runs: read from their folders, or computed in a separate process.

scikit-learn and SciPy take 130 MB and a second or two to load. A web server that imported them would keep the
memory, and make its other visitors wait.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from digitcnn.errors import DigitcnnError
from digitcnn.lab.jobs.processes import launch
from digitcnn.lab.metrics.compared_runs import RunRef, load_run
from digitcnn.lab.runs.run_table import Analysis, analyse
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs, runs_root, write_json

FILE = "analysis.json"
"""In a run folder: the metrics of its predictions."""

VERSION = 1
"""To be raised when a metric is computed differently: metrics kept under another version are ignored."""

_TIMEOUT = 600
"""Seconds that the separate process may take."""


def analyse_apart(run_refs: Sequence[RunRef]) -> list[Analysis]:
    """Analyzes runs in a separate process, which keeps the metrics of those made here in their folders.

    This process does it where the other one fails.

    Raises:
        RunFolderError: a run has no predictions that can be read.
    """
    paths = [str(run_ref.folder.path.absolute()) for run_ref in run_refs]
    try:
        with launch(__name__, paths, output=subprocess.PIPE) as process:
            output, _ = process.communicate(timeout=_TIMEOUT)
        # Libraries may have warned before the last line, which holds the metrics.
        return [read_analysis(entry) for entry in json.loads(output.splitlines()[-1])]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, IndexError):
        return [analyse(load_run(run_ref)) for run_ref in run_refs]


def find_analysis(folder: RunFolder) -> Analysis | None:
    """The metrics kept in a run folder; None where there are none, or none of its present predictions."""
    try:
        kept = json.loads((folder.path / FILE).read_text(encoding="utf-8"))
        return read_analysis(kept) if kept["of"] == _fingerprint(folder) else None
    except (OSError, ValueError, KeyError, TypeError, DigitcnnError):
        return None


def keep_analysis(folder: RunFolder, analysis: Analysis | None = None) -> None:
    """Keeps the metrics of a run in its folder, by default computed now.

    A folder that cannot be written to stays without: the metrics are computed on demand.

    Raises:
        RunFolderError: the run has no predictions that can be read.
    """
    found = analysis or analyse(load_run(RunRef("", str(folder.path), ())))
    try:
        write_json(folder.path / FILE, {"of": _fingerprint(folder)} | describe_analysis(found))
    except OSError:
        pass


def describe_analysis(analysis: Analysis) -> dict[str, Any]:
    """An analysis as values that JSON can hold."""
    return asdict(analysis) | {"confusions": analysis.confusions.tolist()}


def read_analysis(entry: dict[str, Any]) -> Analysis:
    """The analysis that `describe_analysis` described.

    Raises:
        ValueError, TypeError: a figure is missing or no number.
    """
    from pydantic import TypeAdapter  # 10 MB and 0.2 s, which no other page needs.

    found = TypeAdapter(Analysis).validate_python(entry)
    classes = len(found.report.digits)
    return replace(found, confusions=np.array(found.confusions, np.int64).reshape(classes, classes))


def _fingerprint(folder: RunFolder) -> str:
    """A hash of everything that the metrics are computed from.

    Raises:
        OSError: there are no predictions.
        RunFolderError: there is no record.
    """
    digest = hashlib.blake2b(folder.predictions_npz.read_bytes(), digest_size=16)
    digest.update(f"{folder.read_record().temperature!r} {VERSION}".encode())
    return digest.hexdigest()


def _main(arguments: Sequence[str]) -> None:
    """Prints the metrics of runs and keeps those made here; with --keep, keeps those of all shipped runs."""
    if list(arguments) == ["--keep"]:
        for folder in list_runs(SHIPPED):
            keep_analysis(folder)
        return
    run_refs = [RunRef("", path, ()) for path in arguments]
    found = [analyse(load_run(each)) for each in run_refs]
    print(json.dumps([describe_analysis(each) for each in found]))
    for run_ref, each in zip(run_refs, found, strict=True):
        if run_ref.folder.path.parent.absolute() == runs_root().absolute():
            keep_analysis(run_ref.folder, each)


if __name__ == "__main__":
    _main(sys.argv[1:])
