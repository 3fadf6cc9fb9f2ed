import pytest

from digitcnn.lab.runs.catalog import list_shipped_runs, read_test_accuracy
from digitcnn.lab.runs.estimates import judge_claim
from digitcnn.training.presets import PRESETS


@pytest.mark.parametrize(
    ("claim", "accuracy", "said"),
    [
        ("98.95 %, loss 0.0345", 0.9927, "99.27 %, 0.32 points above its claim."),
        ("98 to 99 %", 0.9888, "98.88 %, as claimed."),
        ("98 to 99 %", 0.9911, "99.11 %, 0.11 points above its claim."),
        ("about 99.0 %, in about 7 minutes on a CPU", 0.99, "99.00 %, as claimed."),
        (
            "98 %",
            0.979,
            "97.90 %, 0.10 points below its claim. Another seed may make as much of a difference.",
        ),
        ("99.0 %", 0.98, "98.00 %, 1.00 points below its claim."),
    ],
)
def test_measured_accuracy_is_set_beside_the_claim(claim: str, accuracy: float, said: str):
    assert judge_claim(claim, accuracy) == f"Measured here: {said}"


def test_claim_without_a_figure_is_not_judged():
    assert judge_claim("good baseline, fast", 0.99) == ""


def test_shipped_presets_with_a_figure_keep_it_within_three_tenths_of_a_point():
    judged = 0
    for run in list_shipped_runs():
        preset, accuracy = PRESETS.get(run.name), read_test_accuracy(run)
        if preset and accuracy and (said := judge_claim(preset.claim, accuracy)):
            judged += 1
            assert "below" not in said or "Another seed" in said
    assert judged >= 4
