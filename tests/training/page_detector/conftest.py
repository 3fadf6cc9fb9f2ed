import numpy as np
import pytest

from digitcnn.training.page_detector.hands import Hands, make_glyph


@pytest.fixture(scope="session")
def hands() -> Hands:
    """A writer of 7s and 1s, and one of a letter."""
    seven = make_glyph([np.array([(0, 0), (5, 0), (2, 9)], float)], 7)
    one = make_glyph([np.array([(0, 0), (1, 5), (0, 9)], float)], 1)
    letter = make_glyph([np.array([(0, 0), (3, 9), (6, 0)], float)], -1)
    return Hands([[seven, one]], [[letter]], [letter], None)
