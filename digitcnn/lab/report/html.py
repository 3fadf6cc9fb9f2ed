"""A run, or a comparison of runs, as one HTML file: no script, no request, nothing beside it.

Everything that comes from a run folder is escaped, and the file forbids itself to load anything.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import numpy as np

from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.lab.metrics.comparison import Pairing, Row, format_p, format_verdict
from digitcnn.lab.metrics.robustness import robustness_in
from digitcnn.lab.report.drawings import STYLE, Line, draw_lines
from digitcnn.lab.runs.curves import COLUMNS, Curve, curves_of
from digitcnn.lab.runs.run_table import MISSING, Analysis, format_accuracy, tabulate_facts


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
        milliseconds: for one digit, one per run; None where nobody measured.

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
    title = f"{names[0]} against {', '.join(names[1:])}" if len(runs) > 1 else names[0]
    facts = tabulate_facts(list(runs), list(analyses), list(milliseconds or [None] * len(runs)))
    sections = [
        _verdicts(runs, analyses, pairings),
        _curves(runs),
        _section("Results, cost and recipe", _facts(names, facts)),
        _section("What is mistaken for what", _matrices(names, analyses)),
        _pairs(names, pairings),
        _section("Digit by digit, as scikit-learn prints it", _reports(names, analyses)),
        _reliability(names, analyses),
        _robustness(runs),
        _handwriting(runs),
    ]
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · digitcnn</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><p class='quiet'>digitcnn, {made}</p>{''.join(sections)}"
        "</main></body></html>\n"
    )


def _verdicts(
    runs: Sequence[ComparedRun], analyses: Sequence[Analysis], pairings: Sequence[Pairing | None]
) -> str:
    said = []
    for run, pairing in zip(runs[1:], pairings, strict=True):
        if pairing is None:
            said.append(f"{run.label} and {runs[0].label} were tested on different images.")
        else:
            said.append(format_verdict(runs[0].label, run.label, pairing))
    if len(runs) == 1:
        said = [f"{runs[0].label} reads {format_accuracy(analyses[0].accuracy)} of its test images right."]
    return "".join(f"<p class='verdict'>{escape(sentence)}</p>" for sentence in said)


def _curves(runs: Sequence[ComparedRun]) -> str:
    curves = [curve for run in runs for curve in curves_of(run.label, run.history)]
    if not curves:
        return ""
    places = {run.label: place for place, run in enumerate(runs)}
    drawings = [
        draw_lines(
            metric.capitalize(),
            [_line(curve, places[curve.run]) for curve in curves if curve.metric == metric],
            x_title="epoch",
        )
        for metric in dict.fromkeys(metric for metric, _ in COLUMNS)
    ]
    words = "<p class='quiet'>Thin: on the images it trains on; bold: on validation images.</p>"
    return _section("Curves", f"<div class='row'>{''.join(drawings)}</div>{words}")


def _line(curve: Curve, place: int) -> Line:
    points = tuple(zip(map(float, curve.epochs), curve.raw, strict=True))
    return Line(curve.run, place, points, bold=curve.part == "validation")


def _facts(names: Sequence[str], rows: Sequence[Row]) -> str:
    lines, group = [], ""
    for row in rows:
        if row.group != group:
            group = row.group
            lines.append(f"<tr><th colspan='{len(names) + 1}' class='group'>{escape(group)}</th></tr>")
        mark = " class='differs'" if row.differs else ""
        cells = "".join(f"<td>{escape(value)}</td>" for value in row.values)
        lines.append(f"<tr{mark}><th>{escape(row.name)}</th>{cells}</tr>")
    return _table(["", *names], "".join(lines))


def _matrices(names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    parts = [_matrix(name, each.confusions, signed=False) for name, each in zip(names, analyses, strict=True)]
    baseline = analyses[0].confusions
    parts += [
        _matrix(f"{name} minus {names[0]}", each.confusions - baseline, signed=True)
        for name, each in zip(names[1:], analyses[1:], strict=True)
    ]
    words = "Rows: the true digit; columns: what it was read as."
    return f"<div class='row'>{''.join(parts)}</div><p class='quiet'>{words}</p>"


def _matrix(title: str, matrix: np.ndarray, *, signed: bool) -> str:
    errors = np.abs(matrix.astype(float))
    np.fill_diagonal(errors, 0.0)
    strength = 0.6 * np.sqrt(errors / max(errors.max(), 1.0))
    rows = []
    for true, counts in enumerate(matrix.tolist()):
        cells = []
        for read, count in enumerate(counts):
            color = "134,140,152" if not signed else "213,94,0" if count > 0 else "0,114,178"
            shown = "" if not count else f"{count:+d}" if signed else str(count)
            cells.append(f"<td style='background:rgba({color},{strength[true, read]:.2f})'>{shown}</td>")
        rows.append(f"<tr><th>{true}</th>{''.join(cells)}</tr>")
    head = "".join(f"<th>{digit}</th>" for digit in range(matrix.shape[1]))
    return (
        f"<table class='matrix'><caption>{escape(title)}</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _pairs(names: Sequence[str], pairings: Sequence[Pairing | None]) -> str:
    lines = []
    for name, pairing in zip(names[1:], pairings, strict=True):
        if pairing is not None:
            counts = (
                pairing.both,
                len(pairing.only_baseline),
                len(pairing.only_challenger),
                pairing.neither,
            )
            cells = "".join(f"<td>{count:,}</td>" for count in counts)
            lines.append(f"<tr><th>{escape(name)}</th>{cells}<td>{format_p(pairing)}</td></tr>")
    if not lines:
        return ""
    head = ["", "both right", f"only {names[0]} right", "only this one right", "neither", "McNemar's mid-p"]
    return _section("Who gets what right", _table(head, "".join(lines)))


def _reports(names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    parts = [
        f"<figure><figcaption>{escape(name)}</figcaption><pre>{escape(each.report.text)}</pre></figure>"
        for name, each in zip(names, analyses, strict=True)
    ]
    return f"<div class='row'>{''.join(parts)}</div>"


def _reliability(names: Sequence[str], analyses: Sequence[Analysis]) -> str:
    lines = [
        Line(name, place, tuple((bin.confidence, bin.accuracy) for bin in each.calibration.bins), bold=True)
        for place, (name, each) in enumerate(zip(names, analyses, strict=True))
    ]
    drawing = draw_lines("Right, over confidence", lines, x_title="confidence", square=True)
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{each.calibration.error:.4f}</td>"
        f"<td>{each.calibration_shown.error:.4f}</td></tr>"
        for name, each in zip(names, analyses, strict=True)
    )
    table = _table(["", "calibration error (ECE)", "as Draw and Upload show it"], rows)
    return _section("Is it as sure as it is right?", f"<div class='row'>{drawing}<div>{table}</div></div>")


def _robustness(runs: Sequence[ComparedRun]) -> str:
    rows = []
    for run in runs:
        measured = robustness_in(run.metrics)
        for series in measured.series if measured else ():
            levels = zip(series.levels, series.accuracies, strict=True)
            said = ", ".join(f"{accuracy:.1%} at {level:g}" for level, accuracy in levels)
            rows.append(
                f"<tr><th>{escape(run.label)}</th><td>{escape(series.kind)} ({escape(series.unit)})</td>"
                f"<td>{said}</td></tr>"
            )
    if not rows:
        return ""
    return _section("What it withstands", _table(["", "disturbance", "read right"], "".join(rows)))


def _handwriting(runs: Sequence[ComparedRun]) -> str:
    found: dict[str, dict[str, str]] = {}
    for run in runs:
        entries = run.metrics.get("real_handwriting")
        for title, entry in entries.items() if isinstance(entries, dict) else ():
            accuracy = entry.get("accuracy") if isinstance(entry, dict) else entry
            if isinstance(accuracy, float):
                found.setdefault(str(title), {})[run.label] = f"{accuracy:.2%}"
    if not found:
        return ""
    lines = []
    for title, accuracies in found.items():
        cells = "".join(f"<td>{accuracies.get(run.label, MISSING)}</td>" for run in runs)
        lines.append(f"<tr><th>{escape(title)}</th>{cells}</tr>")
    table = _table(["", *(run.label for run in runs)], "".join(lines))
    return _section("Real handwriting, read right", table)


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _table(head: Sequence[str], rows: str) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<div class='wide'><table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
