import io
import zipfile

import pypdfium2
import pytest

from digitcnn.recognition import unpack as module
from digitcnn.recognition.unpack import list_origins, unpack


def pack(**contents: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def make_pdf(pages: int) -> bytes:
    document, file = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        document.new_page(100, 100)
    document.save(file)
    return file.getvalue()


def test_archive_bomb_is_cut_short_with_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_BYTES", 1_000_000)
    parts, left_out = unpack("a.zip", pack(small=b"x", bomb=bytes(50_000_000), after=b"y"))
    assert [part.name for part in parts] == ["a.zip/small"]
    assert left_out == ["a.zip unpacks to more than 1 MB: bomb and the rest are left out."]


def test_damaged_entry_leaves_the_others():
    data = bytearray(pack(first=bytes(range(256)) * 9, second=b"fine"))
    data[40] ^= 255
    parts, left_out = unpack("a.zip", bytes(data))
    assert [part.data for part in parts] == [b"fine"]
    assert left_out == ["first in a.zip is damaged or locked: pack it again without a password."]


def test_pages_beyond_the_limit_are_left_out_with_a_sentence():
    parts, left_out = unpack("long.pdf", make_pdf(103))
    assert len(parts) == 100
    assert parts[-1].name == "long.pdf, page 100"
    assert len(pypdfium2.PdfDocument(parts[-1].data)) == 1
    assert left_out == ["Only the first 100 of 103 pages of long.pdf are read."]


@pytest.mark.parametrize("data", [make_pdf(1), b"%PDF-1.7 cut", b"no picture"])
def test_other_files_stay_whole(data: bytes):
    assert unpack("file", data) == ([("file", data)], [])


def test_origins_of_a_part_are_found_in_its_name():
    assert "a.pdf" in list_origins("a.pdf, page 12")
    assert {"./in/a.zip", "./in/a.zip/b.pdf"} <= set(list_origins("./in/a.zip/b.pdf, page 2"))
    assert list_origins("a.png") == {"a.png"}
