"""The files of a visit and what was read in them, kept in memory for as long as they are shown."""

import base64
import hashlib
import io
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
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
from digitcnn.time_budget import time_budget
from digitcnn.web.models import Model, load_reader
from digitcnn.web.upload.words import as_text

MAX_FILES = 100
"""More files at once are left out."""

_VIEW_SIDE = 1200
_THUMBNAIL = 144, 96
_OPTIONS_KEPT = 4
"""Readings kept per file: of this many choices of model and kind, corrections included."""


@dataclass(frozen=True, eq=False)
class Upload:
    """A file as it came.

    Attributes:
        name: as the visitor knows it.
        data: the whole file.
        fingerprint: of name and content.
    """

    name: str
    data: bytes
    fingerprint: str


@dataclass(frozen=True, eq=False)
class Preview:
    """A picture reduced to what the page shows.

    Attributes:
        size: width and height of the upright picture, which boxes are in.
        view: an encoded picture, 1200 px on its longer side at most.
        thumbnail: a data URL.
    """

    size: tuple[int, int]
    view: bytes
    thumbnail: str


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file that was read; `preview` is None where it could not be."""

    upload: Upload
    result: FileResult
    preview: Preview | None


def as_upload(file: UploadedFile, *, name: str | None = None) -> Upload:
    """Takes over a file from a widget; its content is hashed once."""
    known: dict[str, str] = st.session_state.setdefault("upload.fingerprints", {})
    data = file.getvalue()
    if len(known) > 10 * MAX_FILES:
        known.clear()
    if file.file_id not in known:
        known[file.file_id] = fingerprint(name or file.name, data)
    return Upload(name or file.name, data, known[file.file_id])


def fingerprint(name: str, data: bytes) -> str:
    """Tells files apart by name and content."""
    return hashlib.blake2b(data, key=hashlib.blake2b(name.encode()).digest(), digest_size=16).hexdigest()


def read_uploads(
    uploads: Sequence[Upload], model: Model, expect: Expect, *, progress: DeltaGenerator
) -> list[ReadFile]:
    """Reads files, each once; what was read before comes from memory.

    Args:
        uploads: the files.
        model: who reads.
        expect: one digit or a number.
        progress: a place for the bar, shown while files are read.
    """
    readings = _memory("upload.readings")
    waiting = [upload for upload in uploads if (upload.fingerprint, model, expect) not in readings]
    for done, upload in enumerate(waiting):
        progress.progress(
            done / len(waiting), f"Reading {as_text(upload.name)} ({done + 1} of {len(waiting)})"
        )
        readings[upload.fingerprint, model, expect] = _read(upload, model, expect)
    progress.empty()
    _forget(uploads)
    previews = _memory("upload.previews")
    return [
        ReadFile(upload, readings[upload.fingerprint, model, expect], previews.get((upload.fingerprint,)))
        for upload in uploads
    ]


def edits_of(upload: Upload, expect: Expect) -> tuple[EditedBox, ...] | None:
    """The boxes as the visitor left them; None where they are the model's own."""
    return _memory("upload.edits").get((upload.fingerprint, expect))


def keep_edits(upload: Upload, expect: Expect, edits: Sequence[EditedBox] | None) -> None:
    """Remembers the visitor's boxes, or forgets them for None."""
    memory = _memory("upload.edits")
    memory.pop((upload.fingerprint, expect), None)
    if edits is not None:
        memory[upload.fingerprint, expect] = tuple(edits)


def correct(file: ReadFile, model: Model, expect: Expect) -> ReadFile:
    """The file's reading with the visitor's boxes and labels, where there are any."""
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
    """A picture as a file for the browser; few colors stay sharp."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=86)
    return file.getvalue()


def as_data_url(jpeg: bytes) -> str:
    """A JPEG inside an address, so that nothing of it is stored on the server."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _make_thumbnail(view: Image.Image) -> str:
    """The whole picture in a field of one size, as a table shows it."""
    small = view.convert("RGBA")
    small.thumbnail(_THUMBNAIL)
    field = Image.new("RGBA", _THUMBNAIL)
    field.paste(small, ((field.width - small.width) // 2, (field.height - small.height) // 2))
    file = io.BytesIO()
    field.save(file, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _forget(uploads: Sequence[Upload]) -> None:
    """Drops what belongs to files that are gone, and the oldest of what is too much."""
    here = {upload.fingerprint for upload in uploads}
    for name in ("upload.readings", "upload.previews", "upload.corrected", "upload.edits"):
        memory = _memory(name)
        for key in [key for key in memory if key[0] not in here]:
            del memory[key]
        for key in list(memory)[: max(len(memory) - _OPTIONS_KEPT * MAX_FILES, 0)]:
            del memory[key]


def _memory(name: str) -> dict[tuple[Hashable, ...], Any]:
    """A part of the visit's memory whose keys begin with a file's fingerprint."""
    return st.session_state.setdefault(name, {})


def tabulate(files: Sequence[ReadFile]) -> pa.Table:
    """A row per file: "picture", "file", "read", "digits", "least sure" (a fraction 0-1) and "note"."""
    results = [file.result for file in files]
    return pa.table(
        {
            "picture": pa.array([file.preview and file.preview.thumbnail for file in files], pa.string()),
            "file": [result.path for result in results],
            "read": [result.reading.text.replace("\n", " / ") for result in results],
            "digits": [len(result.read_digits) for result in results],
            "least sure": pa.array(
                [_round_down(result.lowest_confidence) for result in results], pa.float64()
            ),
            "note": [_format_note(result) for result in results],
        }
    )


def _round_down(fraction: float | None) -> float | None:
    """To a tenth of a percent; what is not quite certain never reads as 100 %."""
    return None if fraction is None else math.floor(fraction * 1000) / 1000


def _format_note(result: FileResult) -> str:
    if result.error:
        return "could not be read"
    notes = [f"{len(result.typed)} by you"] if result.typed else []
    if not result.read_digits:
        notes.append("no digit found")
    return "; ".join([*notes, *([result.note] if result.note else [])])
