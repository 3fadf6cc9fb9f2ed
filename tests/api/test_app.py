"""The API over real HTTP: it reads, refuses in a sentence, and keeps answering."""

import io
import json
import urllib.request
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitcnn import DigitReader, time_budget
from digitcnn.api import app
from digitcnn.api.limits import MAX_STROKES
from digitcnn.api.records import ReadingRecord
from digitcnn.ink.strokes import Box
from digitcnn.lab.personal_digits import PersonalDigits
from digitcnn.recognition.reading import PrintedDigit, Reading
from digitcnn.recognition.results import FileResult, record_of
from digitcnn.run_folder import SHIPPED, list_runs
from tests.api.conftest import BOUNDARY, Client, part
from tests.support.made_digits import make_digit
from tests.support.made_pictures import draw, make_pdf, pack_pictures
from tests.support.triangles import TRIANGLE, write_triangles

SEVEN = {"strokes": [[[10, 10], [60, 12], [35, 100]]], "expect": "digit"}
END = b"--a-boundary--\r\n"


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


PICTURE = png(draw("173"))


def test_strokes_are_read_as_the_reader_reads_them(api: Client):
    reply = api.send_json(SEVEN)
    strokes = [np.array(stroke, dtype=float) for stroke in SEVEN["strokes"]]
    reading = DigitReader().read_strokes(strokes, expect="digit")
    assert reply.status == 200
    assert reply.json == record_of(FileResult("", reading)) | {"path": None}
    assert reply.json["text"] == "7"


@pytest.mark.parametrize("model", [folder.name for folder in list_runs(SHIPPED)])
def test_a_picture_is_read_by_the_model_that_is_named(api: Client, model: str):
    body = part("file", PICTURE, "photo.png") + END
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    reply = api.send("POST", f"/api/recognize?model={model}", body, kind)
    assert reply.status == 200
    assert reply.json == record_of(FileResult("photo.png", DigitReader(model).read_image(PICTURE)))


def triangle(seed: int) -> list[list[list[float]]]:
    rng = np.random.default_rng(seed)
    return [(TRIANGLE + rng.normal(0, 6, TRIANGLE.shape)).tolist()]


def test_own_digits_as_strokes_teach_the_model_of_one_request(api: Client):
    asked = {"strokes": triangle(9), "expect": "digit"}
    own = [{"strokes": triangle(seed), "label": 5} for seed in range(8)]
    before = api.send_json(asked).json
    taught = api.send_json(asked | {"own_digits": own})
    assert (taught.status, taught.json["text"]) == (200, "5")
    assert before["text"] != "5"
    assert api.send_json(asked).json == before


def test_own_digits_as_the_page_saves_them_teach_the_model_of_one_request(api: Client):
    own = PersonalDigits()
    for pixels in write_triangles(8, 0):
        own = own.add(pixels, 5)
    ink = Image.fromarray((255 - 255 * write_triangles(1, 9)[0]).astype(np.uint8)).resize((140, 140))
    body = part("file", png(ink), "a.png") + part("expect", b"digit")
    before = api.send_form(body + END).json
    taught = api.send_form(body + part("own_digits", own.to_bytes(), "my-digits.npz") + END)
    assert (taught.status, taught.json["text"]) == (200, "5")
    assert before["text"] != "5"
    assert api.send_form(body + END).json == before


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ([{"strokes": [], "label": 5}], "own_digits[0]strokes is not as expected"),
        ([{"strokes": [[]], "label": 5}], "One of own_digits has no ink"),
        ([{"strokes": [[[1, 2]]], "label": 10}], "own_digits[0]label is not as expected"),
        ([{"strokes": [[[1, 2]]]}], "own_digits[0]label is not as expected"),
        ([{"strokes": [[[1, 2]]], "label": 1}] * 201, "own_digits is not as expected"),
        ("mine", "own_digits is not as expected"),
    ],
)
def test_own_digits_that_cannot_be_learned_are_refused_in_a_sentence(api: Client, own: object, sentence: str):
    reply = api.send_json(SEVEN | {"own_digits": own})
    assert reply.status == 422
    assert sentence in reply.json["error"]


@pytest.mark.parametrize("file", ["my-digits.npz", None])
def test_other_files_teach_nothing(api: Client, file: str | None):
    reply = api.send_form(part("file", PICTURE, "a.png") + part("own_digits", b"hello", file) + END)
    assert (reply.status, "my-digits.npz" in reply.json["error"]) == (422, True)


def test_model_that_cannot_learn_is_refused_in_a_sentence(api: Client):
    own = [{"strokes": triangle(0), "label": 5}]
    reply = api.send_json(SEVEN | {"own_digits": own}, "/api/recognize?model=sprint")
    assert (reply.status, reply.json["error"]) == (
        422,
        "sprint cannot learn your hand: sprint kept no features.npz when it was trained.",
    )


def test_as_many_strokes_as_are_allowed_are_read(api: Client):
    (seven,) = SEVEN["strokes"]
    assert api.send_json({"strokes": [seven] * MAX_STROKES}).status == 200


