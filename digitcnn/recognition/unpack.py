"""Pictures out of ZIP archives, and single pages out of PDFs."""

import io
import re
import zipfile
from typing import NamedTuple

from digitcnn.ink.images.pdf import split_pages

MAX_PARTS = 100
"""Pictures taken from an archive, and pages from a PDF."""

MAX_BYTES = 256_000_000
"""Of all the parts of a file, unpacked."""


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


def list_origins(name: str) -> set[str]:
    """The names of all files that a part of this name may come from, its own among them."""
    whole = re.sub(r", page \d+$", "", name)
    return {name, whole, *(whole[:end] for end, letter in enumerate(whole) if letter == "/")}


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
    """The pages of a PDF; one of a single page, or that can't be split, stays whole."""
    pages, count = split_pages(data, most=MAX_PARTS, room=MAX_BYTES) or ([], 0)
    if count < 2:
        return Unpacked([PackedPicture(name, data)], [])
    parts = [PackedPicture(f"{name}, page {number}", page) for number, page in enumerate(pages, 1)]
    left_out = [f"Only the first {len(parts)} of {count} pages of {name} are read."]
    return Unpacked(parts, left_out if len(parts) < count else [])
