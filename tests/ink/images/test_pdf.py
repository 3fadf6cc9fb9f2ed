import io
import subprocess

import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.images import pdf
from digitcnn.ink.images.pdf import PdfError, draw_first_page

NO_PAGES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n%%EOF"
)


def document(*pages: Image.Image) -> bytes:
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def test_the_first_page_is_drawn_with_its_longer_side_as_asked():
    page = Image.new("RGB", (300, 200), (250, 20, 30))
    page.paste((10, 20, 240), (0, 0, 150, 200))
    drawn = draw_first_page(document(page, Image.new("RGB", (50, 50))), 600)
    assert (drawn.width, drawn.height, drawn.pages) == (600, 400, 2)
    pixels = np.frombuffer(drawn.pixels, np.uint8).reshape(drawn.height, drawn.stride)
    left, right = (pixels[200, x * drawn.channels :][:3] for x in (100, 500))
    assert np.allclose(left, (10, 20, 240), atol=12)
    assert np.allclose(right, (250, 20, 30), atol=12)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nnothing more", b"no PDF", NO_PAGES])
def test_a_damaged_document_is_refused(data: bytes):
    with pytest.raises(PdfError, match="is a damaged or locked PDF: save it again without a password"):
        draw_first_page(data, 600)


def test_a_process_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch):
    def hang(command: list[str], **named: object) -> None:
        raise subprocess.TimeoutExpired(command, 60)

    monkeypatch.setattr(pdf.subprocess, "run", hang)
    with pytest.raises(PdfError, match="takes too long to draw: save its page as PNG"):
        draw_first_page(document(Image.new("L", (20, 20))), 100)


def test_a_process_that_dies_is_an_error_of_the_document(monkeypatch: pytest.MonkeyPatch):
    killed = subprocess.CompletedProcess([], -9, stdout=b"")
    monkeypatch.setattr(pdf.subprocess, "run", lambda command, **named: killed)
    with pytest.raises(PdfError, match="takes too much time or memory to draw"):
        draw_first_page(document(Image.new("L", (20, 20))), 100)
