"""A run, or a comparison of runs, as one HTML file: no script, no request, nothing beside it.

The template escapes whatever comes from a run folder, and the file forbids itself to load anything.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digitcnn.classes import DIGITS
from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.lab.metrics.comparison import Pairing, format_p, format_verdict
from digitcnn.lab.metrics.robustness import robustness_in
from digitcnn.lab.report import drawings
from digitcnn.lab.report.drawings import Line, LineChart, plan_chart
from digitcnn.lab.runs.curves import COLUMNS, curves_of
from digitcnn.lab.runs.run_table import COSTS_EXPLAINED, MISSING, Analysis, format_accuracy, tabulate_runs

_MORE, _FEWER, _PLAIN = "213,94,0", "0,114,178", "134,140,152"
"""Red, green and blue of a cell: more errors than the baseline, fewer, and outside of a difference."""


class Matrix(NamedTuple):
    """A confusion matrix, or a difference of two: rows of cells, each a background color and a text."""

    title: str
    classes: tuple[str, ...]
    rows: list[list[tuple[str, str]]]


def write_report(
    runs: Sequence[ComparedRun],
    analyses: Sequence[Analysis],
    pairings: Sequence[Pairing | None] = (),
    *,
    milliseconds: Sequence[float | None] | None = None,
) -> str:
    """The report of one run, or of a baseline and its challengers.

    Args:
        runs: the baseline first.
        analyses: one per run.
        pairings: one per challenger; None where it was tested on other images.
        milliseconds: for one digit, one per run; None where it was not measured.

    Returns:
        The text of an HTML file.

    Raises:
        ValueError: the numbers of runs, analyses and pairings do not fit.
    """
    if len(analyses) != len(runs) or len(pairings) != len(runs) - 1:
        raise ValueError(
            f"expected an analysis per run and a pairing per challenger, received {len(analyses)} and "
            f"{len(pairings)} for {len(runs)} runs"
        )
    names = [run.label for run in runs]
    facts = tabulate_runs(list(runs), list(analyses), list(milliseconds or [None] * len(runs)))
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html").render(
        title=f"{names[0]} against {', '.join(names[1:])}" if len(runs) > 1 else names[0],
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        names=names,
        verdicts=_format_verdicts(runs, analyses, pairings),
        curves=_plan_curves(runs),
        facts=[(group, list(rows)) for group, rows in groupby(facts, lambda row: row.group)],
        noun="digit" if all(run.predictions.classes == DIGITS for run in runs) else "class",
        matrices=_color_matrices(runs, analyses),
        pairings=[(name, each) for name, each in zip(names[1:], pairings, strict=True) if each is not None],
        format_p=format_p,
        analyses=list(zip(names, analyses, strict=True)),
        reliability=_plan_reliability(names, analyses),
        disturbances=_list_disturbances(runs),
        handwriting=_tabulate_handwriting(runs),
        costs_explained=COSTS_EXPLAINED,
        missing=MISSING,
        plot=drawings,
    )


def _format_verdicts(
    runs: Sequence[ComparedRun], analyses: Sequence[Analysis], pairings: Sequence[Pairing | None]
) -> list[str]:
    baseline = runs[0].label
    if len(runs) == 1:
        return [f"{baseline} reads {format_accuracy(analyses[0].accuracy)} of its test images right."]
    return [
        f"{run.label} and {baseline} were tested on different images."
        if pairing is None
        else format_verdict(baseline, run.label, pairing)
        for run, pairing in zip(runs[1:], pairings, strict=True)
    ]


def _plan_curves(runs: Sequence[ComparedRun]) -> list[LineChart]:
    """A chart per metric; none without a history."""
    curves = [(place, each) for place, run in enumerate(runs) for each in curves_of(run.label, run.history)]
    charts = []
    for metric in dict.fromkeys(metric for metric, _ in COLUMNS) if curves else ():
        lines = [
            Line(each.run, place, tuple(zip(each.epochs, each.raw, strict=True)), each.part == "validation")
            for place, each in curves
            if each.metric == metric
        ]
        charts.append(plan_chart(metric.capitalize(), lines, x_title="epoch"))
    return charts


def _color_matrices(runs: Sequence[ComparedRun], analyses: Sequence[Analysis]) -> list[Matrix]:
    """The matrix of every run, then each challenger's minus the baseline's if their classes are the same."""
    measured = list(zip(runs, analyses, strict=True))
    first, matrix = runs[0], analyses[0].confusions
    matrices = [_color(run.label, run.predictions.classes, each.confusions) for run, each in measured]
    return matrices + [
        _color(
            f"{run.label} minus {first.label}",
            first.predictions.classes,
            each.confusions - matrix,
            signed=True,
        )
        for run, each in measured[1:]
        if run.predictions.classes == first.predictions.classes
    ]


def _color(title: str, classes: tuple[str, ...], matrix: np.ndarray, *, signed: bool = False) -> Matrix:
    errors = np.abs(matrix.astype(float))
    np.fill_diagonal(errors, 0.0)
    strength = 0.6 * np.sqrt(errors / max(errors.max(), 1.0))

    def cell(count: int, opacity: float) -> tuple[str, str]:
        color = _PLAIN if not signed else _MORE if count > 0 else _FEWER
        text = "" if not count else f"{count:+d}" if signed else str(count)
        return f"rgba({color},{opacity:.2f})", text

    rows = [list(map(cell, *row)) for row in zip(matrix.tolist(), strength.tolist(), strict=True)]
    return Matrix(title, classes, rows)


def _plan_reliability(names: Sequence[str], analyses: Sequence[Analysis]) -> LineChart:
    lines = [
        Line(name, place, tuple((bin.confidence, bin.accuracy) for bin in each.calibration.bins), bold=True)
        for place, (name, each) in enumerate(zip(names, analyses, strict=True))
    ]
    return plan_chart("Accuracy over confidence", lines, x_title="confidence", square=True)


def _list_disturbances(runs: Sequence[ComparedRun]) -> list[tuple[str, str, str]]:
    """A row per run and disturbance: the run, the disturbance, and the accuracy at its levels."""
    rows = []
    for run in runs:
        measured = robustness_in(run.metrics)
        for series in measured.series if measured else ():
            levels = zip(series.levels, series.accuracies, strict=True)
            accuracies = ", ".join(f"{accuracy:.1%} at {level:g}" for level, accuracy in levels)
            rows.append((run.label, f"{series.kind} ({series.unit})", accuracies))
    return rows


def _tabulate_handwriting(runs: Sequence[ComparedRun]) -> dict[str, dict[str, str]]:
    """Set of handwriting -> run -> its accuracy; entries of another form are passed over."""
    accuracies: dict[str, dict[str, str]] = {}
    for run in runs:
        entries = run.metrics.get("real_handwriting")
        for title, entry in entries.items() if isinstance(entries, dict) else ():
            accuracy = entry.get("accuracy") if isinstance(entry, dict) else entry
            if isinstance(accuracy, float):
                accuracies.setdefault(str(title), {})[run.label] = f"{accuracy:.2%}"
    return accuracies
