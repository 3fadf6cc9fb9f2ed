"""The first page of a PDF is drawn in a process of its own."""

import io

import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.images.pdf import PdfError, draw_first_page


def pdf_of(*colors: str) -> bytes:
    """A PDF with a page per color, 200 by 100 points each."""
    pages = [Image.new("RGB", (200, 100), color) for color in colors]
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=72)
    return file.getvalue()


def test_the_first_page_is_drawn_at_the_size_that_is_asked_for():
    page = draw_first_page(pdf_of("red", "blue"), 600)
    assert (page.width, page.height, page.pages) == (600, 300, 2)
    rows = np.frombuffer(page.pixels, np.uint8).reshape(page.height, page.stride)
    middle = rows[150, 300 * page.channels :][:3].tolist()
    assert middle[0] > 200 > 60 > max(middle[1:])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nnothing more", pdf_of("red")[:200]])
def test_a_damaged_pdf_says_so(data: bytes):
    with pytest.raises(PdfError, match="damaged or locked"):
        draw_first_page(data, 300)
