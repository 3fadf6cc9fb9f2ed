"""`digitcnn recognize`: reads pictures, each result written as soon as it is there."""

import argparse
import csv
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from digitcnn.commands.bulk import add_bulk_options, check_bulk_options, read_into_file
from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.picture_files import Found, find_pictures, read_manifest
from digitcnn.commands.progress import Progress, without_notices

if TYPE_CHECKING:
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.recognition.reading import Expect
    from digitcnn.recognition.results import FileResult

FORMATS = ("text", "jsonl", "csv")

_DESCRIPTION = """\
Reads the handwritten digits in pictures.

A PATH is a file, a folder (every file in it and below, hidden ones left out), a pattern such as
'scans/*.png', or - for one picture on standard input. What is not a picture gets an error in its line,
and the others are read all the same; the exit status is then 1.

formats:
  text   the number alone for one file, PATH: NUMBER for several, / between its lines; errors go to
         standard error
  jsonl  an object per line: {"path", "text", "digits": [{"label", "confidence", "box",
         "probabilities"}], "error"}; "label" is null where a piece of ink is not a digit, "box" is
         [x, y, width, height] in pixels, "error" null or a sentence
  csv    a header, then a row per file: file, text, digits, lowest_confidence, error

Very many pictures go into a file (--out) that the same command goes on with where it was cut off. With
--ray or --address they are read on all cores of this machine or of a cluster, in any order."""

_EXAMPLES = """\
digitcnn recognize photo.jpg
digitcnn recognize scans/ --format jsonl > scans.jsonl
digitcnn recognize --expect digit 'digits/**/*.png' --format csv
digitcnn recognize scans/ --ray --out scans.jsonl
curl -s https://example.org/number.png | digitcnn recognize -"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    parser = add_command(
        commands, "recognize", "read the digits in pictures", _DESCRIPTION, examples=_EXAMPLES
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="file, folder, pattern, or - for standard input"
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="one of %(choices)s (default: text)"
    )
    parser.add_argument(
        "--expect",
        choices=("digit", "number"),
        default="number",
        help="digit: all the ink of a picture is one digit; number: it is split (default: number)",
    )
    parser.add_argument(
        "--model", default="reader", help="name of a model, or path of a run folder (default: reader)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    add_bulk_options(parser)
    parser.set_defaults(run=_recognize, refuse=parser.error)


def _recognize(options: argparse.Namespace) -> int:
    if not options.paths and options.manifest is None:
        options.refuse("there is nothing to read: name a file or a folder, or give a --manifest")
    check_bulk_options(options)
    # A fault in reading a picture is told in the picture's line, not as a traceback as well.
    logging.getLogger("digitcnn").addHandler(logging.NullHandler())
    if options.out is not None:
        return read_into_file(options, _find(options))
    from digitcnn.recognition.reader import DigitReader

    with without_notices():
        reader = DigitReader(options.model)
    found = _find(options)
    write = _make_writer(options.format, alone=len(found) == 1 and found[0].named)
    progress = Progress(len(found), quiet=options.quiet or len(found) == 1 or sys.stdout.isatty())
    unread = 0
    for done, result in enumerate(_read(found, reader, options.expect), start=1):
        progress.clear()
        write(result)
        unread += result.error is not None
        progress.show(done, "read")
    progress.clear()
    if unread and options.format != "text":
        print(f"digitcnn: {unread} of {len(found)} could not be read.", file=sys.stderr)
    return 1 if unread else 0


def _find(options: argparse.Namespace) -> list[Found]:
    named = find_pictures(options.paths)
    return named if options.manifest is None else [*named, *read_manifest(options.manifest)]


def _read(found: Sequence[Found], reader: "DigitReader", expect: "Expect") -> "Iterator[FileResult]":
    from digitcnn.ink.images.load import MAX_BYTES
    from digitcnn.recognition.files import read_file
    from digitcnn.recognition.results import FileResult

    for each in found:
        if each.problem is not None:
            yield FileResult(each.path, error=each.problem)
        else:
            file = sys.stdin.buffer.read(MAX_BYTES + 1) if each.path == "-" else each.path
            yield read_file(reader, file, path=each.path, expect=expect).result


def _make_writer(form: str, *, alone: bool) -> "Callable[[FileResult], None]":
    """A function that writes one result to standard output, at once."""
    from digitcnn.recognition.results import COLUMNS, record_of, row_of

    if form == "jsonl":
        return lambda result: print(json.dumps(record_of(result), ensure_ascii=False), flush=True)
    if form == "csv":
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(COLUMNS)

        def write_row(result: "FileResult") -> None:
            rows.writerow(row_of(result))
            sys.stdout.flush()

        return write_row

    def write_text(result: "FileResult") -> None:
        if result.error is not None:
            print(f"digitcnn: {result.error}", file=sys.stderr, flush=True)
        elif alone:
            print(result.reading.text, flush=True)
        else:
            text = result.reading.text.replace("\n", " / ")
            print(f"{result.path}: {text}", flush=True)

    return write_text
