"""A made hand that no reader knows: whoever writes a triangle for a 5."""

import numpy as np

from digitcnn.ink.strokes import draw_house_digit

TRIANGLE = np.array([[50.0, 0], [100, 90], [0, 90], [50, 0]])


def write_triangles(count: int, seed: int) -> list[np.ndarray]:
    """House digits, (28, 28) each, no two alike."""
    rng = np.random.default_rng(seed)
    return [draw_house_digit([TRIANGLE + rng.normal(0, 6, TRIANGLE.shape)]) for _ in range(count)]
