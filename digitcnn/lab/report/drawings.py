"""Line charts of a report, as coordinates and labels for the template's SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
"""Okabe and Ito's: the baseline blue, the challengers orange, green and so on."""

WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 468, 48, 258
"""The plot within the drawing, in pixels."""


class Line(NamedTuple):
    """A line of a chart: the name of a run, its index among the runs, and points (x, y)."""

    name: str
    place: int
    points: tuple[tuple[float, float], ...]
    bold: bool


@dataclass(frozen=True)
class LineChart:
    """A chart ready to be drawn, all positions in pixels from the top left.

    Attributes:
        title, x_title: in words.
        y_ticks: height and label of each horizontal line.
        x_ends: labels of the ends of the x axis.
        lines: points, color and width of each line.
        legend: place, color and name of each run.
        names: of all runs, for those who cannot see the chart.
        diagonal: the points of y = x, or "".
    """

    title: str
    x_title: str
    y_ticks: list[tuple[float, str]]
    x_ends: tuple[str, str]
    lines: list[tuple[str, str, float]]
    legend: list[tuple[float, str, str]]
    names: str
    diagonal: str


def plan_chart(title: str, lines: Sequence[Line], *, x_title: str, square: bool = False) -> LineChart:
    """Lays out a line chart; with `square`, both axes run from 0 to 1 and the diagonal is drawn."""
    points = [point for line in lines for point in line.points] or [(0.0, 0.0)]
    x_low, x_high = (0.0, 1.0) if square else _reach([x for x, _ in points])
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0] if square else place_ticks(*_reach([y for _, y in points]))
    y_low, y_high = ticks[0], ticks[-1]

    def down(y: float) -> float:
        return round(BOTTOM - (y - y_low) / (y_high - y_low) * (BOTTOM - TOP), 1)

    def path(points: Sequence[tuple[float, float]]) -> str:
        across = [LEFT + (x - x_low) / (x_high - x_low) * (RIGHT - LEFT) for x, _ in points]
        return " ".join(f"{x:.1f},{down(y):.1f}" for x, (_, y) in zip(across, points, strict=True))

    def color(line: Line) -> str:
        return COLORS[line.place % len(COLORS)]

    legend, across = [], float(LEFT)
    for line in {line.name: line for line in lines}.values():
        name = line.name if len(line.name) <= 18 else line.name[:17] + "…"
        legend.append((round(across), color(line), name))
        across += 30 + 6.4 * len(name)
    return LineChart(
        title,
        x_title,
        [(down(y), f"{y:.6g}") for y in ticks],
        (f"{x_low:.3g}", f"{x_high:.3g}"),
        [(path(line.points), color(line), 2.6 if line.bold else 1.1) for line in lines],
        legend,
        ", ".join(dict.fromkeys(line.name for line in lines)),
        path([(0.0, 0.0), (1.0, 1.0)]) if square else "",
    )


def place_ticks(low: float, high: float) -> list[float]:
    """Round numbers, four to seven of them, that reach from `low` or below to `high` or above."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis that holds all values, always apart."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
