"""Adds a data set that somebody brings: `python -m digitcnn.training.collection.add NAME PATH [OPTION ...]`.

As a program it reports its progress as lines of JSON: the Data page runs it beside the web server, whose
memory it would fill.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

from digitcnn.errors import DatasetError
from digitcnn.training.collection import own
from digitcnn.training.collection.checks import check_and_split
from digitcnn.training.collection.from_csv import read_csv
from digitcnn.training.collection.from_npz import read_npz
from digitcnn.training.collection.from_pictures import read_folder, read_zip
from digitcnn.training.collection.idx import Report
from digitcnn.training.collection.registry import BUILT_IN

KINDS = (".csv", ".npz", ".zip")
"""Suffixes of the files that can be added; a folder can be added as well."""


def add_dataset(
    name: str,
    path: Path,
    *,
    ink: bool = True,
    names: tuple[str, ...] | None = None,
    fit: bool = False,
    origin: str | None = None,
    report: Report = lambda done, doing: None,
) -> own.OwnSet:
    """Adds a folder or ZIP archive of class folders, a CSV in Kaggle's form, or an `.npz`.

    Args:
        name: of the new set: small letters, digits and hyphens.
        path: of the file or folder.
        ink: whether it holds handwriting, as people draw and upload it: then it is inverted where it is dark
            on light, and models of it are offered on Draw and Upload.
        names: of the classes, by label, for a CSV or an `.npz`.
        fit: makes pictures of other sizes 28 x 28.
        origin: the file's name for people, where `path` is another one.
        report: receives the progress.

    Raises:
        DatasetError: the name is taken, or something is wrong with the file; nothing is kept then.
    """
    own.check_name(name)
    if name in BUILT_IN or name == "pens":
        raise DatasetError(f"{name!r} is the name of a data set that comes with digitcnn: choose another.")
    if own.is_own(name):
        raise DatasetError(f"There is a data set {name!r} already: choose another name, or remove it first.")
    report(0.0, "Reading the file")
    if path.is_dir():
        raw = read_folder(path, report, fit=fit)
    elif not path.is_file():
        raise DatasetError(f"There is no file or folder {str(path)!r}.")
    elif path.suffix.lower() == ".csv":
        raw = read_csv(path, names, report)
    elif path.suffix.lower() == ".npz":
        raw = read_npz(path, names)
    elif path.suffix.lower() == ".zip":
        raw = read_zip(path, report, fit=fit)
    else:
        kinds = ", ".join(KINDS)
        raise DatasetError(
            f"{path.name} is of another kind: bring a folder of class folders, or one of {kinds}."
        )
    report(0.85, "Checking images and labels")
    train, test = check_and_split(raw, name=name, ink=ink)
    count = len(train) + len(test)
    digest = hashlib.sha256(test.images.tobytes() + test.labels.tobytes()).hexdigest()[:6]
    title = f"{count:,} images of {len(raw.classes)} classes from {origin or path.name}"
    added = own.OwnSet(name, raw.classes, title, ink, len(train), digest)
    report(0.95, "Keeping them")
    own.keep_own(added, train, test)
    report(1.0, f"{name} is ready")
    return added


def main(arguments: list[str]) -> int:
    """Adds a set and prints its progress as lines of JSON; returns the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("path", type=Path)
    parser.add_argument("--origin")
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args(arguments)

    def report(done: float, doing: str) -> None:
        print(json.dumps({"done": round(done, 3), "doing": doing}), flush=True)

    try:
        add_dataset(
            options.name,
            options.path,
            ink=not options.pictures,
            fit=options.fit,
            origin=options.origin,
            report=report,
        )
    except DatasetError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
