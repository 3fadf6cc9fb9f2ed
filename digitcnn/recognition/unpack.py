"""Pictures out of ZIP archives, and single pages out of PDFs.

PDFs are split in a process of its own, as `digitcnn.ink.images.pdf` draws them. This file is also the
script of that process: a PDF on standard input; on standard output the number of its pages, then the
length and the bytes of each page, a PDF of its own.
"""

import io
import struct
import subprocess
import sys
import threading
import zipfile
from typing import NamedTuple

MAX_PARTS = 100
"""Pictures taken from an archive, and pages from a PDF."""

MAX_BYTES = 256_000_000
"""Of all the parts of a file, unpacked."""

_LENGTH = struct.Struct("<Q")
_MAX_SECONDS = 10
_AT_ONCE = threading.BoundedSemaphore(2)


class PackedPicture(NamedTuple):
    """A picture, or a PDF of one page, with a name that tells where it is from."""

    name: str
    data: bytes


class Unpacked(NamedTuple):
    """What a file holds, and a sentence for everything that was left out."""

    parts: list[PackedPicture]
    left_out: list[str]


def unpack(name: str, data: bytes) -> Unpacked:
    """The pictures of an archive or the pages of a PDF; any other file is its own only part.

    Args:
        name: of the file; those of its parts begin with it.
        data: the whole file.
    """
    if data[:4] == b"PK\x03\x04":
        return _unzip(name, data)
    if b"%PDF-" in data[:1024]:
        return _split(name, data)
    return Unpacked([PackedPicture(name, data)], [])


def _unzip(name: str, data: bytes) -> Unpacked:
    found = Unpacked([], [])
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return Unpacked([], [f"{name} is a damaged archive: pack it again."])
    room = MAX_BYTES
    for entry in archive.infolist():
        path = entry.filename
        if entry.is_dir() or path.startswith("__MACOSX/") or path.rpartition("/")[2].startswith("."):
            continue
        if len(found.parts) >= MAX_PARTS:
            found.left_out.append(f"Only the first {MAX_PARTS} pictures in {name} are read.")
            break
        try:
            # The sizes that an archive states may be false: only reading shows them.
            with archive.open(entry) as file:
                content = file.read(room + 1)
        except Exception:  # Each method of compression has errors of its own.
            found.left_out.append(f"{path} in {name} is damaged or locked: pack it again without a password.")
            continue
        room -= len(content)
        if room < 0:
            megabytes = MAX_BYTES // 1_000_000
            found.left_out.append(
                f"{name} unpacks to more than {megabytes} MB: {path} and the rest are left out."
            )
            break
        inner = _split(f"{name}/{path}", content) if content.startswith(b"%PDF-") else None
        found.parts.extend(inner.parts if inner else [PackedPicture(f"{name}/{path}", content)])
        found.left_out.extend(inner.left_out if inner else [])
    if not found.parts and not found.left_out:
        found.left_out.append(f"{name} holds no pictures: choose another file.")
    return found


def _split(name: str, data: bytes) -> Unpacked:
    """The pages of a PDF; a PDF that can't be split stays whole, and drawing it says why."""
    whole = Unpacked([PackedPicture(name, data)], [])
    command = [sys.executable, "-P", __file__]
    # A small PDF can take PDFium endless time and memory, and nothing within a process can stop it.
    with _AT_ONCE:
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            return whole
    # What is damaged or locked here fails again when it is drawn, with a sentence for the visitor.
    if done.returncode or len(done.stdout) < _LENGTH.size:
        return whole
    (pages,) = _LENGTH.unpack_from(done.stdout)
    if pages < 2:
        return whole
    parts, at = [], _LENGTH.size
    while at < len(done.stdout):
        (length,) = _LENGTH.unpack_from(done.stdout, at)
        at += _LENGTH.size
        parts.append(PackedPicture(f"{name}, page {len(parts) + 1}", done.stdout[at : at + length]))
        at += length
    left_out = [f"Only the first {len(parts)} of {pages} pages of {name} are read."]
    return Unpacked(parts, left_out if len(parts) < pages else [])


def _write_pages() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's patience is the only limit.
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CPU, (_MAX_SECONDS, _MAX_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
    import pypdfium2

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    out, room = sys.stdout.buffer, MAX_BYTES
    out.write(_LENGTH.pack(len(document)))
    for index in range(min(len(document), MAX_PARTS) if len(document) > 1 else 0):
        page, file = pypdfium2.PdfDocument.new(), io.BytesIO()
        page.import_pages(document, [index])
        page.save(file)
        room -= file.tell()
        if room < 0:
            break
        out.write(_LENGTH.pack(file.tell()) + file.getvalue())


if __name__ == "__main__":
    _write_pages()
