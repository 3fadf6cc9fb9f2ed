import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.run_folder import SHIPPED, list_runs
from digitcnn.web.samples import sample_strokes

MODELS = [folder.name for folder in list_runs(SHIPPED) if folder.tflite_file.is_file()]


@pytest.mark.parametrize("digit", range(10))
def test_sample_lies_within_its_canvas(digit: int):
    points = np.concatenate(sample_strokes(digit, 400))
    assert points.min() > 40
    assert points.max() < 360


@pytest.mark.parametrize("model", MODELS)
def test_every_shipped_model_reads_every_sample(model: str):
    reader = DigitReader(model)
    read = [reader.read_strokes(sample_strokes(digit, 400), expect="digit").text for digit in range(10)]
    assert read == [str(digit) for digit in range(10)]
