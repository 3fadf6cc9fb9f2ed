"""The files of a visit and their readings, kept in memory for as long as they are shown."""

import hashlib
import io
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import pyarrow as pa
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from digitcnn.errors import InputError
from digitcnn.ink.strokes import Box
from digitcnn.recognition.annotate import make_view
from digitcnn.recognition.corrections import CorrectedReading, EditedBox, correct_reading
from digitcnn.recognition.files import named_errors, read_file
from digitcnn.recognition.reading import Digit, Expect
from digitcnn.recognition.results import FileResult
from digitcnn.recognition.unpack import Unpacked, unpack
from digitcnn.time_budget import time_budget
from digitcnn.web.images import as_data_url
from digitcnn.web.models import Model, load_reader
from digitcnn.web.text import escape_markdown

MAX_FILES = 100
"""Files that are read at once; the rest is left out."""

UPLOADER = "upload.files"
"""Key of the file uploader."""

_MAX_BYTES_HELD = 64 * 2**20

_VIEW_SIDE = 1200
_THUMBNAIL = 144, 96
_OPTIONS_KEPT = 4
"""Choices of model and kind whose readings are kept per file, corrections included."""


@dataclass(frozen=True, eq=False)
class Upload:
    """A file as the visitor sent it.

    Attributes:
        name: as the visitor knows it.
        data: the whole file.
        fingerprint: differs with name and content.
    """

    name: str
    data: bytes
    fingerprint: str


@dataclass(frozen=True, eq=False)
class Preview:
    """A picture in the sizes that the page shows.

    Attributes:
        size: width and height of the upright picture, in the pixels of its boxes.
        view: a JPEG, at most 1200 px on its longer side.
        thumbnail: a data URL.
    """

    size: tuple[int, int]
    view: bytes
    thumbnail: str


@dataclass(frozen=True, eq=False)
class ShownFile:
    """A file with its reading; `preview` is None where the file could not be read."""

    upload: Upload
    result: FileResult
    preview: Preview | None


def as_upload(file: UploadedFile, *, name: str | None = None) -> Upload:
    """A file from a widget; its content is hashed once."""
    known: dict[str, str] = st.session_state.setdefault("upload.fingerprints", {})
    data = file.getvalue()
    if len(known) > 10 * MAX_FILES:
        known.clear()
    if file.file_id not in known:
        known[file.file_id] = fingerprint(name or file.name, data)
    return Upload(name or file.name, data, known[file.file_id])


def unpack_uploads(uploads: Sequence[Upload]) -> tuple[list[Upload], list[str]]:
    """The pictures in archives and the pages of PDFs, and a sentence for everything that was left out."""
    known: dict[str, Unpacked] = st.session_state.get("upload.parts", {})
    unpacked = {
        upload.fingerprint: known.get(upload.fingerprint) or unpack(upload.name, upload.data)
        for upload in uploads
    }
    st.session_state["upload.parts"] = unpacked
    parts = [part for found in unpacked.values() for part in found.parts]
    left_out = [sentence for found in unpacked.values() for sentence in found.left_out]
    if len(parts) > MAX_FILES:
        left_out.append(f"Only the first {MAX_FILES} pictures are read: remove some to read the others.")
    return [Upload(*part, fingerprint(*part)) for part in parts[:MAX_FILES]], left_out


def restore_files() -> list[Upload]:
    """The files from before a visit to another page, which empties Streamlit's own uploader.

    Call it before the uploader is drawn: only then does the uploader's missing state tell of a new page.
    """
    if UPLOADER not in st.session_state:
        st.session_state["upload.restored"] = st.session_state.get("upload.held", [])
    return st.session_state.get("upload.restored", [])


def hold_files(uploads: Sequence[Upload]) -> None:
    """Keeps files for `restore_files`, 64 MB of them at most: the last ones beyond that are not kept."""
    sizes = accumulate(len(upload.data) for upload in uploads)
    st.session_state["upload.held"] = [
        upload for upload, size in zip(uploads, sizes, strict=True) if size <= _MAX_BYTES_HELD
    ]


def remove_restored() -> None:
    """Drops the files from before."""
    st.session_state["upload.restored"] = []


def fingerprint(name: str, data: bytes) -> str:
    """A key for a file, which differs with name and content."""
    return hashlib.blake2b(data, key=hashlib.blake2b(name.encode()).digest(), digest_size=16).hexdigest()


def read_uploads(
    uploads: Sequence[Upload], model: Model, expect: Expect, *, progress: DeltaGenerator
) -> list[ShownFile]:
    """Reads each file once; later calls take the reading from memory.

    Args:
        uploads: the files.
        model: reads them.
        expect: one digit or a number.
        progress: the bar's place, shown while files are read.
    """
    readings = _memory("upload.readings")
    waiting = [upload for upload in uploads if (upload.fingerprint, model, expect) not in readings]
    for done, upload in enumerate(waiting):
        progress.progress(
            done / len(waiting), f"Reading {escape_markdown(upload.name)} ({done + 1} of {len(waiting)})"
        )
        readings[upload.fingerprint, model, expect] = _read(upload, model, expect)
    progress.empty()
    _forget(uploads)
    previews = _memory("upload.previews")
    return [
        ShownFile(upload, readings[upload.fingerprint, model, expect], previews.get((upload.fingerprint,)))
        for upload in uploads
    ]


