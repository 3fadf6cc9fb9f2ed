"""Sums up a data set in a process of its own: `python -m digitcnn.lab.datasets.summarize NAME PATH`.

Reading a data set takes a few hundred megabytes, which a web server would not get rid of again.
"""

import sys
from pathlib import Path
from typing import cast, get_args

from digitcnn.errors import DigitcnnError
from digitcnn.lab.datasets.sources import SetName, load_set
from digitcnn.lab.datasets.summary import save_summary, summarize
from digitcnn.lab.jobs.background import be_nice, report_error, report_progress


def main(arguments: list[str]) -> int:
    """Writes the summary of a set; the exit code."""
    name, path = arguments
    if name not in get_args(SetName):
        raise SystemExit(f"expected one of {', '.join(get_args(SetName))}, received {name}")
    be_nice()
    try:
        summary = summarize(load_set(cast(SetName, name), report_progress), report_progress)
        save_summary(summary, Path(path))
    except DigitcnnError as error:
        report_error(str(error))
        return 1
    except OSError as error:
        report_error(f"{path} cannot be written: {error}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
