"""Made ink that is not a digit: several digits at once, halves, mixtures, scribbles, printed letters.

Half of an 8 is a 0, and a mixture of doodles may be a 1. Such accidents are few beside the true digits of
that shape, so that a model that sees both still answers with the digit.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from digitcnn.ink.house_digit import SIDE, box_of_ink, make_house_digit
from digitcnn.ink.strokes import Stroke, draw_house_digit

_LETTERS = "AaCcDdEeFfGHhJKkLMmNnPpQRrTtUuVvWwXxYyGj&@#%?$*+=<>{}[]~^~"


def join_digits(digits: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Two or three digits side by side, above one another or overlapping, as one image.

    Args:
        digits: (n, 28, 28) float32 in 0-1, to choose from.
        count: of the images to make.
        rng: makes every choice.

    Returns:
        (count, 28, 28) float32 in 0-1.
    """

    def join() -> np.ndarray:
        chosen = digits[rng.integers(len(digits), size=2 + (rng.random() < 0.25))]
        several = [digit[box_of_ink(digit) or ...] for digit in chosen]
        if rng.random() < 0.2:
            return make_house_digit(_side_by_side([digit.T for digit in several], rng).T)
        return make_house_digit(_side_by_side(several, rng))

    return _repeat(join, count)


def halve_digits(digits: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Digits cut by a straight line at any angle, the smaller part kept; shapes as in `join_digits`."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2

    def halve() -> np.ndarray:
        angle = rng.uniform(0, 2 * np.pi)
        kept = np.clip(np.cos(angle) * x + np.sin(angle) * y + rng.uniform(-3.5, 0), 0, 1)
        return make_house_digit(digits[rng.integers(len(digits))] * kept)

    return _repeat(halve, count)


def turn_digits(digits: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Digits turned by a quarter, or mirrored; shapes as in `join_digits`."""
    chosen = digits[rng.integers(len(digits), size=count)]
    turned = [np.rot90(each, rng.choice([1, 3])) if rng.random() < 0.7 else each[:, ::-1] for each in chosen]
    return np.stack([make_house_digit(each) for each in turned])


def mix_drawings(drawings: list[list[Stroke]], count: int, rng: np.random.Generator) -> np.ndarray:
    """Three or more strokes of several drawings, overlaid; shapes as in `join_digits`."""

    def mix() -> np.ndarray:
        strokes: list[Stroke] = []
        while len(strokes) < 3:
            drawing = drawings[rng.integers(len(drawings))]
            kept = [stroke for stroke in drawing if rng.random() < 0.7]
            strokes += [_unit(stroke, drawing) + rng.uniform(-0.2, 0.2, 2) for stroke in kept]
        return draw_house_digit(strokes, pen_width=rng.uniform(1.4, 3.6))

    return _repeat(mix, count)


def scribble(count: int, rng: np.random.Generator) -> np.ndarray:
    """Wandering, zigzag and looping lines; shapes as in `join_digits`."""

    def draw() -> np.ndarray:
        strokes = [_wander(rng) + rng.uniform(-0.5, 0.5, 2) for _ in range(rng.integers(1, 4))]
        return draw_house_digit(strokes, pen_width=rng.uniform(1.4, 3.6))

    return _repeat(draw, count)


def print_letters(count: int, rng: np.random.Generator) -> np.ndarray:
    """Printed letters and symbols that do not look like digits; shapes as in `join_digits`."""
    font = ImageFont.load_default(64)

    def print_one() -> np.ndarray:
        image = Image.new("L", (160, 120))
        ImageDraw.Draw(image).text((40, 20), _LETTERS[rng.integers(len(_LETTERS))], fill=255, font=font)
        image = image.resize((int(160 * rng.uniform(0.7, 1.2)), 120))
        return make_house_digit(np.asarray(image, dtype=np.float32) / 255.0)

    return _repeat(print_one, count)


def _repeat(make: Callable[[], np.ndarray], count: int) -> np.ndarray:
    return np.stack([make() for _ in range(count)])


def _side_by_side(several: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    field = np.zeros((60, 120), dtype=np.float32)
    left = 0
    for digit in several:
        top = 12 + int(rng.integers(-6, 7))
        height, width = digit.shape
        place = field[top : top + height, left : left + width]
        np.maximum(place, digit[: place.shape[0], : place.shape[1]], out=place)
        left += max(3, width + int(rng.integers(-6, 8)))
    return field


def _unit(stroke: Stroke, drawing: list[Stroke]) -> Stroke:
    """The stroke, in units of its drawing's longer side."""
    points = np.concatenate(drawing)
    corner = points.min(axis=0)
    return (stroke - corner) / max(float(np.ptp(points, axis=0).max()), 1e-9)


def _wander(rng: np.random.Generator) -> Stroke:
    knots = int(rng.integers(4, 14))
    turns = rng.normal(0, rng.uniform(0.3, 2.5), knots) + rng.uniform(-1, 1)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(turns)
    steps = rng.uniform(0.1, 0.6, knots)
    path = np.cumsum(np.stack([steps * np.cos(heading), steps * np.sin(heading)], axis=1), axis=0)
    if rng.random() < 0.5:
        return path
    fine = np.linspace(0, knots - 1, knots * 6)
    smooth = np.stack([np.interp(fine, np.arange(knots), path[:, axis]) for axis in (0, 1)], axis=1)
    kernel = np.ones(7) / 7
    return np.stack([np.convolve(smooth[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=1)
