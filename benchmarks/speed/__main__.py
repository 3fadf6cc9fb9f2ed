"""Measures how fast and how light everything is, and prints one table.

    python -m benchmarks.speed [PART ...] [--write]

Without a part it measures all of them, each in a process of its own, one after another; the figures are
kept in `benchmarks/speed.json`, so that a part can be measured again alone. `--write` puts the table into
README. What many visitors at once take is measured by `python -m benchmarks.load`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import Figure, describe_machine, table_of
from benchmarks.tables import insert

PARTS = ("cold_start", "pen_up", "memory", "answers", "pages", "api", "race", "pipelines")
RESULTS = Path(__file__).resolve().parent.with_suffix(".json")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--write", action="store_true", help="put the table into README")
    parser.add_argument("--print", action="store_true", help="measure nothing, show what is kept")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if options.alone:
        figures = import_module(f"benchmarks.speed.{options.parts[0]}").measure()
        options.alone.write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")
        return
    for part in [] if options.print else options.parts or PARTS:
        print(f"Measuring {part} ...", file=sys.stderr, flush=True)
        keep(part, measure_alone(part))
    text = describe(read_results())
    print(text)
    if options.write:
        insert("speed", text)


def measure_alone(part: str) -> list[dict[str, Any]]:
    """A part's figures, measured in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "figures.json"
        quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"}
        command = [sys.executable, "-m", "benchmarks.speed", part, "--alone", str(answer)]
        subprocess.run(command, check=True, env=quiet)
        return json.loads(answer.read_text(encoding="utf-8"))


def read_results() -> dict[str, Any]:
    """The stored results of each part: "measured" (UTC), "machine" and "figures"."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}


def keep(part: str, figures: list[dict[str, Any]]) -> None:
    """Replaces the stored results of a part."""
    kept = read_results()
    kept[part] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "figures": figures,
    }
    in_order = {name: kept[name] for name in PARTS if name in kept}
    RESULTS.write_text(json.dumps(in_order, indent=1) + "\n", encoding="utf-8")


def describe(results: dict[str, Any]) -> str:
    """The machine in a line, and the table."""
    figures = [Figure(**figure) for part in results.values() for figure in part["figures"]]
    machines = dict.fromkeys(part["machine"] for part in results.values())
    return f"{'; '.join(machines)}. Medians; MB are 1,000,000 bytes.\n\n{table_of(figures)}"


if __name__ == "__main__":
    main()
