import gzip
import json
from pathlib import Path

import pytest

from digitcnn.errors import DatasetError
from digitcnn.training.pen_strokes import read_pen_digits

SEVEN = {"label": 7, "source": "unipen-abe", "writer": "abe", "strokes": [[[0, 0], [9, 0], [4, 20]]]}


def written(folder: Path, data: object) -> Path:
    path = folder / "pen_digits.json.gz"
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    return path


def test_a_file_of_drawings_is_read(tmp_path: Path):
    (drawing,) = read_pen_digits(written(tmp_path, [SEVEN]))
    assert (drawing.label, drawing.writer, len(drawing.strokes), drawing.suspect) == (7, "abe", 1, False)


@pytest.mark.parametrize(
    "entry",
    [
        *(7, None, {}, SEVEN | {"label": 10}, SEVEN | {"label": []}, SEVEN | {"strokes": 7}),
        *(SEVEN | {"strokes": [[[float("nan"), 0]]]}, SEVEN | {"strokes": [[["a", "b"]]]}),
    ],
)
def test_an_entry_that_is_not_a_drawing_has_a_message(tmp_path: Path, entry: object):
    with pytest.raises(DatasetError, match=r"pen_digits\.json\.gz (holds an entry|is not a readable)"):
        read_pen_digits(written(tmp_path, [SEVEN, entry]))


def test_a_file_cut_short_has_a_message(tmp_path: Path):
    path = written(tmp_path, [SEVEN])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DatasetError, match="is not a readable file"):
        read_pen_digits(path)


def test_a_writer_whose_name_is_not_text_has_a_part(tmp_path: Path):
    (drawing,) = read_pen_digits(written(tmp_path, [SEVEN | {"writer": "\ud800"}]))
    assert drawing.part in ("train", "validation", "test")
