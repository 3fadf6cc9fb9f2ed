import pytest

from digitcnn.lab.report.drawings import place_ticks


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.893, 0.999, [0.875, 0.9, 0.925, 0.95, 0.975, 1.0]),
        (0.0062, 0.413, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.5, 0.5, [-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6]),
        (2.0, 7.0, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
    ],
)
def test_an_axis_has_round_numbers_and_holds_all_values(low: float, high: float, ticks: list[float]):
    assert place_ticks(low, high) == pytest.approx(ticks)
