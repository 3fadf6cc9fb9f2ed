import time

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.errors import InputError
from digitcnn.time_budget import time_budget, within_time_budget

SCRIBBLES = [np.array([[x, 0.0], [x + 0.2, 100], [x, 50]]) for x in range(60)]


def test_things_pass_while_there_is_time():
    assert list(within_time_budget(range(3))) == [0, 1, 2]
    with time_budget(60):
        assert list(within_time_budget(range(3))) == [0, 1, 2]


def test_reading_ends_once_it_has_cost_too_much():
    reader = DigitReader("sprint")
    began = time.thread_time()
    with time_budget(0.05), pytest.raises(InputError, match="too much ink"):
        reader.read_strokes(SCRIBBLES)
    assert time.thread_time() - began < 0.5


def test_the_limit_ends_with_its_context():
    with time_budget(0.0), pytest.raises(InputError):
        list(within_time_budget([1]))
    assert list(within_time_budget([1])) == [1]


def test_the_inner_limit_counts_and_the_outer_one_comes_back():
    with time_budget(0.0):
        with time_budget(60):
            assert list(within_time_budget([1])) == [1]
        with pytest.raises(InputError):
            list(within_time_budget([1]))
