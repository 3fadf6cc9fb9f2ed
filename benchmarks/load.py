"""Measures how long visitors wait while many draw at once.

    python -m benchmarks.load [--visitors N] [--seconds N] [--write]

Each visitor is a session of its own over a websocket, which sends what a browser sends
(`speed/visitor.py`): a stroke every two seconds, of sample digits at random places, and Clear a second after
the fifth, the last of a sheet. Each begins at another stroke of a sheet: they don't all clear at once. Every
answer is compared with the model's own answer to the same strokes. This is done twice: with nothing else
running, for about 2,000 answers, and beside one training, started as the Model Lab starts it. The visitors
share the server's cores, and take processor time from it.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed.figures import describe_machine
from benchmarks.speed.visitor import Visitor, stroke_object
from benchmarks.tables import insert, markdown
from digitcnn import DigitReader
from digitcnn.ink.fabric import strokes_from_canvas
from digitcnn.lab.jobs.processes import end_process, start_process
from digitcnn.web.samples import sample_strokes
from testbed.server import Server, start_server, wait_until_healthy

EVERY, CLEAR_AFTER = 2.0, 1.0
STROKES = 5
"""Strokes on the canvas until it is cleared."""

WARM_UP = 5.0
"""Seconds at the start that don't count: the first stroke loads libraries."""

RESULTS = Path(__file__).with_suffix(".json")

Objects = list[dict[str, Any]]


@dataclass
class Tally:
    """The results under load.

    Attributes:
        waits: seconds from pen-up to the answer's arrival, of every stroke.
        wrong: answers that the model would not have given.
        broken: sessions that ended with an error.
        memory: (answers so far, MB) once a second.
    """

    waits: list[float] = field(default_factory=list)
    wrong: int = 0
    broken: int = 0
    memory: list[tuple[int, float]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=170.0, help="without the training (default: 170)")
    parser.add_argument("--write", action="store_true", help="put the table into README")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for training, seconds in ((False, options.seconds), (True, options.seconds / 3)):
        rows.append(measure(options.visitors, seconds, training=training))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    kept = {"machine": describe_machine(), "visitors": options.visitors, "rows": rows}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    text = describe(kept)
    print(text)
    if options.write:
        insert("load", text)


def measure(visitors: int, seconds: float, *, training: bool) -> dict[str, Any]:
    """One server under load."""
    with start_server() as server:
        wait_until_healthy(server)
        sheets = [_draw_sheet(number) for number in range(2 * visitors)]
        with _training() if training else _nothing():
            before = server.cpu_seconds()
            tally = asyncio.run(_load(server, sheets, visitors, seconds))
            busy = (server.cpu_seconds() - before) / seconds
    waits = 1000 * np.array(tally.waits)
    slope, error = slope_of(tally.memory) if not training else (float("nan"), float("nan"))
    return {
        "with": "one training" if training else "nothing else",
        "answers": len(waits),
        "errors": tally.wrong + tally.broken,
        "median": round(float(np.median(waits)), 1),
        "p95": round(float(np.quantile(waits, 0.95)), 1),
        "most": round(float(waits.max()), 1),
        "cores": round(busy, 2),
        "memory": round(tally.memory[-1][1], 1),
        "slope": None if training else round(slope, 2),
        "slope_error": None if training else round(error, 2),
    }


def describe(kept: dict[str, Any]) -> str:
    """The table, with the machine above it."""
    head = [
        "beside them",
        "answers",
        "errors",
        "median",
        "95th percentile",
        "longest",
        "server's cores",
        "memory",
    ]
    rows = [
        [
            row["with"],
            f"{row['answers']:,}",
            str(row["errors"]),
            *(f"{row[name]:,.0f} ms" for name in ("median", "p95", "most")),
            f"{row['cores']:.2f}",
            f"{row['memory']:.0f} MB",
        ]
        for row in kept["rows"]
    ]
    alone = kept["rows"][0]
    return (
        f"{kept['machine']}; {kept['visitors']} visitors, each a stroke every {EVERY:.0f} seconds.\n\n"
        f"{markdown(head, rows)}\n\n"
        f"Memory over the second half of {alone['answers']:,} answers: {alone['slope']:+.1f} MB per "
        f"thousand, standard error {alone['slope_error']:.1f}."
    )