def edits_of(upload: Upload, expect: Expect) -> tuple[EditedBox, ...] | None:
    """The boxes as the visitor left them; None where the visitor changed nothing."""
    return _memory("upload.edits").get((upload.fingerprint, expect))


def keep_edits(upload: Upload, expect: Expect, edits: Sequence[EditedBox] | None) -> None:
    """Remembers the visitor's boxes; None forgets them."""
    memory = _memory("upload.edits")
    memory.pop((upload.fingerprint, expect), None)
    if edits is not None:
        memory[upload.fingerprint, expect] = tuple(edits)


def correct(file: ShownFile, model: Model, expect: Expect) -> ShownFile:
    """Applies the visitor's boxes and labels to the reading, where there are any."""
    edits = edits_of(file.upload, expect)
    if edits is None or file.result.error:
        return file
    memory = _memory("upload.corrected")
    key = (file.upload.fingerprint, model, expect)
    known: tuple[Any, CorrectedReading] | None = memory.get(key)
    if known is None or known[0] != edits:

        def read_boxes(boxes: list[Box]) -> Sequence[Digit]:
            with named_errors(file.upload.name):
                return load_reader(model).read_boxes(file.upload.data, boxes).digits

        try:
            known = memory[key] = edits, correct_reading(file.result.reading, edits, read_boxes)
        except InputError as error:
            return replace(file, result=replace(file.result, note=str(error)))
    corrected = known[1]
    return replace(file, result=replace(file.result, reading=corrected.reading, typed=corrected.typed))


def _read(upload: Upload, model: Model, expect: Expect) -> FileResult:
    with time_budget():
        read = read_file(load_reader(model), upload.data, path=upload.name, expect=expect)
    previews = _memory("upload.previews")
    if read.examined and (upload.fingerprint,) not in previews:
        picture = read.examined.picture
        view = make_view(picture.rgb, longest=_VIEW_SIDE)
        size = picture.width, picture.height
        previews[upload.fingerprint,] = Preview(size, encode_picture(view), _make_thumbnail(view))
    return read.result


def encode_picture(picture: Image.Image) -> bytes:
    """A picture as a JPEG for the browser."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=86)
    return file.getvalue()


def _make_thumbnail(view: Image.Image) -> str:
    """The whole picture in a field whose size is the same for all rows of the table."""
    small = view.convert("RGBA")
    small.thumbnail(_THUMBNAIL)
    field = Image.new("RGBA", _THUMBNAIL)
    field.paste(small, ((field.width - small.width) // 2, (field.height - small.height) // 2))
    file = io.BytesIO()
    field.save(file, "WEBP", quality=80)
    return as_data_url(file.getvalue(), "webp")


def _forget(uploads: Sequence[Upload]) -> None:
    """Drops the readings of files that are gone, and the oldest of too many."""
    here = {upload.fingerprint for upload in uploads}
    for name in ("upload.readings", "upload.previews", "upload.corrected", "upload.edits"):
        memory = _memory(name)
        for key in [key for key in memory if key[0] not in here]:
            del memory[key]
        for key in list(memory)[: max(len(memory) - _OPTIONS_KEPT * MAX_FILES, 0)]:
            del memory[key]


def _memory(name: str) -> dict[tuple[Hashable, ...], Any]:
    """A part of the visit's memory; its keys begin with a file's fingerprint."""
    return st.session_state.setdefault(name, {})


def tabulate(files: Sequence[ShownFile]) -> pa.Table:
    """A row per file: "picture", "file", "read", "digits", "least sure" (a fraction 0-1) and "note"."""
    results = [file.result for file in files]
    return pa.table(
        {
            "picture": pa.array([file.preview and file.preview.thumbnail for file in files], pa.string()),
            "file": [result.path for result in results],
            "read": [result.reading.text.replace("\n", " / ") for result in results],
            "digits": [len(result.read_digits) for result in results],
            "least sure": pa.array(
                [_round_for_table(result.lowest_confidence) for result in results], pa.float64()
            ),
            "note": [_format_note(result) for result in results],
        }
    )


def _round_for_table(fraction: float | None) -> float | None:
    """To a tenth of a percent, as texts round it: only certainty reads as 100 %."""
    return fraction if fraction is None or fraction == 1.0 else min(round(fraction, 3), 0.999)


def _format_note(result: FileResult) -> str:
    if result.error:
        return "could not be read"
    notes = [f"{len(result.typed)} by you"] if result.typed else []
    if not result.read_digits:
        notes.append("no digit found")
    return "; ".join([*notes, *([result.note] if result.note else [])])
