from importlib import import_module

import pytest

from benchmarks.speed.__main__ import PARTS
from benchmarks.speed.figures import Figure, compare, compare_speed, table_of


def test_every_part_can_be_measured():
    for part in PARTS:
        assert callable(import_module(f"benchmarks.speed.{part}").measure)


def test_ratios_say_how_many_times_less_or_more():
    assert compare("start", 3.0, "s", 2.0, "bare").ratio == pytest.approx(1.5)
    assert compare_speed("digit", 0.5, "ms", 60.0, "predict").ratio == pytest.approx(120)


def test_table_has_a_line_per_figure_with_three_digits_that_count():
    table = table_of([Figure("idle", 58.123, "MB"), compare_speed("digit", 0.5, "ms", 1234.5, "predict")])
    assert table.splitlines()[2:] == [
        "| idle | 58.1 MB |  |  |  |",
        "| digit | 0.50 ms | predict | 1,234 ms | 2,469 |",
    ]
