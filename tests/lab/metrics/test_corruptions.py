from pathlib import Path

import numpy as np
import pytest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab.metrics.corruptions import CORRUPTIONS, corrupt
from digitcnn.lab.metrics.edges import find_edges
from digitcnn.lab.metrics.mnist_c import (
    CorruptedScore,
    corrupted_in,
    measure_corrupted,
    record_corrupted,
)
from digitcnn.lab.metrics.robustness import Progress
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs
from digitcnn.training.datasets import DigitSet
from digitcnn.web.samples import sample_strokes


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return np.stack([draw_house_digit(sample_strokes(digit, 400)) for digit in range(10)] * 3)


def center_of(pixels: np.ndarray) -> np.ndarray:
    """(n, 2): row and column."""
    rows = (pixels.sum(axis=2) * np.arange(28)).sum(axis=1) / pixels.sum(axis=(1, 2))
    columns = (pixels.sum(axis=1) * np.arange(28)).sum(axis=1) / pixels.sum(axis=(1, 2))
    return np.stack([rows, columns], axis=1)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_changes_every_digit_the_same_way_each_time(name: str, digits: np.ndarray):
    before = digits.copy()
    corrupted = corrupt(name, digits)
    assert (corrupted.shape, corrupted.dtype) == (digits.shape, np.float32)
    assert 0.0 <= corrupted.min() <= corrupted.max() <= 1.0
    assert (np.abs(corrupted - digits).mean(axis=(1, 2)) > 0.002).all()
    assert np.allclose(corrupted * 255, np.round(corrupted * 255), atol=1e-3)
    assert np.array_equal(corrupt(name, digits), corrupted)
    assert np.array_equal(before, digits)


def test_shot_noise_keeps_paper_and_has_four_shades(digits: np.ndarray):
    noisy = corrupt("shot_noise", digits)
    assert (noisy[digits == 0] == 0).all()
    assert len(np.unique(noisy)) == 4


def test_impulses_hit_a_sixth_of_the_pixels_half_of_them_white():
    noisy = corrupt("impulse_noise", np.full((400, 28, 28), 0.5, np.float32))
    assert (noisy == 1).mean() == pytest.approx(0.085, abs=0.005)
    assert (noisy == 0).mean() == pytest.approx(0.085, abs=0.005)


def test_brightness_and_stripes_are_exact(digits: np.ndarray):
    assert np.allclose(corrupt("brightness", digits), np.minimum(digits + 0.5, 1), atol=1 / 255)
    striped = corrupt("stripe", digits)
    assert np.allclose(striped[:, :, 7:21], digits[:, :, 7:21], atol=1 / 255)
    assert np.allclose(striped[:, :, :7], 1 - digits[:, :, :7], atol=1 / 255)


def test_translation_goes_three_pixels_to_one_of_four_corners():
    blobs = np.zeros((40, 28, 28), np.float32)
    blobs[:, 10:18, 12:16] = 1.0
    moved = np.round(center_of(corrupt("translate", blobs)) - center_of(blobs)).astype(int)
    assert {tuple(each) for each in np.abs(moved).tolist()} == {(3, 3)}
    assert len({tuple(each) for each in moved.tolist()}) == 4


def test_scaled_digits_are_seven_tenths_as_large_about_the_center(digits: np.ndarray):
    scaled = corrupt("scale", digits)
    assert scaled.sum() == pytest.approx(0.49 * digits.sum(), rel=0.05)
    assert np.allclose(center_of(scaled), 13.5 + 0.7 * (center_of(digits) - 13.5), atol=0.4)


def test_rotation_goes_both_ways_by_two_fifths_of_a_radian():
    bar = np.zeros((40, 28, 28), np.float32)
    bar[:, 4:24, 13:15] = 1.0
    turned = corrupt("rotate", bar)
    angles = []
    for each in turned:
        rows, columns = np.nonzero(each > 0.4)
        angles.append(np.arctan(np.polyfit(rows - 13.5, columns - 13.5, 1)[0]))
    assert np.allclose(np.abs(angles), 0.4, atol=0.06)
    assert 0 < sum(angle > 0 for angle in angles) < 40


