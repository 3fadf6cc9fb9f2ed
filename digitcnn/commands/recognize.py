"""`digitcnn recognize`: reads pictures, to standard output or with `--out` into a file of results."""

import argparse
import csv
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitcnn.commands.parsing import Subparsers, add_command, add_format
from digitcnn.commands.picture_files import PictureFile, find_pictures, read_manifest
from digitcnn.commands.terminal import ProgressLine, silence_libraries
from digitcnn.errors import InputError

if TYPE_CHECKING:
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.recognition.reading import Expect
    from digitcnn.recognition.results import FileResult
    from digitcnn.run_folder import RunFolder

FORMATS = ("text", "jsonl", "csv")

MAX_PRINTED_ERRORS = 20
"""With --out; the file of results holds all of them."""

_DESCRIPTION = """\
Reads the handwritten digits in pictures.

A PATH is a file, a folder (every file in it and below, hidden ones left out), a pattern such as
'scans/*.png', or - for one picture on standard input. A file that is not a picture gets an error in its
line, and the others are read all the same; the exit code is then 1. Every page of a PDF and every
picture in a ZIP, up to 100, has a line of its own: "scan.pdf, page 2" or scans.zip/a.png.

formats:
  text   the number alone for one file, PATH: NUMBER for several, / between its lines; errors go to
         standard error
  jsonl  an object per line: {"path", "text", "digits": [{"label", "confidence", "box",
         "probabilities", "kind"}], "printed": [{"box", "kind"}], "error"}; "label" is null where a
         piece of ink is not a digit, "box" is [x, y, width, height] in pixels, "kind" handwritten or
         printed, "error" null or a sentence; printed digits are left out of "text" and "digits"
  csv    a header, then a row per file: file, text, digits, lowest_confidence, error

Write very many pictures to a file with --out. Run the command again to resume: pictures that are in the
file are skipped. With --ray or --address they are read on all cores of this machine or of a cluster, in
any order."""

