import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.errors import RunFolderError
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab import own_hand
from digitcnn.lab.own_hand import pack_taught_run, score_left_out, write_taught_run
from digitcnn.lab.runs.catalog import inspect_run, read_test_accuracy
from digitcnn.run_folder import RunFolder
from tests.support.triangles import write_triangles

ONE = draw_house_digit([np.array([[50.0, 10], [48, 50], [51, 90]])])


@pytest.fixture(scope="module")
def reader() -> DigitReader:
    return DigitReader()


@pytest.fixture(scope="module")
def adapted(reader: DigitReader) -> DigitReader:
    return reader.adapt([(pixels, 5) for pixels in write_triangles(12, 0)])


def test_left_out_digits_are_read_by_what_the_others_taught(reader: DigitReader):
    score = score_left_out(reader, [*((pixels, 5) for pixels in write_triangles(8, 0)), (ONE, 1)])
    assert score.labels == (5,) * 8 + (1,)
    assert score.before[-1] == score.after[-1] == 1
    assert score.right_before <= 2
    assert score.right_after >= 8
    assert score.at_once == 1


def test_what_a_digit_teaches_does_not_count_for_itself(reader: DigitReader):
    """A lone triangle among ones: nothing else tells that it is a 5."""
    ones = [(draw_house_digit([np.array([[50.0, 10], [48 + at, 50], [51, 90]])]), 1) for at in range(4)]
    triangle = write_triangles(1, 0)[0], 5
    assert score_left_out(reader, [*ones, triangle]).after[-1] != 5


def test_many_digits_are_left_out_in_groups(reader: DigitReader, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own_hand, "MAX_FOLDS", 3)
    score = score_left_out(reader, [(pixels, 5) for pixels in write_triangles(8, 0)])
    assert (score.at_once, len(score.after)) == (3, 8)
    assert score.right_after >= 7


def test_one_digit_cannot_be_left_out(reader: DigitReader):
    with pytest.raises(ValueError, match="at least two digits, received 1"):
        score_left_out(reader, [(ONE, 1)])


def test_run_folder_of_a_taught_reader_reads_as_it_does(adapted: DigitReader, tmp_path: Path):
    write_taught_run(adapted, RunFolder(tmp_path / "mine"))
    again = DigitReader(tmp_path / "mine")
    pixels = np.stack(write_triangles(9, 1))
    assert np.array_equal(again.classify(pixels), adapted.classify(pixels))
    run = inspect_run(tmp_path / "mine", shipped=False)
    assert (run.state, run.problem) == ("finished", None)
    assert (read_test_accuracy(run) or 0) > 0.99
    assert again.adapt([(ONE, 1)]).lesson


def test_archive_holds_the_same_folder(adapted: DigitReader, tmp_path: Path):
    with zipfile.ZipFile(BytesIO(pack_taught_run(adapted, "mine"))) as archive:
        archive.extractall(tmp_path)
    pixels = np.stack(write_triangles(3, 1))
    assert np.array_equal(DigitReader(tmp_path / "mine").classify(pixels), adapted.classify(pixels))


def test_files_in_the_way_are_not_overwritten(adapted: DigitReader, tmp_path: Path):
    (tmp_path / "run.json").write_text("mine")
    with pytest.raises(RunFolderError, match="is not empty"):
        write_taught_run(adapted, RunFolder(tmp_path))
    assert (tmp_path / "run.json").read_text() == "mine"


def test_reader_that_learned_nothing_is_no_run_of_its_own(reader: DigitReader, tmp_path: Path):
    with pytest.raises(ValueError, match="as it was trained"):
        write_taught_run(reader, RunFolder(tmp_path / "mine"))
