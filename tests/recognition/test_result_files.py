"""Results on disk: an interrupted reading is resumed, and two models are never mixed."""

import json
import os
from pathlib import Path

import pytest
from pyarrow import parquet

from digitcnn.errors import InputError
from digitcnn.ink.strokes import Box
from digitcnn.recognition import result_files
from digitcnn.recognition.reading import PrintedDigit, Reading
from digitcnn.recognition.result_files import line_of, open_results
from digitcnn.recognition.results import FileResult
from tests.support.made_digits import make_digit

ABOUT = {"model": "made", "digest": "0", "expect": "number"}
GOOD, BAD = FileResult("a.png"), FileResult("b.png", error="b.png is no picture.")


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_results_on_disk_are_known_again(name: str, tmp_path: Path):
    results = open_results(tmp_path / name, ABOUT)
    assert not results.holds("a.png")
    results.add([line_of(GOOD), line_of(BAD)])
    results.close()
    again = open_results(tmp_path / name, ABOUT)
    assert (again.holds("a.png"), again.holds("b.png"), again.holds("c.png")) == (True, True, False)
    assert again.failed == 1
    again.add([line_of(FileResult("c.png"))])
    again.close()
    if name.endswith(".jsonl"):
        paths = [json.loads(line)["path"] for line in (tmp_path / name).read_text().splitlines()]
    else:
        paths = parquet.read_table(tmp_path / name)["path"].to_pylist()
    assert paths == ["a.png", "b.png", "c.png"]


def test_half_a_line_is_cut_off_and_read_again(tmp_path: Path):
    path = tmp_path / "out.jsonl"
    results = open_results(path, ABOUT)
    results.add([line_of(GOOD), line_of(BAD)])
    results.close()
    path.write_bytes(path.read_bytes()[:-7])
    again = open_results(path, ABOUT)
    again.close()
    assert (again.holds("a.png"), again.holds("b.png")) == (True, False)
    assert path.read_bytes() == line_of(GOOD)


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_results_of_another_model_are_not_resumed(name: str, tmp_path: Path):
    open_results(tmp_path / name, ABOUT).close()
    with pytest.raises(InputError, match="another model"):
        open_results(tmp_path / name, ABOUT | {"digest": "1"})


def test_a_file_of_somebody_elses_is_left_alone(tmp_path: Path):
    path = tmp_path / "notes.jsonl"
    path.write_text("mine\n")
    with pytest.raises(InputError, match="not from this command"):
        open_results(path, ABOUT)
    (tmp_path / "notes.parquet").write_text("mine\n")
    with pytest.raises(InputError, match="is a file"):
        open_results(tmp_path / "notes.parquet", ABOUT)
    assert path.read_text() == "mine\n"


def test_other_endings_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"must end in \.jsonl or \.parquet"):
        open_results(tmp_path / "out.csv", ABOUT)


def test_parquet_is_written_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(result_files, "ROWS_PER_PART", 2)
    results = open_results(tmp_path / "out.parquet", ABOUT)
    results.add([line_of(FileResult(f"{number}.png")) for number in range(3)])
    # A killed process leaves whole parts; rows in its memory are lost.
    assert len(parquet.read_table(tmp_path / "out.parquet")) == 3
    results.add([line_of(GOOD)])
    again = open_results(tmp_path / "out.parquet", ABOUT)
    assert not again.holds("a.png")


def test_parquet_holds_what_json_lines_hold(tmp_path: Path):
    reading = Reading(((make_digit(7),),), (PrintedDigit(Box(70, 4, 8, 12)),))
    line = line_of(FileResult("a.png", reading))
    results = open_results(tmp_path / "out.parquet", ABOUT)
    results.add([line])
    results.close()
    (row,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    record = json.loads(line)
    assert row["printed"] == record["printed"]
    assert {digit["kind"] for digit in row["digits"]} == {"handwritten"}
    assert row.keys() == record.keys()
    assert row["digits"][0].keys() == record["digits"][0].keys()


def test_an_undecodable_file_name_is_known_again(tmp_path: Path):
    odd = os.fsdecode(b"\xff.png")
    for name in ("out.jsonl", "out.parquet"):
        results = open_results(tmp_path / name, ABOUT)
        results.add([line_of(FileResult(odd))])
        results.close()
        again = open_results(tmp_path / name, ABOUT)
        assert again.holds(odd)
        again.close()
