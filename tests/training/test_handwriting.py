import numpy as np
import pytest

from digitcnn.training.datasets import NOT_A_DIGIT
from digitcnn.training.handwriting import RARE, draw_part, draw_variants, reshape
from digitcnn.training.pen_strokes import (
    LOOK_ALIKES,
    Drawing,
    load_pen_digits,
    load_pen_letters,
    load_pen_nondigits,
)


def made_drawing(writer: str, label: int = 1) -> Drawing:
    stroke = np.array([(0.0, 0.0), (1.0, 30.0)])
    return Drawing([stroke], label, "made", writer, str(label))


def test_a_writer_is_always_in_the_same_part():
    parts = {made_drawing(f"writer {number}").part for number in range(200)}

    assert parts == {"train", "validation", "test"}
    assert made_drawing("ann", 3).part == made_drawing("ann", 8).part


def test_variants_are_the_same_digit_with_other_pens():
    drawings = [made_drawing(f"writer {number}") for number in range(8)]
    variants = draw_variants(drawings, 2, "made", np.random.default_rng(0))

    assert len(variants) == 16
    assert set(variants.labels) == {1}
    mass = variants.images.sum(axis=(1, 2))
    assert mass.max() > 1.5 * mass.min()


def test_rare_shapes_keep_their_labels():
    reshaped = reshape([made_drawing("ann", label) for label in (0, 3, 7)], np.random.default_rng(0))

    assert [each.label for each in reshaped] == [0] * RARE[0] + [7] * RARE[7]
    assert any(len(each.strokes) > 1 for each in reshaped)


@pytest.mark.usefixtures("data")
def test_whole_donors_are_held_out():
    parts = {}
    for drawing in [*load_pen_digits(), *load_pen_letters()]:
        parts.setdefault(drawing.source, set()).add(drawing.part)

    assert [parts[donor] for donor in ("unipen-aga", "unipen-kai", "unipen-apa")] == [
        {"test"},
        {"test"},
        {"validation"},
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("data")
def test_no_writer_straddles_the_split():
    drawings = load_pen_digits()
    writers = {
        part: {each.writer for each in drawings if each.part == part}
        for part in ("train", "validation", "test")
    }

    assert all(writers.values())
    assert not writers["train"] & (writers["validation"] | writers["test"])
    assert not writers["validation"] & writers["test"]


@pytest.mark.slow
@pytest.mark.usefixtures("data")
def test_drawings_of_a_part_are_drawn_as_the_canvas_draws_them():
    held = draw_part(load_pen_digits()[:500], "test")

    assert held.images.shape[1:] == (28, 28)
    assert set(held.labels) <= set(range(10))


@pytest.mark.usefixtures("data")
def test_nondigits_hold_look_alikes_to_be_judged_apart():
    drawings = load_pen_nondigits()

    assert {each.label for each in drawings} == {NOT_A_DIGIT}
    assert {each.name for each in drawings} >= LOOK_ALIKES - {"l", "circle", *"iosz"}
