"""Every metric of some runs, computed by a process of its own.

scikit-learn and SciPy take 130 MB and a second or two to load: a web server that imported them would keep
the one and hold up its other visitors for the other.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from digitcnn.lab.compared_runs import Candidate, load_run
from digitcnn.lab.evaluation import Interval
from digitcnn.lab.facts import Analysis, analyse
from digitcnn.lab.metrics import Accuracy, Calibration, ClassificationReport, ReliabilityBin, ReportRow
from digitcnn.run_folder import PROJECT

_LONGEST = 600
"""Seconds after which the process is given up."""


def analyse_apart(candidates: Sequence[Candidate]) -> list[Analysis]:
    """What `analyse` says of each run, in a process that ends with it.

    Where no such process can do its work, this one does.

    Raises:
        RunFolderError: a run has no predictions that can be read.
    """
    command = [sys.executable, "-m", __name__, *(candidate.path for candidate in candidates)]
    try:
        done = subprocess.run(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LONGEST, check=True
        )
        return [read_analysis(entry) for entry in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return [analyse(load_run(candidate)) for candidate in candidates]


def describe_analysis(analysis: Analysis) -> dict[str, Any]:
    """An analysis as JSON holds it."""
    return asdict(analysis) | {"confusions": analysis.confusions.tolist()}


def read_analysis(entry: dict[str, Any]) -> Analysis:
    """An analysis from what `describe_analysis` made of it."""
    report, accuracy = entry["report"], entry["accuracy"]
    return Analysis(
        accuracy=Accuracy(accuracy["right"], accuracy["images"], Interval(**accuracy["interval"])),
        log_loss=entry["log_loss"],
        report=ClassificationReport(
            digits=tuple(ReportRow(**row) for row in report["digits"]),
            macro=ReportRow(**report["macro"]),
            weighted=ReportRow(**report["weighted"]),
            text=report["text"],
        ),
        confusions=np.array(entry["confusions"], np.int64),
        calibration=_read_calibration(entry["calibration"]),
        calibration_shown=_read_calibration(entry["calibration_shown"]),
    )


def _read_calibration(entry: dict[str, Any]) -> Calibration:
    return Calibration(entry["error"], tuple(ReliabilityBin(**each) for each in entry["bins"]))


if __name__ == "__main__":
    runs = [load_run(Candidate("", path, ())) for path in sys.argv[1:]]
    print(json.dumps([describe_analysis(analyse(run)) for run in runs]))
