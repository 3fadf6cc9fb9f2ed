"""Draws the first page of a PDF in a process of its own, which may fail, hang or grow without harm.

A PDF can nest drawings in drawings: 1.5 kB of them take PDFium hours and all the memory there is, and
nothing within a process can stop it. So this file is also the script of that process: a PDF on
standard input; on standard output the number of pages, then width, height, bytes per row and per
pixel, then the pixels.
"""

import struct
import subprocess
import sys
import threading
from dataclasses import dataclass

_HEADER = struct.Struct("<5I")
_MAX_BYTES = 1_000_000_000
_MAX_SECONDS = 5
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
    command = [sys.executable, "-P", __file__, str(side)]
    with _AT_ONCE:
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=_PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            raise PdfError("takes too long to draw: save its page as PNG") from None
    if done.returncode == _DAMAGED:
        raise PdfError("is a damaged or locked PDF: save it again without a password")
    if done.returncode or len(done.stdout) < _HEADER.size:
        raise PdfError("takes too much time or memory to draw: save its page as PNG")
    pages, width, height, stride, channels = _HEADER.unpack_from(done.stdout)
    return PdfPage(done.stdout[_HEADER.size :], width, height, stride, channels, pages)


def _limit_itself() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's patience is the only limit.
        return
    resource.setrlimit(resource.RLIMIT_CPU, (_MAX_SECONDS, _MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))


def _draw(side: int) -> int:
    _limit_itself()
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


if __name__ == "__main__":
    sys.exit(_draw(int(sys.argv[1])))
