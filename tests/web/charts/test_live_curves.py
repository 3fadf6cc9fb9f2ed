import pytest

from digitcnn.lab.runs.live import Curves
from digitcnn.training.batch_log import BatchRow
from digitcnn.web.charts.live_curves import PARTS, Metric, spec_of, tabulate_curve

EPOCHS = tuple(
    {"epoch": float(epoch), "accuracy": 0.9, "loss": 0.3, "val_accuracy": 0.95, "val_loss": 0.2}
    for epoch in range(3)
)
BATCHES = tuple(BatchRow(step / 10, 0.5 + step / 100, 2 - step / 20) for step in range(1, 31))


def test_training_has_a_point_per_stretch_of_batches_and_validation_one_per_epoch():
    parts = tabulate_curve(Curves(BATCHES, EPOCHS, 10), "accuracy")["part"].to_pylist()
    assert [parts.count(part) for part in PARTS] == [30, 3]


def test_without_batches_the_epochs_stand_for_them():
    table = tabulate_curve(Curves((), EPOCHS, 3), "loss").to_pydict()
    assert table["epoch"] == [1, 2, 3, 1, 2, 3]
    assert table["value"] == [0.3] * 3 + [0.2] * 3


@pytest.mark.parametrize("done", [1, 2, 3])
def test_the_chart_grows_with_the_training(done: int):
    spec = spec_of(Curves(BATCHES[: done * 10], EPOCHS[:done], 50), "accuracy")
    end = spec["encoding"]["x"]["scale"]["domain"][1]
    assert done <= end <= 2 * done


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
@pytest.mark.parametrize("curves", [Curves((), (), 3), Curves(BATCHES[:1], (), 3), Curves((), EPOCHS[:1], 1)])
def test_a_chart_of_hardly_anything_has_a_range(curves: Curves, metric: Metric):
    low, high = spec_of(curves, metric)["encoding"]["y"]["scale"]["domain"]
    assert 0 <= low < high


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_the_legend_lies_over_no_curve(metric: Metric):
    # sprint's accuracy ends at the bottom right, where other trainings leave room.
    legend = spec_of(Curves((), EPOCHS[:2], 2), metric)["encoding"]["color"]["legend"]
    assert legend["orient"] == "top"
