"""Draws and splits PDFs in a process of their own, which may fail, hang or grow without harm.

A PDF can nest drawings in drawings: 1.5 kB of them take PDFium hours and all the memory there is, and
nothing within a process can stop it. So this file is also the script of that process: a PDF on
standard input, and on standard output the number of pages. To draw the first page, then its width,
height, bytes per row and per pixel, and its pixels; to split it, then the length and the bytes of
each page, a PDF of its own.
"""

import io
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass

_HEADER = struct.Struct("<5I")
_LENGTH = struct.Struct("<Q")
_MAX_BYTES = 1_000_000_000
_MAX_SECONDS = {"draw": 5, "split": 10}
_PATIENCE = 60.0
_AT_ONCE = threading.BoundedSemaphore(2)
_DAMAGED = 3


class PdfError(Exception):
    """The page cannot be drawn; the message says why, for the end of a sentence."""


@dataclass(frozen=True)
class PdfPage:
    """The first page.

    Attributes:
        pixels: rows from the top, `stride` bytes each, of `channels` bytes per pixel: R, G, B, and more.
        width, height: in pixels.
        pages: of the whole document.
    """

    pixels: bytes
    width: int
    height: int
    stride: int
    channels: int
    pages: int


def draw_first_page(data: bytes, side: int) -> PdfPage:
    """The first page with its longer side drawn `side` pixels long.

    Raises:
        PdfError: there is none, or drawing it takes more time or memory than any page of writing.
    """
    try:
        done = _run(data, "draw", side)
    except subprocess.TimeoutExpired:
        raise PdfError("takes too long to draw: save its page as PNG") from None
    if done.returncode == _DAMAGED:
        raise PdfError("is a damaged or locked PDF: save it again without a password")
    if done.returncode or len(done.stdout) < _HEADER.size:
        raise PdfError("takes too much time or memory to draw: save its page as PNG")
    pages, width, height, stride, channels = _HEADER.unpack_from(done.stdout)
    return PdfPage(done.stdout[_HEADER.size :], width, height, stride, channels, pages)


def split_pages(data: bytes, *, most: int, room: int) -> tuple[list[bytes], int] | None:
    """The first pages, each a PDF of its own, and the number of all pages.

    Args:
        data: the whole file.
        most: pages at most.
        room: bytes of all of them at most.

    Returns:
        No pages where there is only one; None where the PDF cannot be split: drawing it says why.
    """
    try:
        done = _run(data, "split", most, room)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode or len(done.stdout) < _LENGTH.size:
        return None
    out = io.BytesIO(done.stdout)

    def read_length() -> int:
        (length,) = _LENGTH.unpack(out.read(_LENGTH.size))
        return length

    count, pages = read_length(), []
    while out.tell() < len(done.stdout):
        pages.append(out.read(read_length()))
    return pages, count


def _run(data: bytes, task: str, *limits: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", __file__, task, *map(str, limits)]
    with _AT_ONCE:
        return subprocess.run(command, input=data, capture_output=True, timeout=_PATIENCE, check=False)


def _limit_itself(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's patience is the only limit.
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))


def _draw(side: int) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        page = document[0]
        bitmap = page.render(scale=side / max(*page.get_size(), 1.0), rev_byteorder=True)
    except pypdfium2.PdfiumError:  # Also for a document without pages.
        return _DAMAGED
    header = _HEADER.pack(len(document), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
    sys.stdout.buffer.write(header + bytes(bitmap.buffer))
    return 0


def _split(most: int, room: int) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError:
        return _DAMAGED
    out = sys.stdout.buffer
    out.write(_LENGTH.pack(len(document)))
    for index in range(min(len(document), most) if len(document) > 1 else 0):
        page, file = pypdfium2.PdfDocument.new(), io.BytesIO()
        page.import_pages(document, [index])
        page.save(file)
        room -= file.tell()
        if room < 0:
            break
        out.write(_LENGTH.pack(file.tell()) + file.getvalue())
    return 0


if __name__ == "__main__":
    _limit_itself(_MAX_SECONDS[sys.argv[1]])
    sys.exit({"draw": _draw, "split": _split}[sys.argv[1]](*map(int, sys.argv[2:])))
