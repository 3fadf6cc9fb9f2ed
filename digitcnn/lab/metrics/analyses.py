"""Every metric of some runs: kept in their folders, or computed by a process of its own.

scikit-learn and SciPy take 130 MB and a second or two to load: a web server that imported them would keep
the one and hold up its other visitors for the other.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from digitcnn.confidence import CLASSES
from digitcnn.errors import DigitcnnError
from digitcnn.lab.jobs.processes import launch
from digitcnn.lab.metrics.compared_runs import RunRef, load_run
from digitcnn.lab.metrics.evaluation import Interval
from digitcnn.lab.metrics.test_set import (
    Accuracy,
    Calibration,
    ClassificationReport,
    ReliabilityBin,
    ReportRow,
)
from digitcnn.lab.runs.run_table import Analysis, analyse
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs, runs_root, write_json

FILE = "analysis.json"
"""In a run folder: the metrics of its predictions, until these change."""

VERSION = 1
"""Another one makes all kept metrics void: to be raised where they are computed in another way."""

_LONGEST = 600
"""Seconds after which the process is given up."""


def analyse_apart(run_refs: Sequence[RunRef]) -> list[Analysis]:
    """What `analyse` says of each run, in a process that ends with it; runs made here keep it.

    Where no such process can do its work, this one does.

    Raises:
        RunFolderError: a run has no predictions that can be read.
    """
    paths = [str(run_ref.folder.path.absolute()) for run_ref in run_refs]
    try:
        with launch(__name__, paths, output=subprocess.PIPE) as process:
            output, _ = process.communicate(timeout=_LONGEST)
        # Libraries may have warned before the last line, which holds the metrics.
        return [read_analysis(entry) for entry in json.loads(output.splitlines()[-1])]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, IndexError):
        return [analyse(load_run(run_ref)) for run_ref in run_refs]


def find_analysis(folder: RunFolder) -> Analysis | None:
    """The metrics that a run folder keeps of its predictions; None where it keeps none, or of others."""
    try:
        kept = json.loads((folder.path / FILE).read_text(encoding="utf-8"))
        return read_analysis(kept) if kept["of"] == _fingerprint(folder) else None
    except (OSError, ValueError, KeyError, TypeError, DigitcnnError):
        return None


def keep_analysis(folder: RunFolder, analysis: Analysis | None = None) -> None:
    """Keeps the metrics of a run in its folder, computed now if they are not given.

    Nobody misses them where the folder can't be written to: they are computed when somebody asks.

    Raises:
        RunFolderError: the run has no predictions that can be read.
    """
    found = analysis or analyse(load_run(RunRef("", str(folder.path), ())))
    try:
        write_json(folder.path / FILE, {"of": _fingerprint(folder)} | describe_analysis(found))
    except OSError:
        pass


def describe_analysis(analysis: Analysis) -> dict[str, Any]:
    """An analysis as JSON holds it."""
    return asdict(analysis) | {"confusions": analysis.confusions.tolist()}


def read_analysis(entry: dict[str, Any]) -> Analysis:
    """An analysis from what `describe_analysis` made of it."""
    report, accuracy = entry["report"], entry["accuracy"]
    interval = Interval(float(accuracy["interval"]["low"]), float(accuracy["interval"]["high"]))
    return Analysis(
        accuracy=Accuracy(int(accuracy["right"]), int(accuracy["images"]), interval),
        log_loss=float(entry["log_loss"]),
        report=ClassificationReport(
            digits=tuple(_read_row(row) for row in report["digits"]),
            macro=_read_row(report["macro"]),
            weighted=_read_row(report["weighted"]),
            text=str(report["text"]),
        ),
        confusions=np.array(entry["confusions"], np.int64).reshape(CLASSES, CLASSES),
        calibration=_read_calibration(entry["calibration"]),
        calibration_shown=_read_calibration(entry["calibration_shown"]),
    )


def _read_row(entry: dict[str, Any]) -> ReportRow:
    precision, recall, f1 = (float(entry[name]) for name in ("precision", "recall", "f1"))
    return ReportRow(str(entry["name"]), precision, recall, f1, int(entry["support"]))


def _read_calibration(entry: dict[str, Any]) -> Calibration:
    bins = [
        ReliabilityBin(
            low=float(each["low"]),
            high=float(each["high"]),
            confidence=float(each["confidence"]),
            accuracy=float(each["accuracy"]),
            answers=int(each["answers"]),
        )
        for each in entry["bins"]
    ]
    return Calibration(float(entry["error"]), tuple(bins))


def _fingerprint(folder: RunFolder) -> str:
    """Of everything that the metrics are computed of.

    Raises:
        OSError: there are no predictions.
        RunFolderError: there is no record.
    """
    known = hashlib.blake2b(folder.predictions_npz.read_bytes(), digest_size=16)
    known.update(f"{folder.read_record().temperature!r} {VERSION}".encode())
    return known.hexdigest()


def _main(arguments: Sequence[str]) -> None:
    """Prints the metrics of runs, and keeps those made here; with --keep, keeps those of all that ship."""
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
