import numpy as np
import pytest
from scipy.stats import binomtest

from digitcnn.errors import NotSupportedError
from digitcnn.lab.metrics.comparison import Pairing, Row, format_verdict, mcnemar_mid_p, pair, rows_of
from digitcnn.lab.metrics.test_set import Predictions, read_predictions
from digitcnn.run_folder import find_run


def predict(answers: list[int], labels: list[int]) -> Predictions:
    return Predictions(np.eye(10, dtype=np.float32)[answers], np.array(labels))


def pairing(only_baseline: int, only_challenger: int, *, images: int = 10_000) -> Pairing:
    both = images - only_baseline - only_challenger
    return Pairing(
        both,
        0,
        np.arange(only_baseline),
        np.arange(only_challenger),
        mcnemar_mid_p(only_baseline, only_challenger),
    )


def test_images_are_counted_by_who_reads_them_right():
    found = pair(predict([1, 2, 3, 4, 0], [1, 2, 8, 8, 5]), predict([1, 7, 8, 8, 0], [1, 2, 8, 8, 5]))
    assert (found.both, found.neither, found.images, found.lead) == (1, 1, 5, 1)
    assert found.only_baseline.tolist() == [1]
    assert found.only_challenger.tolist() == [2, 3]


def test_shipped_models_pair_as_their_accuracies_differ():
    simple, deeper = (read_predictions(find_run(name)) for name in ("simple", "deeper"))
    found = pair(simple, deeper)
    assert found.lead == deeper.right.sum() - simple.right.sum()
    assert found.images == len(simple)


@pytest.mark.parametrize(("first", "second"), [(1, 5), (8, 16), (51, 18), (0, 3), (1, 2)])
def test_mid_p_is_the_mean_of_scipys_exact_tests_with_and_without_the_counts_themselves(
    first: int, second: int
):
    exact = binomtest(first, first + second).pvalue
    fewer = min(first, second)
    beyond = binomtest(fewer - 1, first + second).pvalue if fewer else 0.0
    assert mcnemar_mid_p(first, second) == pytest.approx((exact + beyond) / 2)
    assert mcnemar_mid_p(second, first) == mcnemar_mid_p(first, second)


def test_mid_p_of_the_papers_example():
    # Fagerland et al., table 1: 1 and 7 discordant pairs; exact conditional 0.070, mid-p 0.039.
    assert mcnemar_mid_p(1, 7) == pytest.approx(0.039, abs=5e-4)


@pytest.mark.parametrize("count", [0, 1, 40])
def test_equally_many_on_both_sides_are_no_difference(count: int):
    assert mcnemar_mid_p(count, count) == 1.0


def test_other_test_images_are_not_compared():
    with pytest.raises(NotSupportedError, match="different images"):
        pair(predict([1, 2], [1, 2]), predict([1, 2], [2, 1]))


@pytest.mark.parametrize(
    ("only_baseline", "only_challenger", "said"),
    [
        (18, 51, "B is better than A: 33 images apart of 10,000, which is more than luck (p < 0.001)."),
        (51, 18, "A is better than B: 33 images apart of 10,000, which is more than luck (p < 0.001)."),
        (
            40,
            48,
            "B is ahead of A, perhaps by luck: 8 images apart of 10,000, not significant (p = 0.40).",
        ),
        (
            1,
            0,
            "A is ahead of B, perhaps by luck: 1 image apart of 10,000, not significant (p = 0.50).",
        ),
    ],
)
def test_verdict_is_one_sentence(only_baseline: int, only_challenger: int, said: str):
    assert format_verdict("A", "B", pairing(only_baseline, only_challenger)) == said


def test_equal_models_are_said_to_be_equal():
    assert "equally many of the 10,000" in format_verdict("A", "B", pairing(4, 4))


def test_rows_keep_every_name_and_know_whether_they_differ():
    rows = rows_of("Settings", [{"epochs": "10", "rate": "0.1"}, {"epochs": "10", "seed": "1"}])
    assert rows[0] == Row("Settings", "epochs", ("10", "10"))
    assert [row.differs for row in rows] == [False, True, True]
    assert rows[2].values == ("–", "1")
