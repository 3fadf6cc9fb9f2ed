import numpy as np
import pytest

from digitcnn.lab.metrics.evaluation import interval_of_fraction
from testbed.scores import interval_by_group, score_digits, score_nondigits
from tests.support.made_digits import make_digit


def test_right_wrong_and_refused_answers_are_told_apart():
    answers = [make_digit(1), make_digit(2), make_digit(3, 0.95), make_digit(4, 0.5), make_digit(None), None]
    score = score_digits(answers, np.array([1, 2, 8, 8, 5, 6]))

    assert score.digits == 6
    assert score.accuracy == pytest.approx(2 / 6)
    assert score.refused == pytest.approx(2 / 6)
    assert score.confident_errors == pytest.approx(1 / 6)
    assert score.interval.low < score.accuracy < score.interval.high


def test_writers_who_fail_together_widen_the_interval():
    writers = np.repeat(np.arange(10), 100)
    hits = writers != 3
    by_writer, alone = interval_by_group(hits, writers), interval_of_fraction(hits)

    assert by_writer.high - by_writer.low > 3 * (alone.high - alone.low)


def test_nondigits_are_right_when_refused():
    score = score_nondigits([make_digit(None), make_digit(None), make_digit(7, 0.95), make_digit(7, 0.4)])

    assert (score.refused, score.confident_answers) == (0.5, 0.25)


def test_no_answers_are_the_callers_mistake():
    with pytest.raises(ValueError, match="at least one"):
        score_nondigits([])
    with pytest.raises(ValueError, match="an answer per label"):
        score_digits([make_digit(1)], np.array([1, 2]))
