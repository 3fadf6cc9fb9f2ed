from pathlib import Path

import numpy as np
import pytest

from digitcnn.lab.datasets.sources import load_test_images
from digitcnn.lab.metrics.test_set import read_predictions
from digitcnn.run_folder import find_run


@pytest.mark.usefixtures("data")
def test_shipped_predictions_belong_to_these_images():
    found = load_test_images()
    assert found is not None
    labels = read_predictions(find_run("simple")).labels
    np.testing.assert_array_equal(found.labels, labels)
    assert (found.images.shape, found.images.dtype) == ((10_000, 28, 28), np.dtype(np.uint8))


def test_there_are_none_where_nobody_has_put_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert load_test_images() is None
