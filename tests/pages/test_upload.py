import csv
import html
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image, ImageColor
from streamlit.testing.v1 import AppTest

from digitcnn import DigitReader
from digitcnn.recognition.annotate import SURE, TYPED
from digitcnn.web.upload.sample import LINES, sample_picture

SCRIPT = Path(__file__).resolve().parents[2] / "pages" / "upload.py"
SAMPLE_TEXT = "\n".join(line.replace(" ", "") for line in LINES)


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(str(SCRIPT), default_timeout=60).run()


def reading_of(page: AppTest) -> str:
    (said,) = [
        body
        for body in (element.proto.body for element in page.get("html"))
        if re.search(r'class="(number|words)"', body)
    ]
    return html.unescape(re.sub(r"<[^>]+>", "", said.replace("<br>", "\n"))).strip()


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    page.file_uploader(key="upload.files").set_value([(name, data, "") for name, data in files])
    page.run()
    assert not page.exception
    return page


def small_gif(frames: int) -> bytes:
    images = [Image.new("L", (90, 90), 250 - step) for step in range(frames)]
    file = io.BytesIO()
    images[0].save(file, "GIF", save_all=True, append_images=images[1:])
    return file.getvalue()


def test_empty_page_invites_without_a_digit(page: AppTest):
    assert not page.exception
    assert reading_of(page).startswith("Drop pictures above")
    assert not re.search(r"\d", reading_of(page))
    assert not page.get("download_button")


def test_camera_stays_shut_until_it_is_asked_for(page: AppTest):
    assert not page.get("camera_input")
    page.toggle(key="upload.camera").set_value(True).run()
    assert len(page.get("camera_input")) == 1


def test_sample_is_read(page: AppTest):
    page.button(key="upload.try-sample").click().run()
    assert not page.exception
    assert reading_of(page) == SAMPLE_TEXT


