"""The API's routes, as an application of its own that a server mounts under `/api`."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from time import monotonic
from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from digitcnn.api.bodies import BUSY, Intake, RefusalError, SentPicture, SentStrokes, clean_name
from digitcnn.api.limits import (
    MAX_PICTURE_BYTES,
    MAX_POINTS,
    MAX_STROKES,
    MAX_WAITING,
    PARTS_SECONDS,
    WAITING_SECONDS,
)
from digitcnn.api.records import DrawingRecord, Health, ModelRecord, ReadingRecord
from digitcnn.errors import DigitcnnError, InputError
from digitcnn.ink.strokes import as_strokes, draw_house_digit
from digitcnn.lab.personal_digits import PersonalDigits
from digitcnn.lab.runs.scores import read_scores
from digitcnn.recognition.files import named_errors, read_file
from digitcnn.recognition.reader import DEFAULT_MODEL, DigitReader
from digitcnn.recognition.reading import Reading
from digitcnn.recognition.results import FileResult, record_of
from digitcnn.recognition.unpack import unpack
from digitcnn.run_folder import SHIPPED
from digitcnn.time_budget import time_budget

_DESCRIPTION = f"""Reads handwritten digits: a picture, a PDF or a ZIP of at most
{MAX_PICTURE_BYTES // 1_000_000} MB, or at most {MAX_STROKES} pen strokes of {MAX_POINTS:,} points in all.
Nothing that is sent is kept.
A request that cannot be answered gets a status of 400 to 499, and in `error` the reason in one sentence."""

_CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

_REFUSALS = {
    400: "The body is malformed.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "The body is neither a form nor JSON.",
    422: "The body has unexpected fields or values, or the picture cannot be read.",
    429: "The server is busy.",
}

_PICTURE = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "JPEG, PNG, WebP, HEIC, TIFF, PDF, ZIP...",
        },
        "expect": {"type": "string", "enum": ["digit", "number"], "default": "number"},
        "own_digits": {
            "type": "string",
            "format": "binary",
            "description": "my-digits.npz, as Draw and Upload offer it to download: the model learns these "
            "digits first, for this request only.",
        },
    },
}


def create_api() -> FastAPI:
    """Creates the API with its own threads and bounds."""
    from digitcnn import __version__

    api = FastAPI(
        title="digitcnn",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            RefusalError: _refuse,
            DigitcnnError: _refuse_input,
            RequestValidationError: _refuse_parameter,
            404: _refuse_path,
            405: _refuse_path,
            Exception: _admit,
        },
    )
    scores = read_scores(SHIPPED)
    models = [
        ModelRecord(
            name=score.model,
            default=score.model == DEFAULT_MODEL,
            parameters=score.parameters,
            size=score.size,
            accuracies=score.accuracies,
        )
        for score in scores
    ]
    names = [score.model for score in scores]
    intake = Intake()
    # Each kind has its own thread: a page that takes long keeps no drawing waiting, and two large pictures
    # are never in memory at once.
    threads = {SentPicture: _ReadingThread(), SentStrokes: _ReadingThread()}

    @api.post(
        "/recognize",
        summary="Read a picture or pen strokes",
        response_model=ReadingRecord,
        responses={
            status: {"model": ReadingRecord, "description": text} for status, text in _REFUSALS.items()
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {"schema": _PICTURE},
                    "application/json": {"schema": DrawingRecord.model_json_schema()},
                },
            }
        },
    )
    async def recognize(
        request: Request,
        model: Annotated[
            str, Query(description="The model that reads it.", json_schema_extra={"enum": names})
        ] = DEFAULT_MODEL,
    ) -> JSONResponse:
        async with intake.take(request) as sent:
            if model not in names:
                known = ", ".join(names)
                raise RefusalError(422, f"There is no model called {clean_name(model)!r}; there are {known}.")
            return JSONResponse(await threads[type(sent)].run(partial(_read, model, sent)))

    @api.get("/models", summary="List the models")
    async def list_models() -> list[ModelRecord]:
        return models

    @api.get("/health", summary="Check that the server answers")
    async def tell_health() -> Health:
        return Health(version=__version__)

    @api.get("/docs", include_in_schema=False)
    async def show_page() -> HTMLResponse:
        return HTMLResponse(_render_page(api.openapi()), headers={"Content-Security-Policy": _CONTENT_POLICY})

    return api


def _render_page(openapi: dict[str, Any]) -> str:
    """HTML for an OpenAPI description."""
    pages = Environment(
        loader=PackageLoader("digitcnn.api", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return pages.get_template("docs.html").render(openapi)


class _ReadingThread:
    """One thread with a short queue, so that the event loop keeps answering while it reads."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="digitcnn-api")
        self._inside = 0

    async def run(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Runs `work` in the thread and returns its result.

        Raises:
            RefusalError: the queue is full, or the thread was not free in time.
        """
        if self._inside > MAX_WAITING:
            raise RefusalError(429, BUSY)
        self._inside += 1
        try:
            future = self._executor.submit(work)
            result = asyncio.wrap_future(future)
            await asyncio.wait({result}, timeout=WAITING_SECONDS)
            # Only work that the thread has not begun can be cancelled.
            if not result.done() and future.cancel():
                raise RefusalError(429, BUSY)
            return await result
        finally:
            self._inside -= 1


@cache
def _load_reader(model: str) -> DigitReader:
    """The reader of a model that ships; these do not change while the server runs."""
    return DigitReader(SHIPPED / model)


def _read(model: str, sent: SentPicture | SentStrokes) -> dict[str, Any]:
    reader = _load_reader(model)
    if sent.own:
        # A reader of this request alone: nothing of it is kept.
        reader = reader.adapt(_own_digits(sent))
    if isinstance(sent, SentStrokes):
        with time_budget():
            return _record(reader.read_strokes(sent.strokes, expect=sent.expect))
    ends_at = monotonic() + PARTS_SECONDS
    with named_errors(sent.name):
        parts, left_out = unpack(sent.name, sent.data)
    results: list[FileResult] = []
    for name, data in parts:
        if monotonic() > ends_at:
            left_out.append(
                f"Only {len(results)} of {len(parts)} parts of {sent.name} are read in time: send fewer."
            )
            break
        with time_budget():
            read = read_file(reader, data, path=clean_name(name), expect=sent.expect)
        results.append(read.result)
    if len(results) == 1 and not left_out:
        if results[0].error:
            raise InputError(results[0].error)
        return record_of(results[0])
    problem = clean_name(" ".join(left_out), most=1_000)
    if not results:
        raise InputError(problem)
    records = [record_of(result) for result in results]
    return {
        "path": sent.name,
        "text": "\n".join(record["text"] for record in records if record["text"]),
        "digits": [digit for record in records for digit in record["digits"]],
        "printed": [digit for record in records for digit in record["printed"]],
        "error": problem or None,
        "parts": records,
    }


def _own_digits(sent: SentPicture | SentStrokes) -> list[tuple[np.ndarray, int | None]]:
    """The digits of the sender's hand as house digits, (28, 28), and what each is.

    Raises:
        InputError: there is none in the file, or one has no ink.
    """
    if isinstance(sent, SentStrokes):
        if not all(as_strokes(strokes) for strokes, _ in sent.own):
            raise InputError("One of own_digits has no ink: leave it out.")
        return [(draw_house_digit(strokes), label) for strokes, label in sent.own]
    own = PersonalDigits.from_bytes(sent.own)
    if not len(own):
        raise InputError("The file in own_digits holds no digit: leave it out.")
    return [(digit.pixels, digit.label) for digit in own.digits]


def _record(
    reading: Reading | None = None, *, path: str | None = None, error: str | None = None
) -> dict[str, Any]:
    return record_of(FileResult("", reading or Reading(), error=error)) | {"path": path}


def _reply(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(_record(error=sentence), status, headers=headers)


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusalError)
    headers = {"Retry-After": "3"} if error.status == 429 else {}
    # The connection ends too: nobody reads the rest of a refused body.
    return _reply(error.status, error.sentence, headers | {"Connection": "close"})


async def _refuse_input(request: Request, error: Exception) -> JSONResponse:
    return _reply(422, str(error))


async def _refuse_parameter(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _reply(422, f"{error.errors()[0]['loc'][-1]} is not as expected: {error.errors()[0]['msg']}.")


async def _refuse_path(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException) or hasattr(error, "status_code")
    status, headers = getattr(error, "status_code", 404), getattr(error, "headers", None)
    sentence = "There is no such path" if status == 404 else f"{request.method} is not allowed here"
    return _reply(status, f"{sentence}: see {request.scope.get('root_path', '')}/docs.", headers)


async def _admit(request: Request, error: Exception) -> JSONResponse:
    """Replies to a bug, whose traceback goes to the server's log."""
    return _reply(
        500, "The server failed because of a bug in digitcnn: tell whoever runs it to look into its log."
    )
