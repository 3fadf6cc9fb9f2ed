"""`digitcnn recognize`: every kind of path, every format, and the same answers as on the Upload page."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.cli import main
from digitcnn.recognition.reader import DigitReader
from digitcnn.recognition.results import COLUMNS
from tests.support.made_pictures import draw, make_pdf, pack_pictures

PROJECT = Path(__file__).resolve().parents[2]
NOT_A_PICTURE = "notes.txt is not a picture that can be read"


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two pictures, one below it, a text and a hidden file, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scans"
    (folder / "more").mkdir(parents=True)
    draw("25").save(folder / "b.png")
    draw("7").save(folder / "a.jpg")
    draw("14").save(folder / "more" / "c.webp")
    (folder / "notes.txt").write_text("7 of 9")
    (folder / ".DS_Store").write_bytes(b"\0")
    return folder


def records(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def test_a_single_file_is_answered_with_its_number_alone(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "scans/b.png"]) == 0
    assert capsys.readouterr() == ("25\n", "")


def test_a_folder_is_read_whole_and_other_files_have_errors(
    pictures: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["recognize", "scans"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "scans/a.jpg: 7\nscans/b.png: 25\nscans/more/c.webp: 14\n"
    assert f"digitcnn: scans/{NOT_A_PICTURE}" in printed.err
    assert "Traceback" not in printed.err


def test_a_fault_in_one_picture_leaves_the_others_read(
    pictures: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    examine = DigitReader.examine_image

    def fail_at_one(self: DigitReader, image: Any, *, name: str | None = None, **options: Any):
        if name == "scans/b.png":
            raise ZeroDivisionError("division by zero")
        return examine(self, image, name=name, **options)

    monkeypatch.setattr(DigitReader, "examine_image", fail_at_one)
    assert main(["recognize", "scans", "--format", "jsonl"]) == 1
    printed = capsys.readouterr()
    texts = {record["path"]: record["text"] for record in records(printed.out)}
    errors = {record["path"]: record["error"] for record in records(printed.out)}
    assert texts["scans/a.jpg"] == "7"
    assert texts["scans/more/c.webp"] == "14"
    assert errors["scans/b.png"].startswith("scans/b.png could not be read because of a fault in digitcnn")
    assert "Traceback" not in printed.err


def test_json_lines_hold_everything_and_the_error_stands_in_its_line(
    pictures: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["recognize", "scans", "--format", "jsonl"]) == 1
    printed = capsys.readouterr()
    assert printed.err == "digitcnn: 1 of 4 could not be read.\n"
    found = {record["path"]: record for record in records(printed.out)}
    assert list(found) == ["scans/a.jpg", "scans/b.png", "scans/notes.txt", "scans/more/c.webp"]
    assert all(set(record) == {"path", "text", "digits", "printed", "error"} for record in found.values())
    assert NOT_A_PICTURE in found["scans/notes.txt"]["error"]
    two, five = found["scans/b.png"]["digits"]
    assert (two["label"], five["label"]) == (2, 5)
    assert set(two) == {"label", "confidence", "box", "probabilities", "kind"}
    assert len(two["box"]) == 4
    assert len(two["probabilities"]) == 10
    assert two["box"][0] < five["box"][0]
    assert found["scans/b.png"]["error"] is None


def test_csv_has_the_header_of_the_upload_page_and_a_row_per_file(
    pictures: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["recognize", "scans/a.jpg", "scans/notes.txt", "--format", "csv"]) == 1
    header, good, bad = csv.reader(io.StringIO(capsys.readouterr().out))
    assert tuple(header) == COLUMNS
    assert good[:3] == ["scans/a.jpg", "7", "1"]
    assert NOT_A_PICTURE in bad[4]


@pytest.mark.slow
def test_every_page_and_every_picture_of_an_archive_has_a_line(
    pictures: Path, capsys: pytest.CaptureFixture[str]
):
    (pictures / "two.pdf").write_bytes(make_pdf("25", "7"))
    (pictures / "all.zip").write_bytes(pack_pictures({"bad.png": b"no picture", "c.png": draw("14")}))
    assert main(["recognize", "scans/two.pdf"]) == 0
    assert capsys.readouterr().out == "scans/two.pdf, page 1: 25\nscans/two.pdf, page 2: 7\n"
    assert main(["recognize", "scans/all.zip", "scans/two.pdf", "--format", "jsonl"]) == 1
    printed = capsys.readouterr()
    found = {record["path"]: record["text"] for record in records(printed.out)}
    assert found == {
        "scans/all.zip/bad.png": "",
        "scans/all.zip/c.png": "14",
        "scans/two.pdf, page 1": "25",
        "scans/two.pdf, page 2": "7",
    }
    assert printed.err == "digitcnn: 1 of 4 could not be read.\n"


def test_patterns_are_expanded_where_no_shell_did(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "scans/**/*.[pw][ne]*"]) == 0
    assert capsys.readouterr().out == "scans/b.png: 25\nscans/more/c.webp: 14\n"
    assert main(["recognize", "scans/*.gif"]) == 1
    assert "No file matches 'scans/*.gif'" in capsys.readouterr().err


def test_missing_and_empty_paths_have_errors_and_the_others_are_read(
    pictures: Path, capsys: pytest.CaptureFixture[str]
):
    (pictures.parent / "empty").mkdir()
    assert main(["recognize", "gone.png", "empty", "scans/a.jpg"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "scans/a.jpg: 7\n"
    assert "There is no file called 'gone.png'" in printed.err
    assert "There is no file in 'empty'" in printed.err


def test_expect_digit_takes_all_ink_for_one(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "--expect", "digit", "--format", "jsonl", "scans/b.png"]) == 0
    (record,) = records(capsys.readouterr().out)
    assert len(record["digits"]) == 1


def test_a_model_that_is_not_there_ends_it_at_once(pictures: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["recognize", "--model", "nosuch", "scans"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("digitcnn: There is no trained model called 'nosuch'")


def test_a_file_name_that_is_not_text_is_written_escaped(pictures: Path):
    odd = (pictures / "b.png").rename(pictures / os.fsdecode(b"\xff.png"))
    process = start("recognize", "--format", "jsonl", str(odd))
    printed, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, b"")
    assert json.loads(printed)["path"] == str(odd)


def test_standard_input_is_read_and_tensorflow_is_not_loaded(pictures: Path):
    code = (
        "import sys; from digitcnn.cli import main; status = main(['recognize', '-']); "
        "print(sorted({'tensorflow', 'keras', 'streamlit'} & set(sys.modules)), status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        input=(pictures / "b.png").read_bytes(),
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert done.stdout == b"25\n[] 0\n"
    assert done.stderr == b""


def test_a_result_is_written_before_the_next_file_is_read(pictures: Path):
    os.mkfifo(pictures / "later.png")
    process = start("recognize", "--format", "jsonl", "scans/a.jpg", "scans/later.png")
    assert process.stdout
    assert json.loads(process.stdout.readline())["text"] == "7"
    (pictures / "later.png").write_bytes((pictures / "b.png").read_bytes())
    assert json.loads(process.stdout.readline())["text"] == "25"
    assert process.wait(timeout=60) == 0
    process.communicate()


def test_a_reader_that_goes_away_ends_it_without_a_word(pictures: Path):
    process = start("recognize", *["scans/a.jpg"] * 2000)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=300) == 141
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.slow
def test_the_upload_page_and_the_command_line_answer_alike(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    compare_with_upload(
        sorted(path for path in pictures.iterdir() if path.is_file()), "number", monkeypatch, capsys
    )


@pytest.mark.slow
def test_both_answer_alike_on_real_photos(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    photos = [
        *sorted((data / "photos_single").glob("*.[jp]*g"))[::25],
        *sorted((data / "multi_digit").glob("*.[jp]*g"))[::20],
    ]
    compare_with_upload(photos, "number", monkeypatch, capsys)


def compare_with_upload(
    files: list[Path], expect: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Uploads files, downloads the results, and compares them with the command's lines."""
    calls: list[str] = []
    examine = DigitReader.examine_image

    def watch(self: DigitReader, *arguments: Any, **options: Any) -> Any:
        calls.append(Path(options["name"]).name)
        return examine(self, *arguments, **options)

    monkeypatch.setattr(DigitReader, "examine_image", watch)
    downloads: dict[str, str] = {}
    monkeypatch.setattr(
        "streamlit.download_button", lambda _, data, name, *__, **___: downloads.update({name: data})
    )
    page = AppTest.from_file(str(PROJECT / "pages" / "upload.py"), default_timeout=600).run()
    page.file_uploader(key="upload.files").set_value([(file.name, file.read_bytes(), "") for file in files])
    page.run()
    assert not page.exception
    uploaded = json.loads(downloads["digits.json"])
    assert calls == [file.name for file in files]
    calls.clear()
    capsys.readouterr()
    main(["recognize", "--expect", expect, "--format", "jsonl", *map(str, files)])
    read = records(capsys.readouterr().out)
    assert calls == [file.name for file in files]
    for record, file in zip(read, files, strict=True):
        record["path"] = file.name
        if record["error"]:
            record["error"] = record["error"].replace(str(file), file.name)
    assert read == uploaded


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "digitcnn", *arguments],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