def test_a_picture_is_one_digit_where_the_request_expects_one(api: Client):
    assert api.send_picture(PICTURE).json["text"] == "173"
    assert len(api.send_picture(PICTURE, expect="digit").json["digits"]) == 1


def test_every_page_and_every_picture_of_an_archive_is_a_part(api: Client):
    packed = pack_pictures({"bad\n.png": b"no picture", "two.pdf": make_pdf("25", "7")})
    reply = api.send_picture(packed, name="a.zip")
    assert (reply.status, reply.json["path"], reply.json["text"]) == (200, "a.zip", "25\n7")
    bad, first, second = reply.json["parts"]
    assert bad["path"] == "a.zip/bad\N{REPLACEMENT CHARACTER}.png"
    assert "is not a picture" in bad["error"]
    assert [part["path"] for part in (first, second)] == ["a.zip/two.pdf, page 1", "a.zip/two.pdf, page 2"]
    assert [digit["label"] for digit in first["digits"]] == [2, 5]
    assert reply.json["digits"] == first["digits"] + second["digits"]
    assert reply.json["printed"] == []
    assert "parts" not in api.send_picture(make_pdf("25"), name="one.pdf").json


def test_a_damaged_archive_is_refused_in_a_sentence(api: Client):
    reply = api.send_picture(b"PK\x03\x04 and no more", name="a.zip")
    assert (reply.status, reply.json["error"]) == (422, "a.zip is a damaged archive: pack it again.")


def test_parts_beyond_the_time_are_left_out_in_a_sentence(api: Client, monkeypatch: pytest.MonkeyPatch):
    ticks = iter([0.0, 1.0, 1000.0])
    monkeypatch.setattr(app, "monotonic", lambda: next(ticks))
    reply = api.send_picture(make_pdf("25", "7"), name="two.pdf")
    assert (reply.status, reply.json["text"], len(reply.json["parts"])) == (200, "25", 1)
    assert reply.json["error"] == "Only 1 of 2 parts of two.pdf are read in time: send fewer."


@pytest.mark.slow
def test_real_photos_are_read(api: Client, data: Path):
    for path in sorted((data / "photos_single").glob("*.jpg"))[:5]:
        reading = DigitReader().read_image(path)
        assert api.send_picture(path.read_bytes(), name=path.name).json == record_of(
            FileResult(path.name, reading)
        )


def test_replies_have_the_described_shape():
    reading = Reading(((make_digit(7),),), (PrintedDigit(Box(70, 4, 8, 12)),))
    record = record_of(FileResult("a.png", reading))
    assert ReadingRecord.model_validate(record).model_dump(mode="json", exclude_unset=True) == record


def test_blank_paper_and_no_strokes_are_answered(api: Client):
    blank = {"path": None, "text": "", "digits": [], "printed": [], "error": None}
    assert api.send_json({"strokes": []}).json == blank
    reply = api.send_picture(png(Image.new("L", (60, 60), 255)), name="blank.png")
    assert (reply.status, reply.json) == (200, blank | {"path": "blank.png"})


