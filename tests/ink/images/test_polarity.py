import cv2
import numpy as np
import pytest

from digitcnn.ink.images.polarity import _running_median, score_polarity
from tests.support.made_pictures import draw


@pytest.mark.parametrize("pen", [6, 20, 40])
@pytest.mark.parametrize("reach", [12, 24, 48])
def test_the_running_median_of_a_drawing_is_that_of_opencv(pen: int, reach: int):
    gray = np.asarray(draw("2", height=120, pen=pen, margin=36))
    padded = cv2.copyMakeBorder(gray, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=[255])
    expected = cv2.medianBlur(padded, 2 * reach + 1)[reach:-reach, reach:-reach]
    assert (_running_median(gray, reach, 255.0) == expected).all()


def test_light_ink_scores_the_other_polarity():
    gray = np.asarray(draw("2", height=120, pen=12, margin=36))
    assert score_polarity(gray) < -0.7
    assert score_polarity(255 - gray) > 0.7
