"""`digitcnn data`: lists, fetches and describes data sets."""

import argparse
import sys

from digitcnn.classes import DIGITS
from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.terminal import align
from digitcnn.errors import DatasetError

FETCHED = ("mnist", "pens", "fashion-mnist", "kmnist", "emnist-letters")
"""Data sets that have a public download."""

_DESCRIPTION = """\
Lists, fetches and describes the data sets that models learn from. Files in the folder DIGITCNN_DATA come
first; downloads are kept where Keras keeps its own (KERAS_HOME)."""


def add_to(commands: Subparsers) -> None:
    """Describes the command and its parts."""
    parser = add_command(commands, "data", "list, fetch and describe data sets", _DESCRIPTION)
    parts = parser.add_subparsers(required=True, metavar="PART", title="parts")
    add_command(
        parts,
        "list",
        "all data sets, a line each",
        "Lists the data sets that `digitcnn train --data NAME` takes.",
        run=_list,
    )
    fetching = add_command(
        parts, "fetch", "download a data set", "Downloads a data set, unless it is here already.", run=_fetch
    )
    fetching.add_argument("name", choices=FETCHED, help="one of %(choices)s")
    describing = add_command(
        parts,
        "describe",
        "how many of each class there are",
        "Shows where a data set lies, and how many images of each class it holds.",
        run=_describe,
    )
    describing.add_argument(
        "name", metavar="NAME", nargs="?", help="of a data set (default: all on this machine)"
    )


def _list(options: argparse.Namespace) -> int:
    from digitcnn.lab.datasets.sources import list_datasets

    rows = [("data set", "classes", "on this machine", "")]
    for dataset in list_datasets():
        here = "yes" if dataset.is_here else "no"
        rows.append((dataset.name, str(len(dataset.classes)), here, dataset.title))
    print(align(rows, right={1}))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from digitcnn.lab.datasets.sources import find_file
    from digitcnn.training.fetch import fetch

    tenths: set[int] = set()

    def report(done: float, doing: str) -> None:
        """Prints the progress of the download at every tenth."""
        if (tenth := int(done * 10)) not in tenths:
            tenths.add(tenth)
            print(doing, file=sys.stderr, flush=True)

    if find_file(options.name) is None:
        fetch(options.name, report)
    print(find_file(options.name))
    return 0


def _describe(options: argparse.Namespace) -> int:
    from digitcnn.lab.datasets.sources import find_file, is_at_hand, load_set, shown_sets, title_of

    names = [options.name] if options.name else [name for name in shown_sets() if is_at_hand(name)]
    for place, name in enumerate(names):
        _check_is_here(name)
        found = load_set(name, lambda done, doing: None)
        writers = f", {found.writers} writers" if found.writers else ""
        if place:
            print()
        print(f"{title_of(name)}{writers}: {find_file(name) or 'comes with scikit-learn'}")
        classes = found.train.classes
        noun = "digits" if classes == DIGITS else "images"
        rows = [
            ("", noun, *classes),
            *((part.name, f"{sum(part.counts):,}", *map(str, part.counts)) for part in found.parts),
        ]
        if classes != DIGITS:  # Long names stand below one another.
            rows = list(zip(*rows, strict=True))
        print(align(rows, right=range(1, 2 + len(classes))), flush=True)
    return 0


def _check_is_here(name: str) -> None:
    """Raises, with a way out, where a set is not on this machine."""
    from digitcnn.lab.datasets.sources import PENS, find_dataset, how_to_get, is_at_hand, title_of

    if not is_at_hand(name):
        way = (
            "download it with `digitcnn data fetch pens`" if name == PENS else how_to_get(find_dataset(name))
        )
        raise DatasetError(f"{title_of(name)} {'are' if name == PENS else 'is'} not on this machine: {way}.")
