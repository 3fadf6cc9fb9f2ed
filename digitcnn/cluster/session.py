"""A connection to a Ray cluster, or to a Ray that this process starts on this machine."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import digitcnn
from digitcnn.errors import InputError, NotSupportedError

MISSING = "This needs Ray, which is not installed here: pip install -r requirements-ray.txt."

_PACKAGE = Path(digitcnn.__file__).parent
_PATIENCE = 10.0
"""Seconds in which the head of a cluster must answer."""

_QUIET = {
    # Turns off usage reports, colors, and logs that repeat our own records.
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
}


def require_ray() -> None:
    """Raises where Ray is not installed.

    Raises:
        NotSupportedError: Ray is not installed; the message names the package.
    """
    if find_spec("ray") is None:
        raise NotSupportedError(MISSING)


@contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Ray, connected to the cluster at an address, or started on this machine without one.

    Workers of a cluster receive this package's code; the packages that it imports must be installed there.

    Args:
        address: "host:port" of the head node, or "auto" on one of its nodes; None starts a Ray with all
            cores of this machine, which ends with this process.

    Raises:
        NotSupportedError: Ray is not installed, or the address is that of a Ray client server.
        InputError: there is no cluster at the address, or one of another version.
    """
    require_ray()
    if address and address.startswith("ray://"):
        raise NotSupportedError(
            "Ray's client addresses (ray://) are not supported: run this on a node of the cluster, with "
            "--address auto."
        )
    if address:
        _require_port(address)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    import ray

    options: dict[str, Any] = {} if address else {"include_dashboard": False}
    options |= {
        "logging_level": logging.ERROR,
        "log_to_driver": False,
        "runtime_env": {
            "py_modules": [str(_PACKAGE)],
            "excludes": ["shipped/", "**/__pycache__/"],
            "env_vars": {"RAY_CHDIR_TO_TRIAL_DIR": "0"},
        },
    }
    try:
        ray.init(address=address or "local", **options)
    except (ConnectionError, ValueError) as error:
        raise InputError(
            f"No Ray cluster accepts a connection at {address!r}: {_first_line(error)}. If it needs a token, "
            "set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN."
        ) from None
    except RuntimeError as error:
        raise InputError(f"Ray could not be used at {address!r}: {_first_line(error)}.") from None
    try:
        yield ray
    finally:
        ray.shutdown()


def count_cores(ray: Any) -> int:
    """The number of cores of all nodes, busy or not; at least one."""
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _require_port(address: str) -> None:
    """Raises where nobody listens at the port: Ray itself would keep trying for minutes."""
    host, found, port = address.rpartition(":")
    if not found:
        return
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, ValueError, OverflowError) as error:
        raise InputError(f"There is no Ray cluster at {address!r}: {_first_line(error)}.") from None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:300].rstrip(".")
