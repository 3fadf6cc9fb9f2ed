import numpy as np

from digitcnn import DigitReader
from digitcnn.effort import limited_effort
from digitcnn.recognition.files import read_file


def test_each_error_names_its_file():
    with limited_effort(0.0):
        costly = read_file(DigitReader(), np.eye(200), path="costly.png", expect="number").result
    broken = read_file(DigitReader(), b"no picture", path="broken.png", expect="number").result
    assert costly.error == "costly.png: There is too much ink to read it at once: send a part of it."
    assert broken.error is not None
    assert broken.error.startswith("broken.png is not a picture")