def test_models_and_health_are_told(api: Client):
    models = api.get("/api/models").json
    assert {model["name"] for model in models} == {folder.name for folder in list_runs(SHIPPED)}
    assert [model["name"] for model in models if model["default"]] == ["reader"]
    assert api.get("/api/health").json["status"] == "ok"


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "The body is not JSON: EOF while parsing a value"),
        (b'{"strokes": [', 400, "The body is not JSON: EOF while parsing"),
        (b"\xff\xfe", 400, "The body is not JSON"),
        (b'{"strokes": ' + b"[" * 100_000, 400, "The body is not JSON: recursion limit"),
        (b'{"strokes": [[[' + b"9" * 5_000 + b", 1]]]}", 400, "The body is not JSON: number out of range"),
        (b"[]", 422, "The body is not as expected: Input should be an object"),
        (b"{}", 422, "strokes is not as expected: Field required"),
        (b'{"strokes": "7"}', 422, "strokes is not as expected: Input should be a valid array"),
        (b'{"strokes": [[[NaN, 1]]]}', 422, "should be a finite number"),
        (b'{"strokes": [[[-Infinity, 1]]]}', 422, "should be a finite number"),
        (b'{"strokes": [[[1e999, 1]]]}', 422, "should be a finite number"),
        (b'{"strokes": [[[2e9, 1]]]}', 422, "should be less than or equal to 1000000000"),
        (b'{"strokes": [[["1", 1]]]}', 422, r"strokes\[0\]\[0\]\[0\] is not as expected: .* valid number"),
        (b'{"strokes": [[[true, 1]]]}', 422, "should be a valid number"),
        (b'{"strokes": [[[1, 2, 3]]]}', 422, "at most 2 items"),
        (b'{"strokes": [], "expect": "word"}', 422, "expect is not as expected: .* 'digit' or 'number'"),
        (b'{"strokes": [], "expct": "digit"}', 422, "expct is not as expected: Extra inputs"),
        (b'{"strokes": [' + b"[]," * 256 + b"[]]}", 422, "at most 256 items"),
        (json.dumps({"strokes": [[[0, 1]] * 15_000] * 2}).encode(), 422, "has 30,000 points"),
        (b" " * 2_000_001, 413, "larger than 2 MB"),
    ],
)
def test_json_that_cannot_be_read_is_refused_in_a_sentence(
    api: Client, body: bytes, status: int, sentence: str
):
    reply = api.send_json(body)
    assert (reply.status, reply.json["text"], reply.json["digits"]) == (status, "", [])
    with pytest.raises(ValueError, match=sentence):
        raise ValueError(reply.json["error"])
    assert "\n" not in reply.json["error"]
    assert reply.json["error"].endswith(".")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (END, 422, "as a file in the field `file`"),
        (part("file", b"no file name") + END, 422, "as a file in the field `file`"),
        (part("picture", PICTURE, "a.png") + END, 422, "as a file in the field `file`"),
        (part("file", b"", "a.png") + END, 422, "a.png is empty"),
        (part("file", b"GIF89a but not really", "a.gif") + END, 422, "a.gif is "),
        (part("file", PICTURE[:200], "a.png") + END, 422, "a.png is damaged"),
        (part("file", PICTURE, "a.png") + part("expect", b"word") + END, 422, "The field `expect` is"),
        (part("file", PICTURE, "a.png") + part("model", b"x") + END, 422, "There is no field 'model'"),
        (part("file", PICTURE, "a.png") * 2 + END, 400, "with one file and few fields"),
        (part("more", b"1") * 9 + part("file", PICTURE, "a.png") + END, 400, "with one file and few fields"),
        (part("expect", b"1" * 5_000) + END, 400, "with one file and few fields"),
        (part("file", PICTURE, "a.png"), 400, "The body is cut short"),
        (b"nothing of a form", 400, "The body is cut short"),
        (b"nothing of a form--", 400, "The body is not multipart/form-data"),
        (part("file", b"1" * 16_000_000, "a.png") + END, 413, "The body is larger than 16 MB"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_in_a_sentence(
    api: Client, body: bytes, status: int, sentence: str
):
    reply = api.send_form(body)
    assert reply.status == status, reply.json
    assert sentence in reply.json["error"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("", 415),
        ("application/json+zip", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=another", 400),
        (f"multipart/form-data; boundary={BOUNDARY}; charset=idna", 422),
    ],
)
def test_another_kind_of_body_is_refused(api: Client, kind: str, status: int):
    reply = api.send_form(part("a" * 100, PICTURE, "a.png") + END, kind)
    assert reply.status == status, reply.json


@pytest.mark.parametrize(
    ("name", "repeated"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe", "\N{REPLACEMENT CHARACTER}gnp.exe"),
        ("a" * 1_000, "a" * 199 + "…"),
    ],
)
def test_a_file_name_is_only_text(api: Client, name: str, repeated: str):
    assert api.send_picture(PICTURE, name=name).json["path"] == repeated


def test_a_hostile_charset_leaves_no_broken_text(api: Client):
    kind = f"multipart/form-data; boundary={BOUNDARY}; charset=unicode_escape"
    reply = api.send_form(part("file", PICTURE, r"\ud800.png") + END, kind)
    assert (reply.status, reply.json["path"]) == (200, "\N{REPLACEMENT CHARACTER}.png")


def test_an_unknown_model_path_or_method_is_refused(api: Client):
    reply = api.send_json(SEVEN, "/api/recognize?model=../models/reader")
    assert (reply.status, reply.json["text"]) == (422, "")
    assert "There is no model called '../models/reader'; there are conv-dense64," in reply.json["error"]
    assert api.get("/api/nothing").status == 404
    assert api.get("/api/recognize").json["error"] == "GET is not allowed here: see /api/docs."


def test_too_much_ink_is_refused(api: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "time_budget", partial(time_budget.time_budget, 0.0))
    reply = api.send_json({"strokes": SEVEN["strokes"]})
    assert (reply.status, reply.json["error"]) == (
        422,
        "There is too much ink to read at once: send a part of it.",
    )
    assert api.send_picture(PICTURE).status == 422


def test_a_fault_in_reading_a_picture_is_that_pictures_error(api: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(DigitReader, "examine_image", lambda *_, **__: 1 / 0)
    reply = api.send_picture(PICTURE)
    assert (reply.status, reply.json["text"]) == (422, "")
    assert "could not be read because of a fault in digitcnn" in reply.json["error"]


def test_a_bug_is_admitted_without_its_traceback(api: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(app, "_read", lambda *_: 1 / 0)
    reply = api.send_json(SEVEN)
    assert (reply.status, reply.json["text"]) == (500, "")
    assert "Zero" not in reply.json["error"]


def test_the_page_and_the_description_name_every_route(api: Client):
    with urllib.request.urlopen(f"http://127.0.0.1:{api.port}/api/docs", timeout=60) as answer:
        page = answer.read().decode()
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    description = api.get("/api/openapi.json").json
    assert set(description["paths"]) == {"/recognize", "/models", "/health"}
    assert all(f" {path}</code>" in page for path in description["paths"])
    assert "<script" not in page
    body = description["paths"]["/recognize"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/json"}
