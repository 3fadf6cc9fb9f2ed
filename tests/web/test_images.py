import base64
import io

import numpy as np
from PIL import Image

from digitcnn.classes import DIGITS
from digitcnn.lab.datasets.sources import Part
from digitcnn.web.charts.data import tabulate_counts
from digitcnn.web.images import sheet_of_differences, sheet_of_digits, stretch_contrast
from digitcnn.web.lab.inside import sheet_of_maps


def opened(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))


def test_rows_of_a_sheet_are_rows_of_digits():
    images = np.zeros((2, 3, 28, 28), np.uint8)
    images[1, 2] = 255
    picture = opened(sheet_of_digits(images))
    height, width = picture.shape[0] // 2, picture.shape[1] // 3
    assert picture[height:, 2 * width :, 3].mean() > 200
    assert picture[:height, ..., 3].max() == 0
    assert picture[height:, : 2 * width, 3].max() == 0


def test_more_ink_is_blue_and_less_is_orange():
    values = np.zeros((2, 28, 28))
    values[0], values[1] = 0.5, -0.5
    picture = opened(sheet_of_differences(values)).astype(int)
    width = picture.shape[1] // 2
    first, second = picture[32, width // 2], picture[32, width + width // 2]
    assert first[2] > first[0]
    assert second[0] > second[2]
    assert first[3] == second[3] == 255


def test_darkest_pixel_becomes_full_ink():
    assert stretch_contrast(np.array([0.0, 0.2, 0.4])).tolist() == [0, 128, 255]
    assert stretch_contrast(np.zeros(2)).tolist() == [0, 0]


def test_sheet_of_maps_fits_any_layer():
    rng = np.random.default_rng(0)
    for shape in ((28, 28, 24), (4, 4, 160), (1, 1, 3), (128,), (10,)):
        picture = opened(sheet_of_maps(rng.normal(size=shape).astype(np.float32)))
        assert picture.shape[1] <= 1100
        assert picture[..., 3].max() > 200


def test_counts_are_shares_of_their_part():
    parts = Part("training", (3, 1, *[0] * 8)), Part("test", (0,) * 10)
    table = tabulate_counts(parts, DIGITS).to_dict("records")
    assert len(table) == 20
    assert table[0] == {"class": "0", "part": "training", "images": 3, "share": 0.75}
    assert sum(row["share"] for row in table[10:]) == 0
