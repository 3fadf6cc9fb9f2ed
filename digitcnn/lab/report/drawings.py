"""The look of a report: its style, and line charts as inline SVG."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
"""Okabe and Ito's: the baseline blue, the challengers orange, green and so on."""

STYLE = """
:root { color-scheme: light dark; --ink: #1E2430; --paper: #FBFAF7; --line: #DCD7CB; --quiet: #5B6270; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #E8E6E1; --paper: #14171D; --line: #323845; --quiet: #A3A9B5; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2 { font-family: Georgia, serif; font-weight: 400; line-height: 1.2; }
h2 { margin-top: 2.5rem; }
.verdict { font-size: 1.25rem; max-width: 46rem; }
.quiet, figcaption { color: var(--quiet); }
.row { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
.row > * { flex: 0 1 auto; max-width: 100%; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; color: var(--quiet); }
tbody th.group { color: var(--ink); font-weight: 600; padding-top: 1rem; }
.differs td { font-weight: 600; }
.matrix caption { text-align: left; padding-bottom: .4rem; }
.matrix th, .matrix td { width: 1.9rem; padding: .2rem; text-align: center; border: 0; font-size: 12px; }
pre { overflow-x: auto; margin: .4rem 0; font-size: 12.5px; }
figure { margin: 0; }
svg { width: 480px; max-width: 100%; height: auto; }
svg text { fill: var(--quiet); font-size: 11px; }
svg .title { fill: var(--ink); font-size: 13px; font-weight: 600; }
"""

_WIDTH, _HEIGHT = 480, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 468, 48, 258


class Line(NamedTuple):
    """A line of a chart: the name of a run, its place among the runs, and points (x, y)."""

    name: str
    place: int
    points: tuple[tuple[float, float], ...]
    bold: bool


def draw_lines(title: str, lines: Sequence[Line], *, x_title: str, square: bool = False) -> str:
    """A line chart as inline SVG; with `square`, both axes run from 0 to 1 and the diagonal is drawn."""
    points = [point for line in lines for point in line.points] or [(0.0, 0.0)]
    x_low, x_high = (0.0, 1.0) if square else _reach([x for x, _ in points])
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0] if square else place_ticks(*_reach([y for _, y in points]))
    y_low, y_high = ticks[0], ticks[-1]

    def place(x: float, y: float) -> str:
        across = _LEFT + (x - x_low) / (x_high - x_low) * (_RIGHT - _LEFT)
        down = _BOTTOM - (y - y_low) / (y_high - y_low) * (_BOTTOM - _TOP)
        return f"{across:.1f},{down:.1f}"

    parts = []
    for y in ticks:
        down = _BOTTOM - (y - y_low) / (y_high - y_low) * (_BOTTOM - _TOP)
        parts.append(f"<path d='M{_LEFT} {down:.1f}H{_RIGHT}' stroke='var(--line)'/>")
        parts.append(f"<text x='{_LEFT - 6}' y='{down + 4:.1f}' text-anchor='end'>{y:.6g}</text>")
    for x, anchor, across in ((x_low, "start", _LEFT), (x_high, "end", _RIGHT)):
        parts.append(f"<text x='{across}' y='{_BOTTOM + 18}' text-anchor='{anchor}'>{x:.3g}</text>")
    middle = (_LEFT + _RIGHT) / 2
    parts.append(f"<text x='{middle}' y='{_BOTTOM + 18}' text-anchor='middle'>{escape(x_title)}</text>")
    if square:
        ends = f"{place(0, 0)} {place(1, 1)}"
        parts.append(f"<polyline points='{ends}' fill='none' stroke='var(--quiet)' stroke-dasharray='4 4'/>")
    for line in lines:
        path = " ".join(place(x, y) for x, y in line.points)
        color, width = COLORS[line.place % len(COLORS)], 2.6 if line.bold else 1.1
        parts.append(f"<polyline points='{path}' fill='none' stroke='{color}' stroke-width='{width}'/>")
    parts += _legend(lines)
    said = f"{title}: {', '.join(dict.fromkeys(line.name for line in lines))}"
    return (
        f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' aria-label='{escape(said, quote=True)}'>"
        f"<text class='title' x='0' y='14'>{escape(title)}</text>{''.join(parts)}</svg>"
    )


def place_ticks(low: float, high: float) -> list[float]:
    """Round numbers, four to seven of them, that reach from `low` or below to `high` or above."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def _legend(lines: Sequence[Line]) -> list[str]:
    parts, across = [], float(_LEFT)
    for name, place in {line.name: line.place for line in lines}.items():
        color = COLORS[place % len(COLORS)]
        shown = name if len(name) <= 18 else name[:17] + "…"
        parts.append(f"<path d='M{across:.0f} 30h14' stroke='{color}' stroke-width='3'/>")
        parts.append(f"<text x='{across + 19:.0f}' y='34'>{escape(shown)}</text>")
        across += 30 + 6.4 * len(shown)
    return parts


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis that holds all values, never of no length."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)
