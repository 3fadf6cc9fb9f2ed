from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.ink.strokes import Box, as_strokes, draw_house_digit
from digitcnn.recognition.tta import DOUBT, augment_doubted
from digitcnn.run_folder import SHIPPED, RunFolder

SEVEN = draw_house_digit(as_strokes([[(10, 10), (60, 12), (35, 100)]]))
SURE = np.array([0.96, 0.03, 0.01])
UNSURE = np.array([0.55, 0.44, 0.01])


def test_what_is_sure_is_not_looked_at_again():
    def answer(digits: np.ndarray) -> np.ndarray:
        raise AssertionError("nothing is in doubt")

    assert (augment_doubted(SEVEN[np.newaxis], SURE[np.newaxis], answer) == SURE).all()


def test_what_is_doubted_is_the_mean_of_five_looks():
    seen: list[np.ndarray] = []

    def answer(digits: np.ndarray) -> np.ndarray:
        seen.extend(digits)
        return np.tile([0.0, 1.0, 0.0], (len(digits), 1))

    found = augment_doubted(np.stack([SEVEN] * 3), np.stack([SURE, UNSURE, SURE]), answer)
    assert found[[0, 2]] == pytest.approx(np.stack([SURE, SURE]))
    assert found[1] == pytest.approx((UNSURE + 4 * np.array([0.0, 1.0, 0.0])) / 5)
    assert len(seen) == 4


def test_a_thinner_pen_is_looked_at_just_as_often_where_there_is_one():
    seen: list[np.ndarray] = []
    asked: list[int] = []
    slim = draw_house_digit(as_strokes([[(10, 10), (60, 12), (35, 100)]]), pen_width=1.4)

    def answer(digits: np.ndarray) -> np.ndarray:
        seen.extend(digits)
        return np.tile([0.0, 1.0, 0.0], (len(digits), 1))

    def thin(at: int) -> np.ndarray:
        asked.append(at)
        return slim

    found = augment_doubted(np.stack([SEVEN] * 3), np.stack([SURE, UNSURE, SURE]), answer, thin)
    assert asked == [1]
    assert found[1] == pytest.approx((UNSURE + 9 * np.array([0.0, 1.0, 0.0])) / 10)
    ink = np.array([copy.sum() for copy in seen])
    assert len(ink) == 9
    assert (np.abs(ink - slim.sum()) < np.abs(ink - SEVEN.sum())).sum() == 5


def test_a_little_more_doubt_is_a_little_other_answer():
    def answer(digits: np.ndarray) -> np.ndarray:
        return np.tile([0.0, 1.0, 0.0], (len(digits), 1))

    doubts = np.linspace(0.0, 0.3, 301)
    firsts = np.stack([1 - doubts, doubts, 0 * doubts], axis=1)
    found = augment_doubted(np.repeat(SEVEN[np.newaxis], 301, axis=0), firsts, answer)
    assert np.abs(np.diff(found, axis=0)).max() < 0.02
    assert found[0] == pytest.approx(firsts[0])
    assert found[-1] == pytest.approx((firsts[-1] + 4 * np.array([0.0, 1.0, 0.0])) / 5)


def test_copies_are_turned_and_slanted_both_ways_about_the_centre_of_mass():
    seen: list[np.ndarray] = []

    def answer(digits: np.ndarray) -> np.ndarray:
        seen.extend(digits)
        return np.tile(UNSURE, (len(digits), 1))

    augment_doubted(SEVEN[np.newaxis], UNSURE[np.newaxis], answer)
    copies = np.stack(seen)
    assert copies.shape == (4, 28, 28)
    assert copies.min() >= 0
    assert copies.max() <= 1
    assert copies.sum(axis=(1, 2)) == pytest.approx(np.full(4, SEVEN.sum()), rel=0.03)
    leans = [_lean(copy) - _lean(SEVEN) for copy in copies]
    assert leans[0] * leans[1] < 0
    assert leans[2] * leans[3] < 0
    assert min(map(abs, leans)) > 0.1
    rows, columns = np.indices((28, 28))
    for copy in copies:
        center = np.array([(rows * copy).sum(), (columns * copy).sum()]) / copy.sum()
        assert center == pytest.approx([14, 14], abs=0.25)


def _lean(digit: np.ndarray) -> float:
    """Columns to the right per row down, by least squares."""
    rows, columns = np.indices(digit.shape)
    rows, columns = rows - 14, columns - 14
    return float((rows * columns * digit).sum() / (rows**2 * digit).sum())


@pytest.mark.parametrize("distorted", [False, True])
def test_only_a_model_that_learned_from_distorted_digits_looks_again(tmp_path: Path, distorted: bool):
    shipped = RunFolder(SHIPPED / "simple")
    record = shipped.read_record()
    settings = record.settings | {"augmentation": distorted}
    RunFolder(tmp_path).write_record(replace(record, settings=settings))
    (tmp_path / "model.tflite").write_bytes(shipped.tflite_file.read_bytes())
    noise = np.random.default_rng(0).random((40, 28, 28), dtype=np.float32)
    where = [Box(0, 0, 28, 28)] * len(noise)
    once = DigitReader("simple").classify_batch(noise, where)
    found = DigitReader(tmp_path).classify_batch(noise, where)
    moved = [
        not np.allclose(one.probabilities, other.probabilities)
        for one, other in zip(once, found, strict=True)
    ]
    doubted = [digit.confidence < DOUBT for digit in once]
    assert any(doubted)
    assert moved == [distorted and doubt for doubt in doubted]
