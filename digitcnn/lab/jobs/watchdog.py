"""Runs the command line in a process that ends with its parent.

    python -m digitcnn.lab.jobs.watchdog PARENT STARTED ...

A killed worker cannot end the training that it started, which would then write into the folder of the next
attempt.
"""

import os
import runpy
import sys
import threading
import time

from digitcnn.lab.jobs.processes import find_process

_EVERY = 0.5
"""Seconds between two checks of the parent."""


def _end_with(parent: int, started: float) -> None:
    while find_process(parent, started):
        time.sleep(_EVERY)
    os._exit(1)


if __name__ == "__main__":
    watched = int(sys.argv[1]), float(sys.argv[2])
    threading.Thread(target=_end_with, args=watched, daemon=True).start()
    sys.argv[1:] = sys.argv[3:]
    runpy.run_module("digitcnn", run_name="__main__", alter_sys=True)
