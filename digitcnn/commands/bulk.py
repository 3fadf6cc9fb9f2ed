"""`digitcnn recognize --out`: many pictures into a results file that the same command goes on with."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digitcnn.commands.picture_files import Found
from digitcnn.commands.progress import Progress, without_notices
from digitcnn.errors import InputError

if TYPE_CHECKING:
    from digitcnn.recognition.reading import Expect
    from digitcnn.run_folder import RunFolder

MAX_SAID = 20
"""Failures that are said one by one; all stand in the results."""


def read_into_file(options: argparse.Namespace, found: Sequence[Found]) -> int:
    """Reads what is not in the results yet; the exit status."""
    from digitcnn.recognition.result_files import describe_reading, line_of, open_results
    from digitcnn.recognition.results import FileResult
    from digitcnn.run_folder import find_run

    if any(each.path == "-" for each in found):
        raise InputError("Standard input cannot be read into a file of results: name a file.")
    folder = find_run(options.model)
    results = open_results(options.out, describe_reading(folder, options.expect))
    try:
        new = list(dict.fromkeys(each.path for each in found if not results.holds(each.path)))
        before = len({each.path for each in found}) - len(new)
        if before:
            print(f"{before} are in {options.out} already.", file=sys.stderr)
        problems = {each.path: each.problem for each in found if each.problem is not None}
        results.add([line_of(FileResult(path, error=problems[path])) for path in new if path in problems])
        progress = Progress(len(new), quiet=options.quiet)
        done, said = 0, 0
        with _reading(options, [path for path in new if path not in problems], folder) as batches:
            for lines in batches:
                for record in results.add(lines):
                    if record["error"] is not None and said < MAX_SAID:
                        progress.clear()
                        print(f"digitcnn: {record['error']}", file=sys.stderr, flush=True)
                        said += 1
                done += len(lines)
                progress.show(done, "read")
        progress.clear()
    finally:
        results.close()
    if results.failed:
        print(
            f"digitcnn: {results.failed} could not be read: {options.out} says why for each.",
            file=sys.stderr,
        )
    return 1 if results.failed else 0


@contextmanager
def _reading(
    options: argparse.Namespace, paths: Sequence[str], folder: "RunFolder"
) -> Iterator[Iterator[list[bytes]]]:
    """The lines of results, a list at a time: read here, or on Ray."""
    if not paths:
        yield iter(())
    elif options.ray or options.address is not None:
        from digitcnn.cluster.session import connected

        with connected(options.address) as ray:
            from digitcnn.cluster.reading import read_on_ray

            yield read_on_ray(ray, paths, folder, expect=options.expect, workers=options.workers)
    else:
        yield _read_here(paths, folder, options.expect)


def _read_here(paths: Sequence[str], folder: "RunFolder", expect: "Expect") -> Iterator[list[bytes]]:
    from digitcnn.recognition.files import read_file
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.recognition.result_files import line_of

    with without_notices():
        reader = DigitReader(folder.path)
    for path in paths:
        yield [line_of(read_file(reader, path, path=path, expect=expect).result)]


def add_bulk_options(parser: argparse.ArgumentParser) -> None:
    """The options of reading very many pictures."""
    many = parser.add_argument_group("very many pictures")
    many.add_argument(
        "--manifest", type=Path, metavar="FILE", help="a file with a path in every line, read as well"
    )
    many.add_argument(
        "--out",
        type=Path,
        metavar="RESULTS",
        help="write to RESULTS.jsonl, or to a folder RESULTS.parquet; the same command goes on where it was "
        "cut off, and leaves out what is there",
    )
    many.add_argument(
        "--ray", action="store_true", help="read on all cores with Ray (pip install -r requirements-ray.txt)"
    )
    many.add_argument(
        "--address", metavar="HOST:PORT", help="of a Ray cluster's head, or auto on one of its nodes"
    )
    many.add_argument(
        "--workers", type=int, metavar="N", help="how many read at once with Ray (default: one a core)"
    )


def check_bulk_options(options: argparse.Namespace) -> None:
    """Refuses options that belong together and don't stand together.

    Raises:
        InputError: they don't.
    """
    on_ray = options.ray or options.address is not None
    if on_ray and options.out is None:
        raise InputError("With Ray, results go into a file: add --out RESULTS.jsonl or RESULTS.parquet.")
    if options.workers is not None and (options.workers < 1 or not on_ray):
        raise InputError("--workers is a number from 1 on, and goes with --ray or --address.")