def test_fog_differs_from_digit_to_digit_and_never_whitens(digits: np.ndarray):
    fog = corrupt("fog", np.zeros_like(digits))
    assert not fog.any()
    fogged = corrupt("fog", digits)
    assert fogged.max() < 1.0
    assert not np.array_equal(fogged[0], fogged[10])


def test_dotted_line_leaves_two_columns_of_four_as_they_were(digits: np.ndarray):
    dotted = corrupt("dotted_line", digits)
    free = np.arange(28) % 4 < 2
    assert np.allclose(dotted[:, :, free], digits[:, :, free], atol=1 / 255)
    assert (dotted[:, :, 2:26][:, :, ~free[2:26]].max(axis=1) > 0.5).mean() > 0.9


def test_zigzag_goes_from_left_to_right_on_blank_paper():
    zigzag = corrupt("zigzag", np.zeros((50, 28, 28), np.float32))
    inked, place = zigzag[:, :, 4:23].max(axis=1) > 0.3, zigzag[:, :, 4:23].argmax(axis=1)
    assert inked.mean() > 0.95
    both = inked[:, 1:] & inked[:, :-1]
    assert np.abs(np.diff(place, axis=1))[both].max() <= 6


def test_edges_are_those_of_scikit_image():
    """The edges of a filled square, as scikit-image 0.26 finds them with its defaults."""
    square = np.zeros((9, 9))
    square[2:7, 2:7] = 1.0
    found = find_edges(square[np.newaxis])[0]
    assert ["".join(".#"[int(each)] for each in row) for row in found[2:7]] == [
        "..#####..",
        "..#...#..",
        "..#...#..",
        "..#...#..",
        "..#####..",
    ]
    assert found.sum() == 16


@pytest.fixture(scope="module")
def measured(digits: np.ndarray) -> list[Progress | CorruptedScore]:
    test = DigitSet(np.round(digits * 255).astype(np.uint8), np.tile(np.arange(10), 3), "made")
    return list(measure_corrupted(Recognizer(SHIPPED / "simple" / "model.tflite"), test))


def test_progress_ends_with_the_score(measured: list[Progress | CorruptedScore]):
    *steps, score = measured
    assert isinstance(score, CorruptedScore)
    assert [step.done for step in steps if isinstance(step, Progress)] == list(range(1, len(steps) + 1))
    assert score.images == 30
    assert set(score.accuracies) == set(CORRUPTIONS)
    assert score.mean == pytest.approx(sum(score.accuracies.values()) / 15)
    assert 0.5 < score.mean < 1


def test_recorded_score_is_read_again_and_the_rest_is_kept(
    tmp_path: Path, measured: list[Progress | CorruptedScore]
):
    folder, score = RunFolder(tmp_path), measured[-1]
    assert isinstance(score, CorruptedScore)
    folder.metrics_json.write_text('{"test": {"accuracy": 0.5}}')
    record_corrupted(folder, score)
    assert corrupted_in(folder.read_metrics()) == score
    assert folder.read_metrics()["test"] == {"accuracy": 0.5}


@pytest.mark.parametrize(
    "entry", [None, [], {}, {"images": 3, "accuracies": {"fog": 1.0}}, {"images": "many"}]
)
def test_what_was_not_measured_is_none(entry: object):
    assert corrupted_in({"mnist_c": entry}) is None
    assert corrupted_in({}) is None


@pytest.mark.parametrize("name", [folder.name for folder in list_runs(SHIPPED)])
def test_every_shipped_model_was_measured_on_all_test_images(name: str):
    score = corrupted_in(RunFolder(SHIPPED / name).read_metrics())
    assert score
    assert score.images == 10_000
