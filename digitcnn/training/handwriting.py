"""The training data of `reader`: MNIST, pen strokes, scans, and ink that is not a digit."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE, make_house_digit
from digitcnn.ink.strokes import Stroke, draw_house_digit
from digitcnn.training import negatives
from digitcnn.training.datasets import NOT_A_DIGIT, DigitSet, Split, concatenate, find_data, split_mnist
from digitcnn.training.letters import write_letters
from digitcnn.training.pen_strokes import (
    LOOK_ALIKES,
    NEARLY_ALIKE,
    Drawing,
    Part,
    load_pen_digits,
    load_pen_letters,
    load_pen_nondigits,
)
from digitcnn.training.rare_shapes import RARE_SHAPES

VARIANTS = 2
"""Images per training drawing, each with its own pen width and tremor."""

NONDIGIT_VARIANTS = 2

RARE = {0: 3000, 1: 1500, 4: 1000, 5: 1500, 7: 1500, 8: 1500}
"""How many drawings of each digit are given a rare shape."""

PEN_WIDTHS = (1.4, 3.8)
MNIST_VALIDATION = 0.02


def split_handwriting(*, seed: int, images: int | None = None) -> Split:
    """MNIST, pen strokes, scans and made negatives to train on; MNIST's test set to test on.

    No writer is in both the validation and the training part. Labels marked suspect, and drawings that
    merely look like digits, are left out.

    Args:
        seed: of the MNIST split, of pens and tremor, and of the made negatives.
        images: how many of the training images are used; None for all.

    Raises:
        DatasetError: MNIST or the pen strokes are not here and cannot be downloaded.
    """
    rng = np.random.default_rng(seed)
    mnist = split_mnist(MNIST_VALIDATION, None, seed)
    digits = [drawing for drawing in load_pen_digits() if not drawing.suspect]
    nondigits = _nondigits()
    drawn, others = _of_part(digits, "train"), _of_part(nondigits, "train")
    train = concatenate(
        [
            mnist.train,
            draw_variants(drawn, VARIANTS, "pen strokes", rng),
            draw_variants(reshape(drawn, rng), 1, "rare shapes", rng),
            draw_variants(others, NONDIGIT_VARIANTS, "drawings that are not digits", rng),
            *_scans(),
            _make_negatives(mnist.train, drawn, others, rng),
        ],
        "MNIST, pen strokes, scans, non-digits",
    )
    if images is not None:
        train = train.take(rng.permutation(len(train))[:images])
    validation = concatenate(
        [mnist.validation, draw_part(digits, "validation"), draw_part(nondigits, "validation")],
        "MNIST and other writers' pen strokes and non-digits",
    )
    return Split(train, validation, mnist.test)


def load_calibration_set(refuses: bool, split: Split) -> DigitSet:
    """Pen strokes of the validation writers, with non-digits for a model that can refuse.

    Without pen strokes, the split's own validation images stand in.
    """
    try:
        drawings = [drawing for drawing in load_pen_digits() if not drawing.suspect]
    except DatasetError:
        return split.validation
    sets = [draw_part(drawings, "validation")]
    if refuses:
        sets.append(draw_part(_nondigits(), "validation"))
    return concatenate(sets, "pen strokes of the validation writers")


def reshape(drawings: list[Drawing], rng: np.random.Generator) -> list[Drawing]:
    """Digits in the rare shapes of `RARE_SHAPES`, `RARE` of each, made from these drawings."""
    reshaped = []
    for label, count in RARE.items():
        pool = [each for each in drawings if each.label == label]
        for at in rng.integers(len(pool), size=count if pool else 0):
            change = RARE_SHAPES[label][rng.integers(len(RARE_SHAPES[label]))]
            reshaped.append(replace(pool[at], strokes=change(pool[at].strokes, rng)))
    return reshaped


def draw_part(drawings: list[Drawing], part: Part) -> DigitSet:
    """The drawings of one part as the canvas draws them."""
    chosen = _of_part(drawings, part)
    return _as_set([draw_house_digit(each.strokes) for each in chosen], chosen, part)


def draw_variants(drawings: list[Drawing], times: int, name: str, rng: np.random.Generator) -> DigitSet:
    """Each drawing several times, every time with its own pen width and a little tremor."""
    repeated = drawings * times
    return _as_set([_draw_once(each.strokes, rng) for each in repeated], repeated, name)


def _draw_once(strokes: list[Stroke], rng: np.random.Generator) -> np.ndarray:
    points = np.concatenate(strokes)
    size = float(np.ptp(points, axis=0).max())
    tremor = rng.uniform(0, 0.015) * size
    shaken = [stroke + rng.normal(0, tremor, stroke.shape) for stroke in strokes]
    return draw_house_digit(shaken, pen_width=rng.uniform(*PEN_WIDTHS))


def _make_negatives(
    mnist: DigitSet, digits: list[Drawing], nondigits: list[Drawing], rng: np.random.Generator
) -> DigitSet:
    printed = mnist.take(rng.permutation(len(mnist))[:6000])
    pens = [digits[at].strokes for at in rng.integers(len(digits), size=4000)]
    images = np.concatenate(
        [printed.pixels, [draw_house_digit(each, pen_width=rng.uniform(*PEN_WIDTHS)) for each in pens]]
    )
    # Turned by a quarter or mirrored, these are not digits any more; 0, 1 and 8 still are.
    asymmetric = printed.pixels[np.isin(printed.labels, [2, 3, 4, 5, 7])]
    made = [
        negatives.join_digits(images, 4500, rng),
        negatives.halve_digits(printed.pixels[np.isin(printed.labels, [0, 2, 3, 4, 5])], 1500, rng),
        negatives.turn_digits(asymmetric, 2000, rng),
        negatives.scribble(2500, rng),
        negatives.print_letters(1500, rng),
        write_letters(5000, rng),
    ]
    doodles = [drawing.strokes for drawing in nondigits if len(drawing.strokes) > 1]
    if doodles:
        made.append(negatives.mix_drawings(doodles, 4000, rng))
    pixels = np.concatenate(made)
    return DigitSet.from_pixels(pixels, np.full(len(pixels), NOT_A_DIGIT), "made negatives")


def _scans() -> list[DigitSet]:
    """Semeion's 1,593 scanned digits of about 80 people, 16x16. Source: UCI, CC BY 4.0."""
    path = find_data("semeion.npz")
    if path is None:
        return []
    with np.load(path, allow_pickle=False) as file:
        pixels = np.stack([make_house_digit(image / 255.0) for image in file["x"]])
        return [DigitSet.from_pixels(pixels, file["y"], "Semeion scans")]


def _nondigits() -> list[Drawing]:
    drawings = []
    for load in (load_pen_nondigits, load_pen_letters):
        with suppress(DatasetError):  # The made negatives remain.
            drawings += load()
    return [drawing for drawing in drawings if drawing.name not in LOOK_ALIKES | NEARLY_ALIKE]


def _of_part(drawings: list[Drawing], part: Part) -> list[Drawing]:
    return [drawing for drawing in drawings if drawing.part == part]


def _as_set(pixels: list[np.ndarray], drawings: list[Drawing], name: str) -> DigitSet:
    labels = np.array([each.label for each in drawings])
    return DigitSet.from_pixels(np.array(pixels).reshape(-1, SIDE, SIDE), labels, name)
