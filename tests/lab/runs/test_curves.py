import pytest

from digitcnn.lab.runs.curves import curves_of, smooth
from digitcnn.run_folder import SHIPPED, RunFolder


def test_history_becomes_four_curves_that_count_epochs_from_one():
    history = RunFolder(SHIPPED / "simple").read_history()
    curves = {(curve.metric, curve.part): curve for curve in curves_of("simple", history)}
    assert len(curves) == 4
    loss = curves["loss", "validation"]
    assert loss.raw == tuple(row["val_loss"] for row in history) == loss.smoothed
    assert loss.epochs == tuple(range(1, len(history) + 1))


def test_a_metric_that_was_not_measured_has_no_curve():
    assert [curve.metric for curve in curves_of("one", [{"epoch": 0, "loss": 1.0}])] == ["loss"]
    assert curves_of("none", []) == []


def test_smoothing_takes_jumps_out_and_keeps_what_is_level():
    assert smooth([3.0, 3.0, 3.0], 0.9) == pytest.approx((3.0, 3.0, 3.0))
    raw = [0.0, 1.0] * 10
    smoothed = smooth(raw, 0.8)
    assert smoothed[0] == raw[0]
    assert max(smoothed[10:]) - min(smoothed[10:]) < 0.25
    assert smooth(raw, 0.0) == tuple(raw)


@pytest.mark.parametrize("weight", [-0.1, 1.0])
def test_a_weight_that_forgets_nothing_is_a_mistake(weight: float):
    with pytest.raises(ValueError, match="weight"):
        smooth([1.0], weight)
