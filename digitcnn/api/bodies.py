"""From a request's body to a picture or a drawing: never more bytes, parts or seconds than are allowed."""

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
_PIECE = 65_536
_MAX_FIELDS = 4
_MAX_OF_A_FIELD = 1_000


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
    """A picture as it was sent.

    Attributes:
        data: the bytes of the file.
        name: what the sender calls it; never a path that is opened.
        expect: as for `DigitReader.read_image`.
    """

    data: bytes
    name: str
    expect: Expect


@dataclass(frozen=True, eq=False)
class SentStrokes:
    """Strokes, each (n, 2), and what they are said to be."""

    strokes: list[np.ndarray]
    expect: Expect


class Intake:
    """Receives bodies, all of them together within a bound of memory."""

    def __init__(self) -> None:
        self._free = MAX_BYTES_IN_FLIGHT

    @asynccontextmanager
    async def take(self, request: Request) -> AsyncIterator[SentPicture | SentStrokes]:
        """What a request holds; its memory counts as taken until the context is left.

        Raises:
            RefusalError: it is too large, too slow, of another kind, or not understood.
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
        """Fills `body`; the rest of one that is refused is dropped, so that its sender hears why."""
        most = {_FORM: MAX_PICTURE_BYTES, _JSON: MAX_JSON_BYTES}.get(kind, 0)
        refusal = None if most else RefusalError(415, f"Send a picture as {_FORM}, or strokes as {_JSON}.")
        received, more = 0, True
        while more and received <= MAX_DROPPED_BYTES:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise RefusalError(400, "The request was cut off.")
            piece = message.get("body", b"")
            received += len(piece)
            more = message.get("more_body", False)
            if received > most and not refusal:
                refusal = RefusalError(413, f"The body is larger than {most / 1e6:g} MB: send less at once.")
            elif len(piece) > self._free and not refusal:
                refusal = RefusalError(429, BUSY)
            if refusal:
                self._free += len(body)
                body.clear()
            else:
                self._free -= len(piece)
                body += piece
        if refusal:
            raise refusal


def parse_drawing(body: bytes) -> SentStrokes:
    """Strokes from JSON of the shape of `DrawingRecord`.

    Raises:
        RefusalError: it is no JSON, or has another shape.
    """
    try:
        drawing = DrawingRecord.model_validate_json(body)
    except ValidationError as error:
        raise _say(error.errors(include_url=False, include_input=False)[0]) from None
    if (total := sum(map(len, drawing.strokes))) > MAX_POINTS:
        raise RefusalError(422, f"The drawing has {total:,} points: send at most {MAX_POINTS:,}.")
    return SentStrokes([np.array(stroke, float).reshape(-1, 2) for stroke in drawing.strokes], drawing.expect)


def _say(error: Any) -> RefusalError:
    """What is wrong with a drawing, from pydantic's first complaint."""
    if error["type"] == "json_invalid":
        return RefusalError(400, f"The body is not JSON: {error['ctx']['error']}.")
    where = "".join(f"[{step}]" if isinstance(step, int) else clean_name(step) for step in error["loc"])
    return RefusalError(422, f"{where or 'The body'} is not as expected: {error['msg']}.")


async def _parse_form(request: Request, body: bytearray) -> SentPicture:
    """The fields of a form whose body has arrived."""
    if not body.rstrip(b"\r\n").endswith(b"--"):
        raise RefusalError(400, f"The body is cut short: the last line of {_FORM} ends in two hyphens.")
    starts = iter(range(0, max(len(body), 1), _PIECE))

    async def replay() -> dict[str, Any]:
        await asyncio.sleep(0)  # Others may run between the pieces of a large body.
        start = next(starts)
        end = start + _PIECE
        return {"type": "http.request", "body": bytes(body[start:end]), "more_body": end < len(body)}

    try:
        form = await Request(request.scope, replay).form(
            max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_OF_A_FIELD
        )
    except Exception:  # The parser lets out what codecs raise on a hostile charset, among others.
        raise RefusalError(400, f"The body is not {_FORM} with one file and few fields.") from None
    try:
        file, expect = form.get("file"), form.get("expect", "number")
        if file is None or isinstance(file, str):
            raise RefusalError(422, "Send the picture as a file in the field `file`.")
        if unknown := set(form) - {"file", "expect"}:
            raise RefusalError(
                422, f"There is no field {clean_name(min(unknown))!r}: send `file` and `expect`."
            )
        if expect not in get_args(Expect):
            raise RefusalError(422, 'The field `expect` is "digit" or "number".')
        return SentPicture(await file.read(), clean_name(file.filename or "picture"), cast(Expect, expect))
    finally:
        await form.close()


def clean_name(name: str) -> str:
    """A stranger's name for something, fit for a line of text: one line, not long, no lone surrogates."""
    line = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name
    )
    return line if len(line) <= MAX_NAME else line[: MAX_NAME - 1] + "…"
