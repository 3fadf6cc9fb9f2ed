"""Figures of a measurement: the lines of one table on the screen, in JSON and in README."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tables import markdown

HEAD = ("measured", "", "beside it", "", "times")


@dataclass(frozen=True)
class Figure:
    """One line.

    Attributes:
        what: names the measurement.
        value: the median, in `unit`.
        unit: "s", "ms", "MB" (1,000,000 bytes), ...
        beside: the value of something to compare with, from the same run, if there is any.
        beside_what: names it.
        ratio: between the two values; None without a comparison.
    """

    what: str
    value: float
    unit: str
    beside: float | None = None
    beside_what: str = ""
    ratio: float | None = None


def compare(what: str, value: float, unit: str, beside: float, beside_what: str) -> Figure:
    """A figure and its ratio to another one: 0.5 where it is half of that."""
    return Figure(what, value, unit, beside, beside_what, value / beside)


def compare_speed(what: str, value: float, unit: str, beside: float, beside_what: str) -> Figure:
    """A duration and how many times shorter it is than another one: 2 where it is half of that."""
    return Figure(what, value, unit, beside, beside_what, beside / value)


def table_of(figures: Sequence[Figure]) -> str:
    """The figures in Markdown."""
    return markdown(HEAD, [_row(figure) for figure in figures])


def describe_machine() -> str:
    """Processor, cores and Python in a few words."""
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _row(figure: Figure) -> list[str]:
    beside = "" if figure.beside is None else _amount(figure.beside, figure.unit)
    ratio = "" if figure.ratio is None else _number(figure.ratio)
    return [figure.what, _amount(figure.value, figure.unit), figure.beside_what, beside, ratio]


def _amount(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".strip()


def _number(value: float) -> str:
    """Three significant digits."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
