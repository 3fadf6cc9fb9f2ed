"""Feeds broken input to a parser: `python scripts/fuzz.py --seconds 300 pictures`.

Valid input is changed at random, then read. A parser may accept it, or refuse it with an error of
`digitcnn.errors`. Any other exception, a crash, or more than `--limit` seconds of computing is a fault: the
input is kept, its path is printed, and the exit status is 1.
"""

import argparse
import copy
import faulthandler
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.fuzzed_parsers import PARSERS

KEPT = Path(tempfile.gettempdir())


@dataclass
class Outcome:
    """The results of some inputs; `slowest` is in seconds of computing."""

    taken: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def fuzz(
    name: str, *, seconds: float = float("inf"), tries: int = sys.maxsize, seed: int = 0, limit: float = 30.0
) -> Outcome:
    """Feeds a parser until the time or the tries are used up, or until it finds three faults."""
    parser, chance, outcome = PARSERS[name], random.Random(seed), Outcome()
    samples = parser.samples()
    end = time.monotonic() + seconds
    for number in range(tries):
        if time.monotonic() > end or len(outcome.faults) == 3:
            break
        spoiled = copy.deepcopy(chance.choice(samples))
        for _ in range(chance.choice([1, 1, 1, 2, 4, 16])):
            spoiled = parser.spoil(chance, spoiled, chance.choice(samples))
        _keep(spoiled, f"{name}-last")
        began = time.process_time()
        try:
            parser.read(spoiled)
            outcome.taken += 1
        except parser.refuses:
            outcome.refused += 1
        except Exception as error:
            path = _keep(spoiled, f"{name}-{seed}-{number}")
            outcome.faults.append(f"{path}: {type(error).__name__}: {error!s:.200}")
        took = time.process_time() - began
        outcome.slowest = max(outcome.slowest, took)
        if took > limit:
            outcome.faults.append(f"{_keep(spoiled, f'{name}-{seed}-{number}')}: {took:.1f} s of computing")
    _place(f"{name}-last").unlink(missing_ok=True)
    return outcome


def _keep(spoiled: Any, name: str) -> Path:
    path = _place(name)
    path.write_bytes(
        spoiled if isinstance(spoiled, bytes) else repr(spoiled).encode("utf-8", "backslashreplace")
    )
    return path


def _place(name: str) -> Path:
    return KEPT / f"digitcnn-fuzz-{name}.bin"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzzes the parsers that the command line names."""
    parser = argparse.ArgumentParser(description="Feeds broken input to a parser.")
    parser.add_argument("parser", choices=PARSERS, nargs="+")
    parser.add_argument("--seconds", type=float, default=300.0, help="for each parser (default: 300)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--limit", type=float, default=30.0, help="seconds of computing for one input (default: 30)"
    )
    options = parser.parse_args(arguments)
    faulthandler.enable()
    faults = 0
    for name in options.parser:
        cpu = time.process_time()
        outcome = fuzz(name, seconds=options.seconds, seed=options.seed, limit=options.limit)
        faults += len(outcome.faults)
        print(
            f"{name}: {outcome.taken + outcome.refused:,} inputs in {options.seconds:.0f} s "
            f"({time.process_time() - cpu:.0f} s of computing), {outcome.taken:,} taken, {outcome.refused:,} "
            f"refused, slowest {outcome.slowest:.2f} s, {len(outcome.faults)} faults",
            *outcome.faults,
            sep="\n  ",
            flush=True,
        )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
