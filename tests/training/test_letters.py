import numpy as np

from digitcnn.training.letters import write_letters


def test_letters_are_house_digits_that_differ_from_one_another():
    letters = write_letters(60, np.random.default_rng(0))

    assert letters.shape == (60, 28, 28)
    assert letters.dtype == np.float32
    assert (letters.max(axis=(1, 2)) > 0.5).all()
    assert len(np.unique(letters.reshape(60, -1), axis=0)) == 60


def test_the_same_seed_writes_the_same():
    first, again = (write_letters(5, np.random.default_rng(3)) for _ in range(2))

    np.testing.assert_array_equal(first, again)
