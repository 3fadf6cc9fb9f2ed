import numpy as np
import pytest

from digitcnn.ink.strokes import Stroke, box_of_strokes, draw_house_digit
from digitcnn.training.rare_shapes import (
    RARE_SHAPES,
    Reshape,
    loop_seven,
    loosen_strokes,
    open_eight,
    slash_zero,
    write_flagged_one,
)

ANGLES = np.linspace(0, 2 * np.pi, 40)
RING = np.stack([50 + 30 * np.cos(ANGLES), 60 + 50 * np.sin(ANGLES)], axis=1)
EIGHT = np.stack([50 + 25 * np.sin(2 * ANGLES), 60 - 50 * np.cos(ANGLES)], axis=1)
SEVEN = np.array([[20.0, 10], [80, 10], [45, 110]])
FIVE = [np.array([[30.0, 10], [28, 50], [70, 60], [60, 100], [25, 105]]), np.array([[30.0, 10], [75, 8]])]

ALL = [
    pytest.param(change, label, id=f"{change.__name__}-{label}")
    for label, changes in RARE_SHAPES.items()
    for change in changes
]


@pytest.mark.parametrize(("change", "label"), ALL)
@pytest.mark.parametrize("strokes", [[RING], FIVE, [np.array([[3.0, 4.0]])]], ids=["ring", "five", "dot"])
def test_every_shape_is_finite_and_the_same_for_a_seed(change: Reshape, label: int, strokes: list[Stroke]):
    made, again = (change(strokes, np.random.default_rng(5)) for _ in range(2))
    assert all(np.isfinite(stroke).all() and stroke.shape[1] == 2 for stroke in made)
    assert np.array_equal(draw_house_digit(made), draw_house_digit(again))


def test_a_slash_or_dot_goes_through_the_middle_of_a_zero():
    for seed in range(40):
        made = slash_zero([RING], np.random.default_rng(seed))
        added = made[-1][len(RING) :] if len(made) == 1 else made[1]
        assert np.linalg.norm(added - [50, 60], axis=1).min() < 20


def test_slashes_are_of_many_slants_and_lengths():
    boxes = [
        box_of_strokes(slash_zero([RING], np.random.default_rng(seed))[1:] or [RING]) for seed in range(60)
    ]
    assert max(box.height for box in boxes) > 110
    assert max(box.width for box in boxes) > 60
    assert min(max(box.height, box.width) for box in boxes) < 15


def test_the_ends_of_an_eight_part():
    gaps = [
        float(np.linalg.norm(path[0] - path[-1]))
        for path in (open_eight([EIGHT], np.random.default_rng(seed))[0] for seed in range(30))
    ]
    assert np.median(gaps) > 10


def test_a_seven_is_crossed_without_lifting_the_pen():
    (made,) = loop_seven([SEVEN], np.random.default_rng(0))
    crossbar = made[len(SEVEN) :]
    assert 30 < crossbar[-1][1] < 85
    assert crossbar[:, 0].max() - crossbar[:, 0].min() > 20


def test_a_one_has_its_flag_to_the_left_of_its_top():
    for seed in range(20):
        stem = write_flagged_one([RING], np.random.default_rng(seed))[0]
        top = stem[stem[:, 1].argmin()]
        assert stem[0][0] < top[0]


def test_only_the_shorter_stroke_moves():
    body, roof = loosen_strokes(FIVE, np.random.default_rng(1))
    assert np.array_equal(body, FIVE[0])
    moved = roof - FIVE[1]
    assert np.allclose(moved, moved[0])
    assert np.linalg.norm(moved[0]) > 0


def test_a_single_stroke_is_cut_where_it_turns():
    first, _ = loosen_strokes([SEVEN], np.random.default_rng(0))
    assert len(first) < 48
    assert abs(first[-1][0] - first[0][0]) > 40
