"""What several tests need: the folder of real handwriting, where there is one."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder `$DIGITCNN_DATA` of real handwriting; where it is missing, the test is skipped."""
    folder = os.environ.get("DIGITCNN_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("no real handwriting here: set DIGITCNN_DATA to the folder that holds it")
    return Path(folder)