def slope_of(memory: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """MB per thousand answers and its standard error, without the first half, in which caches fill."""
    answers, megabytes = np.array(memory[len(memory) // 2 :], dtype=np.float64).T
    x = (answers - answers.mean()) / 1000
    slope = float((x * megabytes).sum() / (x * x).sum())
    rest = megabytes - megabytes.mean() - slope * x
    return slope, float(np.sqrt((rest**2).sum() / (len(x) - 2) / (x * x).sum()))


async def _load(
    server: Server, sheets: list[tuple[Objects, list[str]]], visitors: int, seconds: float
) -> Tally:
    tally = Tally()
    rng = np.random.default_rng(0)
    async with AsyncExitStack() as staying:
        sessions = [await staying.enter_async_context(Visitor(server.address)) for _ in range(visitors)]
        for session in sessions:
            await session.open("draw")
        began = time.perf_counter() + 0.5
        async with asyncio.TaskGroup() as group:
            for number, session in enumerate(sessions):
                first = began + EVERY * (number + rng.random()) / visitors
                own = sheets[number::visitors]
                begin = 1 + number % STROKES
                group.create_task(_visit(session, own, begin, first, began, seconds, tally))
            group.create_task(_watch_memory(server, began, seconds, tally))
    return tally


async def _visit(
    session: Visitor,
    sheets: list[tuple[Objects, list[str]]],
    begin: int,
    first: float,
    began: float,
    seconds: float,
    tally: Tally,
) -> None:
    stroke_at, turn = first, 0
    try:
        while stroke_at < began + seconds:
            objects, answers = sheets[turn % len(sheets)]
            strokes = range(1 if turn else begin, STROKES + 1)
            turn += 1
            for count in strokes:
                await _sleep_until(stroke_at)
                answer = await session.draw(objects[:count])
                # From the moment when pen-up was due: waiting for the answer before counts, too.
                wait = time.perf_counter() - stroke_at - (answer.whole - answer.seconds)
                if stroke_at > began + WARM_UP:
                    tally.waits.append(wait)
                tally.wrong += answer.text != answers[count - 1]
                stroke_at += EVERY
            await _sleep_until(stroke_at - EVERY + CLEAR_AFTER)
            await session.clear()
    except (OSError, RuntimeError, ConnectionError) as error:
        print(f"a session broke: {error}", file=sys.stderr)
        tally.broken += 1


async def _watch_memory(server: Server, began: float, seconds: float, tally: Tally) -> None:
    while time.perf_counter() < began + seconds:
        tally.memory.append((len(tally.waits), server.megabytes()))
        await asyncio.sleep(1.0)


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


def _draw_sheet(number: int) -> tuple[Objects, list[str]]:
    """Strokes of sample digits at random places, and the expected answer after each."""
    rng = np.random.default_rng(number)
    objects: Objects = []
    for digit in rng.permutation(10).tolist():
        side = float(rng.uniform(200, 380))
        corner = rng.uniform(5, 395 - side, 2)
        objects += [stroke_object(stroke + corner) for stroke in sample_strokes(digit, side)]
    return objects[:STROKES], [_answer_to(objects[:count]) for count in range(1, STROKES + 1)]


def _answer_to(objects: Objects) -> str:
    reading = DigitReader().read_strokes(strokes_from_canvas({"objects": objects}), expect="digit")
    return reading.text or "This doesn't look like a digit"


@contextmanager
def _training() -> Iterator[None]:
    """Runs a training of `simple` beside the block, from its first progress on."""
    with tempfile.TemporaryDirectory() as folder:
        run, log = Path(folder) / "simple", Path(folder) / "log"
        process = start_process(["train", "simple", "--folder", str(run)], log=log, environment={})
        try:
            while not (run / "progress.json").is_file():
                if not process.is_running():
                    raise RuntimeError(f"the training ended: {log.read_text(encoding='utf-8')}")
                time.sleep(0.5)
            yield
        finally:
            end_process(process)
            process.wait(timeout=120)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


if __name__ == "__main__":
    main()
