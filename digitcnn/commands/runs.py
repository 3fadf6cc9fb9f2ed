"""`digitcnn runs`: lists, shows and deletes runs."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from digitcnn.commands.parsing import Subparsers, add_command, add_format
from digitcnn.commands.terminal import align
from digitcnn.errors import InputError, ModelNotFoundError
from digitcnn.lab.runs.catalog import (
    Run,
    get_own_run,
    inspect_run,
    list_own_runs,
    list_shipped_runs,
    read_test_accuracy,
)
from digitcnn.run_folder import SHIPPED

_DESCRIPTION = """\
Lists, shows and deletes runs: the models that ship, and those that were trained on this machine, which
lie under runs/ or where DIGITCNN_RUNS says."""

_NUMBERS = ("seed", "temperature", "refuse_above", "refusal_bias")
_COLUMNS = ("run", "made", "state", "preset", "test accuracy", "parameters", "training")


def add_to(commands: Subparsers) -> None:
    """Describes the command and its parts."""
    parser = add_command(commands, "runs", "list, show and delete runs", _DESCRIPTION, run=_list)
    parser.set_defaults(format="text")
    parts = parser.add_subparsers(metavar="PART", title="parts (default: list)")
    listing = add_command(parts, "list", "all runs, a line each", "Lists all runs, a line each.", run=_list)
    add_format(listing, "text", "jsonl")
    showing = add_command(parts, "show", "the record of one run", "Shows the record of one run.", run=_show)
    showing.add_argument("name", metavar="RUN", help="name of a run, or path of its folder")
    add_format(showing, "text", "jsonl")
    deleting = add_command(
        parts,
        "delete",
        "delete runs of this machine with all their files",
        "Deletes runs of this machine with all their files. Models that ship are never deleted.",
        run=_delete,
    )
    deleting.add_argument("names", nargs="+", metavar="RUN", help="name of a run")
    deleting.add_argument("--yes", action="store_true", help="don't ask")


def find_any_run(name_or_path: str) -> Run:
    """A run in any state, by name (those that ship first) or by the path of its folder.

    Raises:
        ModelNotFoundError: there is none.
    """
    runs = [*list_shipped_runs(), *list_own_runs()]
    for run in runs:
        if run.name == name_or_path:
            return run
    path = Path(name_or_path)
    if (path / "run.json").is_file():
        return inspect_run(path, shipped=path.resolve().parent == SHIPPED)
    known = ", ".join(run.name for run in runs) or "none"
    raise ModelNotFoundError(f"There is no run called {name_or_path!r}; there are: {known}.")


def _list(options: argparse.Namespace) -> int:
    runs = [*list_shipped_runs(), *list_own_runs()]
    if options.format == "jsonl":
        for run in runs:
            print(json.dumps(_brief_record(run)))
    else:
        print(align([_COLUMNS, *map(_row, runs)], right={4, 5, 6}))
    return 0


def _brief_record(run: Run) -> dict[str, Any]:
    record = run.record
    return {
        "name": run.name,
        "path": str(run.folder.path),
        "shipped": run.shipped,
        "state": run.state,
        "preset": record and record.preset,
        "test_accuracy": read_test_accuracy(run),
        "parameters": record and record.parameters,
        "seconds": record and record.seconds,
        "problem": run.problem,
    }


def _row(run: Run) -> tuple[str, ...]:
    from digitcnn.lab.runs.run_table import MISSING, format_duration

    accuracy, record = read_test_accuracy(run), run.record
    return (
        run.name,
        "shipped" if run.shipped else "here",
        run.state,
        record.preset if record else MISSING,
        MISSING if accuracy is None else f"{accuracy:.2%}",
        f"{record.parameters:,}" if record else MISSING,
        format_duration(record.seconds) if record else MISSING,
    )


def _show(options: argparse.Namespace) -> int:
    from digitcnn.lab.runs.run_table import format_change, format_value
    from digitcnn.training.session.changes import read_changes

    run = find_any_run(options.name)
    record = run.folder.read_record()
    if options.format == "jsonl":
        print(json.dumps({**_brief_record(run), "record": asdict(record)}))
        return 0
    rows = list(zip(_COLUMNS, _row(run), strict=True))
    rows += [
        ("folder", str(run.folder.path)),
        ("started", record.started),
        ("finished", format_value(record.finished)),
    ]
    for title, entries in (
        ("setting", record.settings),
        ("", {name.replace("_", " "): getattr(record, name) for name in _NUMBERS}),
        ("version", record.versions),
        ("machine", record.machine),
    ):
        rows += [(f"{title} {name}".strip(), format_value(value)) for name, value in entries.items()]
    for part, entry in record.dataset.items():
        if isinstance(entry, dict):
            rows.append((f"data, {part}", f"{entry.get('name')}, {format_value(entry.get('images'))} images"))
    rows += [("while it trained", format_change(each)) for each in read_changes(run.folder.changes_csv)]
    files = sorted(path.name for path in run.folder.path.iterdir() if not path.name.startswith("."))
    rows.append(("files", ", ".join(files)))
    if run.problem:
        rows.append(("problem", run.problem))
    print(align(rows))
    return 0


def _delete(options: argparse.Namespace) -> int:
    from digitcnn.lab.jobs.queue import delete

    names = list(dict.fromkeys(options.names))
    shipped = {run.name for run in list_shipped_runs()} - {run.name for run in list_own_runs()}
    if kept := shipped.intersection(names):
        raise InputError(f"{min(kept)!r} ships with digitcnn: only runs of this machine can be deleted.")
    runs = [get_own_run(name) for name in names]
    if not options.yes:
        _confirm([run.name for run in runs])
    for run in runs:
        delete(run.name)
        print(f"deleted {run.name}", flush=True)
    return 0


def _confirm(names: list[str]) -> None:
    """Raises unless a person at the terminal confirms."""
    if not sys.stdin.isatty():
        raise InputError("Nothing was deleted: add --yes where nobody can confirm.")
    print(f"Delete {', '.join(names)} with all files? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError("Nothing was deleted.")
