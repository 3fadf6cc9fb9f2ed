"""`digitcnn recognize --out`: many pictures into a file, which the same command resumes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from digitcnn.cli import main
from tests.support.made_pictures import draw, make_pdf

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two pictures and a text, and a manifest of them, in the working folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scans"
    folder.mkdir()
    draw("25").save(folder / "b.png")
    draw("7").save(folder / "a.jpg")
    (folder / "notes.txt").write_text("7 of 9")
    (tmp_path / "list.txt").write_text("scans/a.jpg\n\nscans/b.png\nscans/a.jpg\n")
    return folder


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_file_holds_what_recognize_writes(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "scans", "--format", "jsonl"]) == 1
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["recognize", "scans", "--out", "out.jsonl"]) == 1
    assert lines_of(pictures.parent / "out.jsonl") == written
    assert "1 could not be read: out.jsonl says why" in capsys.readouterr().err


def test_the_same_command_reads_only_what_is_new(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "scans/a.jpg", "--out", "out.jsonl"]) == 0
    draw("4").save(pictures / "c.png")
    assert main(["recognize", "scans", "--out", "out.jsonl"]) == 1
    assert "1 skipped: out.jsonl holds them already." in capsys.readouterr().err
    paths = [record["path"] for record in lines_of(pictures.parent / "out.jsonl")]
    assert paths == ["scans/a.jpg", "scans/b.png", "scans/c.png", "scans/notes.txt"]
    assert main(["recognize", "scans", "--out", "out.jsonl"]) == 1
    assert len(lines_of(pictures.parent / "out.jsonl")) == 4


@pytest.mark.parametrize("out", ["out.jsonl", "out.parquet"])
def test_a_pdf_whose_pages_are_in_the_file_is_skipped(
    pictures: Path, capsys: pytest.CaptureFixture[str], out: str
):
    (pictures / "two.pdf").write_bytes(make_pdf("25", "7"))
    assert main(["recognize", "scans/two.pdf", "--out", out]) == 0
    assert main(["recognize", "scans/two.pdf", "scans/a.jpg", "--out", out]) == 0
    assert "1 skipped" in capsys.readouterr().err
    if out.endswith(".jsonl"):
        paths = [record["path"] for record in lines_of(pictures.parent / out)]
    else:
        paths = parquet.read_table(pictures.parent / out)["path"].to_pylist()
    assert paths == ["scans/two.pdf, page 1", "scans/two.pdf, page 2", "scans/a.jpg"]


def test_a_manifest_names_the_files_and_each_is_read_once(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "--manifest", "list.txt", "--out", "out.jsonl"]) == 0
    assert [record["text"] for record in lines_of(pictures.parent / "out.jsonl")] == ["7", "25"]
    assert main(["recognize", "--manifest", "list.txt"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["scans/a.jpg: 7", "scans/b.png: 25"]


def test_parquet_holds_the_same(pictures: Path):
    assert main(["recognize", "scans", "--out", "out.parquet"]) == 1
    main(["recognize", "scans", "--out", "out.jsonl"])
    rows = parquet.read_table(pictures.parent / "out.parquet").to_pylist()
    for row, record in zip(rows, lines_of(pictures.parent / "out.jsonl"), strict=True):
        assert (row["path"], row["text"], row["error"]) == (record["path"], record["text"], record["error"])
        for digit, expected in zip(row["digits"], record["digits"], strict=True):
            assert digit["label"] == expected["label"]
            assert digit["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-6)


def test_words_that_name_no_file_are_in_the_results(pictures: Path):
    assert main(["recognize", "scans/*.gif", "gone.png", "--out", "out.jsonl"]) == 1
    first, second = lines_of(pictures.parent / "out.jsonl")
    assert "No file matches 'scans/*.gif'" in first["error"]
    assert "There is no file called" in second["error"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scans", "--ray"], "add --out RESULTS.jsonl"),
        (["scans", "--out", "out.csv"], r"must end in .jsonl or .parquet"),
        (["-", "--out", "out.jsonl"], "Standard input cannot be read into a file"),
        (["scans", "--out", "out.jsonl", "--workers", "2"], "--workers needs --ray or --address"),
        (["scans", "--out", "out.jsonl", "--workers", "0"], "--workers must be at least 1, received 0"),
        (["--manifest", "gone.txt"], "gone.txt cannot be opened"),
    ],
)
def test_refused_options_have_messages(
    words: list[str], message: str, pictures: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["recognize", *words]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_a_killed_reading_is_resumed(pictures: Path):
    for number in range(300):
        draw("4").save(pictures / f"{number:03}.png")
    command = [
        sys.executable,
        "-m",
        "digitcnn",
        "recognize",
        str(pictures),
        "--out",
        str(pictures / "../o.jsonl"),
    ]
    process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL)
    out = pictures / "../o.jsonl"
    while process.poll() is None and not (out.is_file() and out.stat().st_size):
        pass
    process.kill()
    process.wait()
    assert subprocess.run(command, cwd=PROJECT, capture_output=True, check=False).returncode == 1
    paths = [record["path"] for record in lines_of(out)]
    assert len(paths) == len(set(paths)) == 303
