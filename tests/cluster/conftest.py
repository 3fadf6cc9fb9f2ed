"""A Ray cluster of two nodes on this machine, and a few real digits to train on."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from testbed.ray_nodes import Cluster, ray_cluster
from tests.support.made_mnist import write_mnist


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the tests of this folder in one process, where several run tests: they share one cluster."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("cluster"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A head without cores and two nodes with one each, all started with `ray start`."""
    if find_spec("ray") is None:
        # What requirements-dev.txt installs is never left out unnoticed.
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("no Ray here: pip install -r requirements-ray.txt")
    with ray_cluster(2) as started:
        yield started


@pytest.fixture
def place(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, in the environment of the cluster."""
    write_mnist(tmp_path)
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    return tmp_path
