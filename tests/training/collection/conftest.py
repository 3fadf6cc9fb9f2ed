from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs that is not there yet, where data sets of one's own are kept."""
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"
