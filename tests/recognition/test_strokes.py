import numpy as np

from digitcnn import DigitReader

CIRCLE = np.array([(30 * np.cos(t), 30 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)])


def test_an_eight_of_two_circles_is_one_digit():
    reading = DigitReader().read_strokes([CIRCLE * 0.8, CIRCLE + np.array([0, 55])], expect="number")

    assert reading.text == "8"


def test_two_zeros_over_one_another_are_two_lines():
    reading = DigitReader().read_strokes([CIRCLE, CIRCLE + np.array([0, 120])], expect="number")

    assert reading.text == "0\n0"
