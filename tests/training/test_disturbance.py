"""Disturbed house digits: other pictures of the same ink, repeatable by seed."""

import numpy as np
import pytest

from digitcnn.training.disturbance import (
    DISTURBANCES,
    Disturbance,
    add_lines,
    disturb,
    draw_lines,
    trace_outlines,
)


@pytest.fixture
def digits() -> np.ndarray:
    """(40, 28, 28): a ring of ink, each a little smaller than the one before."""
    y, x = np.mgrid[:28, :28] - 13.5
    radii = np.linspace(9, 6, 40)[:, np.newaxis, np.newaxis]
    return np.clip(2.2 - np.abs(np.hypot(x, y) - radii), 0, 1).astype(np.float32)


@pytest.mark.parametrize("change", DISTURBANCES, ids=lambda change: change.__name__)
def test_each_disturbance_changes_every_image_and_keeps_its_ink_apart_from_paper(
    change: Disturbance, digits: np.ndarray
):
    disturbed = np.clip(change(digits.copy(), np.random.default_rng(3)), 0, 1)
    assert disturbed.shape == digits.shape
    assert (np.abs(disturbed - digits).max(axis=(1, 2)) > 0.02).mean() > 0.9
    ink = digits > 0
    of_ink = np.array([each[mask].mean() for each, mask in zip(disturbed, ink, strict=True)])
    of_paper = np.array([each[mask].mean() for each, mask in zip(disturbed, digits == 0, strict=True)])
    assert (np.abs(of_ink - of_paper) > 0.01).mean() > 0.9


def test_disturbed_images_stay_in_range_and_depend_on_the_generator_alone(digits: np.ndarray):
    first = disturb(digits, np.random.default_rng(5))
    assert first.dtype == np.float32
    assert first.min() >= 0.0
    assert first.max() <= 1.0
    np.testing.assert_array_equal(first, disturb(digits, np.random.default_rng(5)))
    assert (first != disturb(digits, np.random.default_rng(6))).any()


def test_the_images_that_are_given_stay_as_they_are(digits: np.ndarray):
    before = digits.copy()
    disturb(digits, np.random.default_rng(0))
    np.testing.assert_array_equal(digits, before)


def test_lines_reach_over_the_whole_image(digits: np.ndarray):
    lines = add_lines(np.zeros_like(digits), np.random.default_rng(1)) > 0
    reach = np.maximum(lines.any(axis=1).sum(axis=1), lines.any(axis=2).sum(axis=1))
    assert np.median(reach) >= 14
    assert reach.max() == 28


def test_an_outline_leaves_the_inside_of_ink_blank():
    block = np.zeros((1, 28, 28), np.float32)
    block[0, 6:22, 6:22] = 1
    traced = trace_outlines(block, np.random.default_rng(0))[0]
    assert traced[10:18, 10:18].max() == 0
    assert traced[4:24, 4:24].sum() > 10


def test_plain_lines_are_as_tall_as_house_digits_and_differ():
    lines = draw_lines(20, np.random.default_rng(0))
    heights = (lines > 0.5).any(axis=2).sum(axis=1)
    widths = (lines > 0.5).any(axis=1).sum(axis=1)
    assert ((heights >= 15) & (heights <= 25)).all()
    assert (widths < heights).all()
    assert len(np.unique(lines, axis=0)) == 20
    assert lines.dtype == np.float32
    assert 0 <= lines.min() < lines.max() <= 1
