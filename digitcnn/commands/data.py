"""`digitcnn data`: fetches and describes data sets."""

import argparse
import sys
from typing import TYPE_CHECKING

from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.terminal import align
from digitcnn.errors import DatasetError

if TYPE_CHECKING:
    from digitcnn.lab.datasets.sources import SetName

_SETS: "dict[SetName, str]" = {"mnist": "MNIST", "pens": "pen strokes", "bundled": "scikit-learn's digits"}

_DESCRIPTION = """\
Fetches and describes the data sets that models learn from. Files in the folder DIGITCNN_DATA come
first; downloads are kept where Keras keeps its own (KERAS_HOME)."""


def add_to(commands: Subparsers) -> None:
    """Describes the command and its parts."""
    parser = add_command(commands, "data", "fetch and describe data sets", _DESCRIPTION)
    parts = parser.add_subparsers(required=True, metavar="PART", title="parts")
    fetching = add_command(
        parts, "fetch", "download a data set", "Downloads a data set, unless it is here already.", run=_fetch
    )
    fetching.add_argument("name", choices=("mnist", "pens"), help="one of %(choices)s")
    describing = add_command(
        parts,
        "describe",
        "how many of each digit there are",
        "Shows where a data set lies, and how many of each digit it holds.",
        run=_describe,
    )
    describing.add_argument(
        "name", choices=_SETS, nargs="?", help="one of %(choices)s (default: all on this machine)"
    )


def _fetch(options: argparse.Namespace) -> int:
    from digitcnn.lab.datasets.sources import find_file
    from digitcnn.training.fetch import fetch_mnist, fetch_pens

    tenths: set[int] = set()

    def report(done: float, doing: str) -> None:
        """Prints the progress of the download at every tenth."""
        if (tenth := int(done * 10)) not in tenths:
            tenths.add(tenth)
            print(doing, file=sys.stderr, flush=True)

    if find_file(options.name) is None:
        (fetch_mnist if options.name == "mnist" else fetch_pens)(report)
    print(find_file(options.name))
    return 0


def _describe(options: argparse.Namespace) -> int:
    from digitcnn.lab.datasets.sources import find_file, is_at_hand, load_set

    names: list[SetName] = [options.name] if options.name else [name for name in _SETS if is_at_hand(name)]
    for place, name in enumerate(names):
        if not is_at_hand(name):
            raise DatasetError(
                f"{_SETS[name]} is not on this machine: download it with `digitcnn data fetch {name}`."
            )
        found = load_set(name, lambda done, doing: None)
        writers = f", {found.writers} writers" if found.writers else ""
        if place:
            print()
        print(f"{_SETS[name]}{writers}: {find_file(name) or 'comes with scikit-learn'}")
        head = ("", "digits", *map(str, range(10)))
        rows = [(part.name, f"{sum(part.counts):,}", *map(str, part.counts)) for part in found.parts]
        print(align([head, *rows], right=range(1, 12)), flush=True)
    return 0
