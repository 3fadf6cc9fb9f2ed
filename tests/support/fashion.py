"""Fashion-MNIST from Debian's package, for tests that need real images that are no digits."""

import pytest

from digitcnn.training.collection.idx import FASHION, find_files

NO_FASHION = "Fashion-MNIST is not on this machine: apt-get install dataset-fashion-mnist"


def require_fashion() -> None:
    """Skips the test where Fashion-MNIST is not on this machine."""
    if find_files(FASHION) is None:
        pytest.skip(NO_FASHION)
