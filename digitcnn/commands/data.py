"""`digitcnn data`: lists, fetches and describes data sets, and adds your own."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from digitcnn.classes import DIGITS, are_classes
from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.terminal import align
from digitcnn.errors import DatasetError

FETCHED = ("mnist", "pens", "fashion-mnist", "kmnist", "emnist-letters")
"""Data sets that have a public download."""

_DESCRIPTION = """\
Lists, fetches and describes the data sets that models learn from, and adds your own. Files in the folder
DIGITCNN_DATA come first; downloads are kept where Keras keeps its own (KERAS_HOME), sets that you add beside
the runs."""

_ADD = """\
Adds a data set of your own, for `digitcnn train --data NAME`. PATH is one of these:

  a folder or ZIP archive   with a folder of pictures for each class, perhaps under train/ and test/
  a CSV file                in the form of Kaggle's digit recognizer: label,pixel0,...,pixel783
  an .npz file              with x_train and y_train, perhaps x_test and y_test; or my-digits.npz, the
                            digits that you corrected on Draw and Upload

Pictures are 28 x 28, in gray. A sixth of each class is held out for testing where the file holds no test
images. What is wrong with the file is said in a sentence, and nothing is kept then."""

_ADD_EXAMPLES = """\
digitcnn data add kaggle train.csv
digitcnn data add pets pets.zip --pictures --fit
digitcnn data add mine my-digits.npz"""


def add_to(commands: Subparsers) -> None:
    """Describes the command and its parts."""
    parser = add_command(commands, "data", "list, fetch, describe and add data sets", _DESCRIPTION)
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

    adding = add_command(parts, "add", "add your own", _ADD, run=_add, examples=_ADD_EXAMPLES)
    adding.add_argument("name", metavar="NAME", help="small letters, digits and hyphens")
    adding.add_argument("path", type=Path, metavar="PATH", help="folder or file")
    adding.add_argument(
        "--pictures",
        action="store_true",
        help="of things, not of handwriting: never inverted, and not offered on Draw and Upload",
    )
    adding.add_argument(
        "--fit", action="store_true", help="make pictures of other sizes 28 x 28 instead of refusing them"
    )
    adding.add_argument(
        "--classes", metavar="A,B,...", help="names of the classes, by label, of a CSV or .npz file"
    )
    removing = add_command(
        parts, "remove", "remove one of your own", "Removes a data set that you added.", run=_remove
    )
    removing.add_argument("name", metavar="NAME", help="of a data set that was added here")


def _add(options: argparse.Namespace) -> int:
    from digitcnn.training.collection.add import add_dataset

    names = tuple(name.strip() for name in options.classes.split(",")) if options.classes else None
    if names and not are_classes(names):
        raise DatasetError("--classes needs two names or more, all different, of 40 characters at most.")
    added = add_dataset(
        options.name, options.path, ink=not options.pictures, fit=options.fit, names=names, report=_reporter()
    )
    print(f"{added.name}: {added.origin}. Train on it with `digitcnn train simple --data {added.name}`.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    from digitcnn.training.collection.own import remove_own

    remove_own(options.name)
    print(f"removed {options.name}")
    return 0


def _reporter() -> Callable[[float, str], None]:
    """Prints progress on standard error at every tenth."""
    tenths: set[int] = set()

    def report(done: float, doing: str) -> None:
        if (tenth := int(done * 10)) not in tenths:
            tenths.add(tenth)
            print(doing, file=sys.stderr, flush=True)

    return report


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

    if find_file(options.name) is None:
        fetch(options.name, _reporter())
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
