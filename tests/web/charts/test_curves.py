import pandas as pd
import pytest

from digitcnn.lab.runs.curves import curves_of
from digitcnn.lab.runs.live import Curves
from digitcnn.training.session.batch_log import BatchRow
from digitcnn.training.session.changes import Change
from digitcnn.web.charts.curves import (
    PARTS,
    Metric,
    draw_curves,
    draw_training,
    tabulate_curves,
    tabulate_training,
)

HISTORY = [
    {"epoch": 0, "accuracy": 0.9, "val_accuracy": 0.95, "loss": 0.3, "val_loss": 0.2},
    {"epoch": 1, "accuracy": 1.0, "val_accuracy": 0.96, "loss": 0.1, "val_loss": 0.15},
]
EPOCHS = tuple(
    {"epoch": float(epoch), "accuracy": 0.9, "loss": 0.3, "val_accuracy": 0.95, "val_loss": 0.2}
    for epoch in range(3)
)
BATCHES = tuple(BatchRow(step / 10, 0.5 + step / 100, 2 - step / 20) for step in range(1, 31))


def encoding_of(curves: Curves, metric: Metric) -> dict:
    return draw_training(curves, metric).to_dict()["layer"][1]["encoding"]


def test_a_log_axis_shows_the_error_and_never_nothing():
    frame = tabulate_curves(curves_of("one", HISTORY), "accuracy", log=True)
    assert frame["value"][frame["part"] == "training"].tolist() == pytest.approx([0.1, 1e-4])
    frame = tabulate_curves(curves_of("one", HISTORY), "loss", log=True)
    assert frame["value"][frame["part"] == "validation"].tolist() == [0.2, 0.15]


def test_no_curves_are_an_empty_chart_and_no_error():
    for log in (False, True):
        frame = tabulate_curves([], "loss", log=log)
        assert frame.empty
        assert draw_curves(frame, ["base"], "Loss", log=log, smoothed=True).to_dict()["layer"]


def test_the_baseline_has_the_first_color():
    frame = tabulate_curves(curves_of("base", HISTORY), "loss", log=False)
    chart = draw_curves(frame, ["base", "other"], "Loss", log=False, smoothed=False).to_dict()
    assert chart["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["base", "other"]


def test_training_has_a_point_per_stretch_of_batches_and_validation_one_per_epoch():
    parts = tabulate_training(Curves(BATCHES, EPOCHS, 10), "accuracy")["part"].tolist()
    assert [parts.count(part) for part in PARTS] == [30, 3]


def test_without_batches_the_epochs_stand_for_them():
    frame = tabulate_training(Curves((), EPOCHS, 3), "loss")
    assert frame["epoch"].tolist() == [1, 2, 3, 1, 2, 3]
    assert frame["value"].tolist() == [0.3] * 3 + [0.2] * 3


def test_a_change_has_a_rule_with_its_words_and_no_point():
    changes = (Change(0.5, 0.001, 0.0005), Change(1.25, 0.0005, 0.0005, 75.0))
    curves = Curves(BATCHES, EPOCHS, 3, changes)
    rules = tabulate_training(curves, "loss").dropna(subset="change")
    assert rules["epoch"].tolist() == [0.5, 1.25]
    assert rules["change"].tolist() == [
        "learning rate 0.001 → 0.0005 at epoch 0.5",
        "paused for 1 min 15 s at epoch 1.25",
    ]
    assert encoding_of(curves, "loss") == encoding_of(Curves(BATCHES, EPOCHS, 3), "loss")


@pytest.mark.parametrize("done", [1, 2, 3])
def test_the_chart_grows_with_the_training(done: int):
    x = encoding_of(Curves(BATCHES[: done * 10], EPOCHS[:done], 50), "accuracy")["x"]
    assert done <= x["scale"]["domain"][1] <= 2 * done


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
@pytest.mark.parametrize("curves", [Curves((), (), 3), Curves(BATCHES[:1], (), 3), Curves((), EPOCHS[:1], 1)])
def test_a_chart_of_hardly_anything_has_a_range(curves: Curves, metric: Metric):
    low, high = encoding_of(curves, metric)["y"]["scale"]["domain"]
    assert 0 <= low < high


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_the_legend_lies_over_no_curve(metric: Metric):
    # sprint's accuracy ends at the bottom right, where other trainings leave room.
    legend = encoding_of(Curves((), EPOCHS[:2], 2), metric)["color"]["legend"]
    assert legend["orient"] == "top"


def test_one_bad_first_epoch_does_not_flatten_the_others_and_labels_stand_apart():
    history = [
        {"epoch": epoch, "val_accuracy": 0.3 if epoch == 0 else 0.98 + epoch / 1000} for epoch in range(10)
    ]
    curves = [*curves_of("base", history), *curves_of("other", history)]
    frame = tabulate_curves(curves, "accuracy", log=False)
    drawn = pd.DataFrame(draw_curves(frame, ["base", "other"], "Accuracy", log=False, smoothed=False).data)
    assert min(drawn["value"].tolist()) > 0.98
    low, high = sorted(drawn["label"].dropna().tolist())
    assert (low, high > low) == (pytest.approx(0.989), True)
