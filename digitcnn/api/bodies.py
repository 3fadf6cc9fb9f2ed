"""Request bodies to pictures and drawings, within bounds on bytes, parts and seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np
from fastapi import Request
from pydantic import ValidationError

from digitcnn.api.limits import (
    BODY_SECONDS,
    MAX_BYTES_IN_FLIGHT,
    MAX_DROPPED_BYTES,
    MAX_JSON_BYTES,
    MAX_NAME,
    MAX_PICTURE_BYTES,
    MAX_POINTS,
)
from digitcnn.api.records import DrawingRecord
from digitcnn.recognition.reading import Expect

BUSY = "The server is busy: try again in a few seconds."

_FORM, _JSON = "multipart/form-data", "application/json"
_CHUNK = 65_536
_MAX_FIELDS = 4
_MAX_FIELD_BYTES = 1_000


class RefusalError(Exception):
    """A request that is not answered, and why.

    Attributes:
        status: the HTTP status, 400-499.
        sentence: the problem and what to do, for the reply.
    """

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True)
class SentPicture:
    """A picture from a request.

    Attributes:
        data: the bytes of the file.
        name: the sender's name for it; never opened as a path.
        expect: as for `DigitReader.read_image`.
        own: a file of the sender's own digits, for the model to learn first; empty for none.
    """

    data: bytes
    name: str
    expect: Expect
    own: bytes = b""


@dataclass(frozen=True, eq=False)
class SentStrokes:
    """Strokes from a request.

    Attributes:
        strokes: each (n, 2).
        expect: as for `DigitReader.read_strokes`.
        own: digits of the sender's hand, each as strokes, with what it is, for the model to learn first.
    """

    strokes: list[np.ndarray]
    expect: Expect
    own: tuple[tuple[list[np.ndarray], int | None], ...] = ()


class Intake:
    """Receives request bodies, which together stay within a bound on memory."""

    def __init__(self) -> None:
        self._free = MAX_BYTES_IN_FLIGHT

    @asynccontextmanager
    async def take(self, request: Request) -> AsyncIterator[SentPicture | SentStrokes]:
        """The picture or strokes of a request; its memory is released when the context ends.

        Raises:
            RefusalError: the body is too large, too slow, of an unknown kind, or malformed.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = bytearray()
        try:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    await self._receive(request, body, kind)
            except TimeoutError:
                raise RefusalError(
                    408, f"The request took longer than {BODY_SECONDS:.0f} s to arrive."
                ) from None
            yield await _parse_form(request, body) if kind == _FORM else parse_drawing(bytes(body))
        finally:
            self._free += len(body)

    async def _receive(self, request: Request, body: bytearray, kind: str) -> None:
        """Fills `body`; drops the rest of a refused one, so that its sender gets the reply."""
        limit = {_FORM: MAX_PICTURE_BYTES, _JSON: MAX_JSON_BYTES}.get(kind, 0)
        refusal = None if limit else RefusalError(415, f"Send a picture as {_FORM}, or strokes as {_JSON}.")
        received, more = 0, True
        while more and received <= MAX_DROPPED_BYTES:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise RefusalError(400, "The request was cut off.")
            chunk = message.get("body", b"")
            received += len(chunk)
            more = message.get("more_body", False)
            if received > limit and not refusal:
                refusal = RefusalError(413, f"The body is larger than {limit / 1e6:g} MB: send less at once.")
            elif len(chunk) > self._free and not refusal:
                refusal = RefusalError(429, BUSY)
            if refusal:
                self._free += len(body)
                body.clear()
            else:
                self._free -= len(chunk)
                body += chunk
        if refusal:
            raise refusal


def parse_drawing(body: bytes) -> SentStrokes:
    """Strokes from JSON of the shape of `DrawingRecord`.

    Raises:
        RefusalError: the body is not JSON, or has another shape.
    """
    try:
        drawing = DrawingRecord.model_validate_json(body)
    except ValidationError as error:
        raise _refuse_drawing(error.errors(include_url=False, include_input=False)[0]) from None
    drawings = [drawing.strokes, *(each.strokes for each in drawing.own_digits)]
    for strokes in drawings:
        if (total := sum(map(len, strokes))) > MAX_POINTS:
            raise RefusalError(422, f"The drawing has {total:,} points: send at most {MAX_POINTS:,}.")
    first, *others = ([np.array(stroke, float).reshape(-1, 2) for stroke in each] for each in drawings)
    labels = [each.label for each in drawing.own_digits]
    return SentStrokes(first, drawing.expect, tuple(zip(others, labels, strict=True)))


def _refuse_drawing(error: Any) -> RefusalError:
    """The refusal for the first error that pydantic found in a drawing."""
    if error["type"] == "json_invalid":
        return RefusalError(400, f"The body is not JSON: {error['ctx']['error']}.")
    where = "".join(f"[{step}]" if isinstance(step, int) else clean_name(step) for step in error["loc"])
    return RefusalError(422, f"{where or 'The body'} is not as expected: {error['msg']}.")


async def _parse_form(request: Request, body: bytearray) -> SentPicture:
    """Parses a form whose body has arrived in full."""
    if not body.rstrip(b"\r\n").endswith(b"--"):
        raise RefusalError(400, f"The body is cut short: the last line of {_FORM} ends in two hyphens.")
    starts = iter(range(0, max(len(body), 1), _CHUNK))

    async def replay() -> dict[str, Any]:
        await asyncio.sleep(0)  # Lets other requests run between the chunks of a large body.
        start = next(starts)
        end = start + _CHUNK
        return {"type": "http.request", "body": bytes(body[start:end]), "more_body": end < len(body)}

    try:
        form = await Request(request.scope, replay).form(
            max_files=2, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES
        )
    except Exception:  # A hostile charset makes the parser raise the codecs' own errors, among others.
        raise RefusalError(400, f"The body is not {_FORM} with one file and few fields.") from None
    try:
        file, expect = form.get("file"), form.get("expect", "number")
        if file is None or isinstance(file, str):
            raise RefusalError(422, "Send the picture as a file in the field `file`.")
        if len(form.multi_items()) > len(form):
            raise RefusalError(400, f"The body is not {_FORM} with one file and few fields.")
        if unknown := set(form) - {"file", "expect", "own_digits"}:
            fields = "`file`, `expect` and `own_digits`"
            raise RefusalError(422, f"There is no field {clean_name(min(unknown))!r}: send {fields}.")
        own = form.get("own_digits")
        if isinstance(own, str):
            raise RefusalError(422, "Send my-digits.npz as a file in the field `own_digits`.")
        if expect not in get_args(Expect):
            raise RefusalError(422, 'The field `expect` is "digit" or "number".')
        learned = await own.read() if own else b""
        name = clean_name(file.filename or "picture")
        return SentPicture(await file.read(), name, cast(Expect, expect), learned)
    finally:
        await form.close()


def clean_name(name: str, most: int = MAX_NAME) -> str:
    """A name from a request, made fit for a reply: one short line without lone surrogates."""
    line = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name
    )
    return line if len(line) <= most else line[: most - 1] + "…"
