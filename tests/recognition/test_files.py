import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.recognition.files import read_file, read_parts
from digitcnn.time_budget import time_budget
from tests.support.made_pictures import draw, make_pdf, pack_pictures


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


def test_every_page_and_every_picture_has_a_result_of_its_own():
    results = list(read_parts(DigitReader(), make_pdf("25", "7"), path="two.pdf", expect="number"))
    assert [(each.path, each.reading.text) for each in results] == [
        ("two.pdf, page 1", "25"),
        ("two.pdf, page 2", "7"),
    ]
    packed = pack_pictures({"a.png": draw("14"), "notes.txt": b"7 of 9", "b.pdf": make_pdf("3", "173")})
    results = list(read_parts(DigitReader(), packed, path="a.zip", expect="number"))
    assert [(each.path, each.reading.text) for each in results] == [
        ("a.zip/a.png", "14"),
        ("a.zip/notes.txt", ""),
        ("a.zip/b.pdf, page 1", "3"),
        ("a.zip/b.pdf, page 2", "173"),
    ]
    assert [each.error is not None for each in results] == [False, True, False, False]


def test_what_is_left_out_is_told_under_the_files_own_name():
    (result,) = read_parts(DigitReader(), b"PK\x03\x04 and no more", path="a.zip", expect="number")
    assert (result.path, result.error) == ("a.zip", "a.zip is a damaged archive: pack it again.")
    (missing,) = read_parts(DigitReader(), "no/such.png", path="no/such.png", expect="number")
    assert missing.error == "no/such.png: There is no file called 'such.png': check the path."
