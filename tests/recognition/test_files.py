import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.recognition.files import read_file
from digitcnn.time_budget import time_budget


def test_each_error_names_its_file():
    with time_budget(0.0):
        costly = read_file(DigitReader(), np.eye(200), path="costly.png", expect="number").result
    broken = read_file(DigitReader(), b"no picture", path="broken.png", expect="number").result
    assert costly.error == "costly.png: There is too much ink to read at once: send a part of it."
    assert broken.error is not None
    assert broken.error.startswith("broken.png is not a picture")


def test_a_fault_while_reading_is_that_pictures_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_: object, **__: object):
        raise ZeroDivisionError("division by zero")

    reader = DigitReader()
    monkeypatch.setattr(reader, "examine_image", fail)
    result = read_file(reader, np.eye(200), path="odd.png", expect="number").result
    assert result.error is not None
    assert result.error.startswith("odd.png could not be read")
    assert "ZeroDivisionError" in result.error
    assert caplog.records[0].exc_info
