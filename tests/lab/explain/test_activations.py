from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import ModelNotFoundError, RunFolderError
from digitcnn.ink.strokes import Box, draw_house_digit
from digitcnn.lab.explain.activations import capture_outputs, measure_occlusion
from digitcnn.lab.explain.layers import read_layers
from digitcnn.recognition.reader import DigitReader
from digitcnn.run_folder import SHIPPED, RunFolder

SIMPLE = RunFolder(SHIPPED / "simple")
SEVEN = draw_house_digit([np.array([(10.0, 10.0), (60.0, 12.0), (35.0, 100.0)])])


def test_the_answer_hangs_on_ink_and_not_on_bare_paper():
    found = measure_occlusion(SIMPLE, SEVEN)
    assert found.answer == 7
    assert found.change.shape == (28, 28)
    row, column = found.weakest
    assert SEVEN[row - 2 : row + 3, column - 2 : column + 3].any()
    assert found.weakest_confidence < found.confidence
    assert found.change[:3].max() == found.change[:3].min() == 0


def test_confidence_is_the_one_that_pages_show():
    (digit,) = DigitReader("simple").classify_batch(SEVEN[np.newaxis], [Box(0, 0, 1, 1)])
    assert measure_occlusion(SIMPLE, SEVEN).confidence == pytest.approx(digit.confidence, abs=1e-5)


def test_confidence_from_several_views_is_the_one_that_patches_lower():
    alone = measure_occlusion(SIMPLE, SEVEN)
    averaged = measure_occlusion(SIMPLE, SEVEN, answer=7, confidence=0.6)
    assert averaged.confidence == 0.6
    assert averaged.weakest_confidence < 0.6
    assert averaged.weakest == alone.weakest
    np.testing.assert_array_equal(averaged.change, alone.change)
    same = measure_occlusion(SIMPLE, SEVEN, answer=7, confidence=alone.confidence)
    assert same.weakest_confidence == pytest.approx(alone.weakest_confidence, abs=1e-6)


def test_model_without_an_output_for_no_digit_follows_its_nearest_digit():
    found = measure_occlusion(SIMPLE, SEVEN, answer=10, confidence=0.9)
    assert found.answer == 7
    assert found.confidence == measure_occlusion(SIMPLE, SEVEN).confidence


def test_patches_of_ink_show_what_a_gap_is_worth():
    paper, ink = (
        measure_occlusion(SIMPLE, SEVEN),
        measure_occlusion(SIMPLE, SEVEN, cover="ink", answer=7),
    )
    bare = SEVEN == 0
    assert np.abs(ink.change[bare]).max() > np.abs(paper.change[bare]).max()


def test_last_output_is_the_answer():
    layers = read_layers(SIMPLE.keras_file)
    outputs = capture_outputs(SIMPLE, layers, SEVEN)
    (raw,) = DigitReader("simple").classify(SEVEN[np.newaxis])
    np.testing.assert_allclose(list(outputs.values())[-1], raw, atol=1e-5)
    assert [layers[at].shape for at in (0, 1, -1)] == [(26, 26, 32), (13, 13, 32), (10,)]
    assert sum(layer.weights for layer in layers) == SIMPLE.read_record().parameters


def test_broken_files_are_said(tmp_path: Path):
    folder = RunFolder(tmp_path)
    with pytest.raises(ModelNotFoundError):
        measure_occlusion(folder, SEVEN)
    with pytest.raises(RunFolderError, match=r"layers of .* cannot be read"):
        read_layers(folder.keras_file)
    folder.tflite_file.write_bytes(b"no model")
    with pytest.raises(RunFolderError, match="cannot be examined"):
        capture_outputs(folder, read_layers(SIMPLE.keras_file), SEVEN)
