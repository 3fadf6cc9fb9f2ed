"""The environment that a result depends on: processor, system, versions of libraries."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def describe_machine() -> dict[str, Any]:
    """Processor, number of cores, and system."""
    return {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system()}


def describe_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that train."""
    versions = {"python": platform.python_version()}
    for name in ("tensorflow-cpu", "tensorflow", "keras", "numpy"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            pass  # Only one of the two packages of TensorFlow is installed.
    return versions


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