_EXAMPLES = """\
digitcnn recognize photo.jpg
digitcnn recognize scans/ --format jsonl > scans.jsonl
digitcnn recognize --expect digit 'digits/**/*.png' --format csv
digitcnn recognize scans/ --ray --out scans.jsonl
curl -s https://example.org/number.png | digitcnn recognize -"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    parser = add_command(
        commands, "recognize", "read the digits in pictures", _DESCRIPTION, run=_recognize, examples=_EXAMPLES
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="file, folder, pattern, or - for standard input"
    )
    add_format(parser, *FORMATS)
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
    many = parser.add_argument_group("very many pictures")
    many.add_argument("--manifest", type=Path, metavar="FILE", help="also read the files that FILE lists")
    many.add_argument(
        "--out",
        type=Path,
        metavar="RESULTS",
        help="write to RESULTS.jsonl, or to a folder RESULTS.parquet; pictures that are there are skipped",
    )
    many.add_argument(
        "--ray", action="store_true", help="read on all cores with Ray (pip install -r requirements-ray.txt)"
    )
    many.add_argument(
        "--address", metavar="HOST:PORT", help="head of a Ray cluster, or auto on one of its nodes"
    )
    many.add_argument(
        "--workers", type=int, metavar="N", help="how many read at once with Ray (default: one a core)"
    )
    parser.set_defaults(refuse=parser.error)


def _recognize(options: argparse.Namespace) -> int:
    if not options.paths and options.manifest is None:
        options.refuse("there is nothing to read: name a file or a folder, or give a --manifest")
    _check_options(options)
    # The picture's line tells of a fault in reading it; a traceback on standard error would repeat that.
    logging.getLogger("digitcnn").addHandler(logging.NullHandler())
    return _print_results(options) if options.out is None else _read_into_file(options)


def _check_options(options: argparse.Namespace) -> None:
    on_ray = options.ray or options.address is not None
    if on_ray and options.out is None:
        raise InputError("Ray needs a file for the results: add --out RESULTS.jsonl or RESULTS.parquet.")
    if options.workers is not None and options.workers < 1:
        raise InputError(f"--workers must be at least 1, received {options.workers}.")
    if options.workers is not None and not on_ray:
        raise InputError("--workers needs --ray or --address.")


def _find(options: argparse.Namespace) -> list[PictureFile]:
    named = find_pictures(options.paths)
    return named if options.manifest is None else [*named, *read_manifest(options.manifest)]


def _print_results(options: argparse.Namespace) -> int:
    """Writes each result to standard output as soon as it is known; returns the exit code."""
    from digitcnn.recognition.reader import DigitReader

    with silence_libraries():
        reader = DigitReader(options.model)
    found = _find(options)
    alone = found[0].path if len(found) == 1 and found[0].named else None
    write = _make_writer(options.format, alone)
    progress = ProgressLine(len(found), quiet=options.quiet or len(found) == 1 or sys.stdout.isatty())
    unread = total = 0
    for done, results in enumerate(_read(found, reader, options.expect), start=1):
        for result in results:
            progress.clear()
            write(result)
            sys.stdout.flush()
            unread += result.error is not None
            total += 1
        progress.show(done)
    progress.clear()
    if unread and options.format != "text":
        print(f"digitcnn: {unread} of {total} could not be read.", file=sys.stderr)
    return 1 if unread else 0


def _read(
    found: Sequence[PictureFile], reader: "DigitReader", expect: "Expect"
) -> "Iterator[Iterable[FileResult]]":
    """The results of each file: one, or one for each of its parts."""
    from digitcnn.ink.images.load import MAX_BYTES
    from digitcnn.recognition.files import read_parts
    from digitcnn.recognition.results import FileResult

    for each in found:
        if each.problem is not None:
            yield [FileResult(each.path, error=each.problem)]
        else:
            file = sys.stdin.buffer.read(MAX_BYTES + 1) if each.path == "-" else each.path
            yield read_parts(reader, file, path=each.path, expect=expect)


def _make_writer(form: str, alone: str | None) -> "Callable[[FileResult], None]":
    """A function that writes one result to standard output; as text, that of `alone` without its name."""
    from digitcnn.recognition.results import COLUMNS, record_of, row_of

    if form == "jsonl":
        return lambda result: print(json.dumps(record_of(result), ensure_ascii=False))
    if form == "csv":
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(COLUMNS)
        return lambda result: rows.writerow(row_of(result))

    def write_text(result: "FileResult") -> None:
        if result.error is not None:
            print(f"digitcnn: {result.error}", file=sys.stderr, flush=True)
        elif result.path == alone:
            print(result.reading.text)
        else:
            print(f"{result.path}:", result.reading.text.replace("\n", " / "))

    return write_text


def _read_into_file(options: argparse.Namespace) -> int:
    """Reads the pictures that are not in the file of results yet; returns the exit code."""
    from digitcnn.recognition.result_files import describe_reading, line_of, open_results
    from digitcnn.recognition.results import FileResult
    from digitcnn.run_folder import find_run

    found = {each.path: each for each in _find(options)}
    if "-" in found:
        raise InputError("Standard input cannot be read into a file of results: name a file.")
    folder = find_run(options.model)
    results = open_results(options.out, describe_reading(folder, options.expect))
    try:
        new = [each for each in found.values() if not results.holds(each.path)]
        if skipped := len(found) - len(new):
            print(f"{skipped} skipped: {options.out} holds them already.", file=sys.stderr)
        results.add([line_of(FileResult(each.path, error=each.problem)) for each in new if each.problem])
        progress = ProgressLine(len(new), quiet=options.quiet)
        done, printed = 0, 0
        for lines in _read_lines(options, [each.path for each in new if not each.problem], folder):
            for record in results.add(lines):
                if record["error"] is not None and printed < MAX_PRINTED_ERRORS:
                    progress.clear()
                    print(f"digitcnn: {record['error']}", file=sys.stderr, flush=True)
                    printed += 1
            done = min(done + len(lines), len(new))
            progress.show(done)
        progress.clear()
    finally:
        results.close()
    if results.failed:
        print(
            f"digitcnn: {results.failed} could not be read: {options.out} says why for each.", file=sys.stderr
        )
    return 1 if results.failed else 0


def _read_lines(
    options: argparse.Namespace, paths: Sequence[str], folder: "RunFolder"
) -> Iterator[list[bytes]]:
    """Lists of result lines, read in this process or on Ray."""
    if not paths:
        return
    if options.ray or options.address is not None:
        from digitcnn.cluster.session import connected

        with connected(options.address) as ray:
            from digitcnn.cluster.reading import read_on_ray

            yield from read_on_ray(ray, paths, folder, expect=options.expect, workers=options.workers)
        return
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.recognition.result_files import line_of

    with silence_libraries():
        reader = DigitReader(folder.path)
    for results_of_file in _read([PictureFile(path) for path in paths], reader, options.expect):
        yield [line_of(result) for result in results_of_file]