def test_a_fault_in_one_picture_leaves_the_others_read(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    examine = DigitReader.examine_image

    def fail_at_one(self: DigitReader, image: Any, *, name: str | None = None, **options: Any):
        if name == "odd.jpg":
            raise ZeroDivisionError("division by zero")
        return examine(self, image, name=name, **options)

    monkeypatch.setattr(DigitReader, "examine_image", fail_at_one)
    upload(page, ("odd.jpg", small_gif(1)), ("good.jpg", sample_picture()))
    (error,) = page.error
    assert "could not be read because of a fault in digitcnn" in error.value
    table = page.dataframe[0].value
    assert list(table["read"]) == ["", SAMPLE_TEXT.replace("\n", " / ")]


def test_broken_file_is_named_and_the_others_are_read(page: AppTest):
    upload(page, ("good.jpg", sample_picture()), ("cut.jpg", sample_picture()[:500]), ("nothing.png", b""))
    (error,) = page.error
    sentences = error.value.replace("\\", "").split("\n\n")
    assert sentences == [
        "cut.jpg is damaged or cut short: save or send it again.",
        "nothing.png is empty: choose a picture file (JPEG, PNG, WebP, HEIC, GIF, BMP, TIFF or PDF).",
    ]
    assert reading_of(page) == SAMPLE_TEXT
    table = page.dataframe[0].value
    assert table["read"].tolist() == [SAMPLE_TEXT.replace("\n", " / "), "", ""]


def test_markup_in_a_name_is_shown_as_it_is(page: AppTest):
    name = "<img src=x onerror=alert(1)> **bold** :red[x].png"
    upload(page, (name, b"no picture"))
    assert "\\<img src\\=x" in page.error[0].value
    assert "\\*\\*bold\\*\\*" in page.error[0].value
    assert all("<img src=x" not in element.proto.body for element in page.get("html"))


def test_only_the_first_frame_is_read_and_the_page_says_so(page: AppTest):
    upload(page, ("moving.gif", small_gif(3)))
    assert reading_of(page) == "I find no digit in this picture"
    assert any("first frame was read" in caption.value for caption in page.caption)


def test_steps_are_made_only_while_they_are_open(page: AppTest):
    page.button(key="upload.try-sample").click().run()
    assert "upload.steps" not in page.session_state
    assert not [image for image in page.get("imgs") if "Flattened" in str(image.proto)]


def test_same_files_are_read_once(page: AppTest):
    upload(page, ("one.jpg", sample_picture()))
    first = dict(page.session_state["upload.readings"])
    page.toggle(key="upload.editing").set_value(True).run()
    assert {key: id(value) for key, value in first.items()} == {
        key: id(value) for key, value in page.session_state["upload.readings"].items()
    }


def test_what_was_read_is_forgotten_with_its_file(page: AppTest):
    upload(page, ("one.jpg", sample_picture()))
    upload(page, ("two.gif", small_gif(1)))
    for name in ("readings", "previews"):
        assert len(page.session_state[f"upload.{name}"]) == 1


def test_files_are_still_there_after_a_visit_to_another_page(page: AppTest):
    app = AppTest.from_file(str(SCRIPT.parents[1] / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page(str(SCRIPT)).run()
    upload(app, ("one.jpg", sample_picture()))
    assert reading_of(app) == SAMPLE_TEXT
    app.switch_page(str(SCRIPT.with_name("draw.py"))).run()
    app.switch_page(str(SCRIPT)).run()
    assert not app.exception
    assert reading_of(app) == SAMPLE_TEXT
    assert any("From before: one" in caption.value for caption in app.caption)
    app.button(key="upload.remove-restored").click().run()
    assert reading_of(app).startswith("Drop pictures above")


def test_a_lone_bad_file_gives_its_error_once(page: AppTest):
    upload(page, ("nothing.png", b""))
    assert len(page.error) == 1
    assert not any("is empty" in caption.value for caption in page.caption)


def test_correction_reaches_number_table_and_downloads(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    exported: dict[str, Any] = {}

    def keep(label: str, data: Any, *arguments: Any, **options: Any) -> bool:
        exported[label] = data
        return False

    monkeypatch.setattr("streamlit.delta_generator.DeltaGenerator.download_button", keep)
    monkeypatch.setattr("streamlit.download_button", keep)
    upload(page, ("one.jpg", sample_picture()), ("none.gif", small_gif(1)))
    page.segmented_control(key="upload.was").set_value(4).run()
    corrected = f"4{SAMPLE_TEXT[1:]}"
    assert reading_of(page) == corrected
    table = page.dataframe[0].value
    assert table["read"].tolist() == [corrected.replace("\n", " / "), ""]
    assert table["note"].tolist()[0] == "1 by you"
    (row, _) = csv.DictReader(io.StringIO(exported["CSV"]))
    assert row["text"].split() == corrected.split()
    assert json.loads(exported["JSON"])[0]["digits"][0]["label"] == 4
    sheet = load_workbook(io.BytesIO(exported["XLSX"]()))["digits"]
    assert [cell.value for cell in sheet["B"]] == ["text", corrected, None]
    with Image.open(io.BytesIO(exported["Picture"]())) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 900))
        colors = {color for _, color in picture.getcolors(1200 * 900) or ()}
    assert {ImageColor.getrgb(TYPED), ImageColor.getrgb(SURE)} <= colors
    page.segmented_control(key="upload.was").set_value(None).run()
    assert reading_of(page) == SAMPLE_TEXT


def test_button_goes_from_doubt_to_doubt(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    upload(page, ("none.gif", small_gif(1)), ("one.jpg", sample_picture()))
    assert page.button(key="upload.doubt").disabled
    confidences = sorted(
        digit.confidence
        for result in page.session_state["upload.readings"].values()
        for digit in result.reading.digits
    )
    monkeypatch.setattr("digitcnn.recognition.results.DOUBTFUL_BELOW", confidences[2])
    page.run()
    visited = []
    for _ in range(3):
        page.button(key="upload.doubt").click().run()
        visited.append(page.session_state["upload.digit"])
    assert visited[0] < visited[1]
    assert visited[2] == visited[0]
    assert page.session_state["upload.chosen"] == 1
    page.segmented_control(key="upload.was").set_value(4).run()
    assert page.button(key="upload.doubt").label == "To the doubt"


def test_removed_box_leaves_the_reading_until_it_starts_again(page: AppTest):
    page.button(key="upload.try-sample").click().run()
    page.button(key="upload.remove").click().run()
    assert not page.exception
    assert reading_of(page) == SAMPLE_TEXT[1:]
    page.toggle(key="upload.editing").set_value(True).run()
    page.button(key="upload.restart").click().run()
    assert reading_of(page) == SAMPLE_TEXT


def test_digit_reads_the_whole_picture_as_one(page: AppTest):
    page.button(key="upload.try-sample").click().run()
    page.segmented_control(key="upload.expect").set_value("digit").run()
    assert not page.exception
    assert len(reading_of(page)) == 1 or not re.search(r"\d", reading_of(page))


def test_where_the_model_looks_is_shown_for_the_chosen_digit(page: AppTest):
    page.button(key="upload.try-sample").click().run()
    page.session_state["upload.look"] = True
    page.pills(key="upload.digit").set_value(2).run()
    assert not page.exception
    alts = [image.alt for entry in page.get("image") for image in entry.proto.imgs]
    wanted = f"What speaks for {SAMPLE_TEXT.replace(chr(10), '')[2]} "
    assert any(alt.startswith(wanted) for alt in alts)


def test_every_page_and_every_picture_of_an_archive_is_a_row(page: AppTest):
    with Image.open(io.BytesIO(sample_picture())) as sample:
        blank = Image.new("RGB", sample.size, "white")
        scan, archive = io.BytesIO(), io.BytesIO()
        sample.save(scan, "PDF", save_all=True, append_images=[blank, sample])
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("cut.jpg", sample_picture()[:500])
        packed.writestr("good.jpg", sample_picture())
    upload(page, ("scan.pdf", scan.getvalue()), ("all.zip", archive.getvalue()), ("bad.zip", b"PK\x03\x04"))
    table, read = page.dataframe[0].value, SAMPLE_TEXT.replace("\n", " / ")
    assert table["file"].tolist() == [
        *(f"scan.pdf, page {number}" for number in (1, 2, 3)),
        "all.zip/cut.jpg",
        "all.zip/good.jpg",
    ]
    assert table["read"].tolist()[1:4] == ["", read, ""]
    assert table["read"].tolist()[4] == read
    assert "bad.zip is a damaged archive" in page.error[0].value.replace("\\", "")
    assert "all.zip/cut.jpg is damaged" in page.error[1].value.replace("\\", "")
