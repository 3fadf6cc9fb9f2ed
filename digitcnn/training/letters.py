"""Made letters and signs: skeletons, bent as hands bend them. None looks like a digit."""

import numpy as np

from digitcnn.ink.strokes import Stroke, draw_house_digit

_SKELETONS = {
    "A": "0,9 4,0 8,9 / 1,6 7,6",
    "C": "8,2 6,0 3,0 0,3 0,6 3,9 6,9 8,7",
    "D": "0,0 0,9 / 0,0 4,0 8,3 8,6 4,9 0,9",
    "E": "7,0 0,0 0,9 7,9 / 0,4 6,4",
    "F": "0,9 0,0 7,0 / 0,4 5,4",
    "H": "0,0 0,9 / 8,0 8,9 / 0,4 8,4",
    "K": "0,0 0,9 / 7,0 0,5 7,9",
    "M": "0,9 1,0 4,6 7,0 8,9",
    "N": "0,9 0,0 7,9 7,0",
    "P": "0,9 0,0 5,0 7,2 5,4 0,5",
    "Q": "4,0 1,2 0,5 2,8 5,8 8,5 7,2 4,0 / 5,6 9,10",
    "R": "0,9 0,0 5,0 7,2 5,4 0,5 7,9",
    "T": "0,0 8,0 / 4,0 4,9",
    "U": "0,0 0,6 2,9 5,9 7,6 7,0",
    "V": "0,0 4,9 8,0",
    "W": "0,0 2,9 5,3 8,9 10,0",
    "X": "0,0 7,9 / 7,0 0,9",
    "Y": "0,0 4,4 8,0 / 4,4 4,9",
    "a": "6,3 3,2 0,5 1,8 4,8 6,5 6,2 6,8 8,9",
    "e": "0,6 6,5 5,2 2,2 0,5 1,8 4,9 7,8",
    "f": "6,1 4,0 3,2 3,9 / 0,4 6,4",
    "h": "0,0 0,9 / 0,6 3,4 5,5 5,9",
    "k": "0,0 0,9 / 5,3 0,6 5,9",
    "m": "0,9 0,3 / 0,5 2,3 4,5 4,9 / 4,5 6,3 8,5 8,9",
    "n": "0,9 0,3 / 0,5 3,3 5,5 5,9",
    "p": "0,3 0,12 / 0,4 3,3 5,5 4,8 0,8",
    "r": "0,3 0,9 / 0,5 2,3 5,3",
    "t": "3,0 3,8 6,9 / 0,3 6,3",
    "w": "0,3 2,9 4,4 6,9 8,3",
    "x": "0,3 5,9 / 5,3 0,9",
    "y": "0,3 3,7 / 6,3 1,12",
    "+": "4,0 4,8 / 0,4 8,4",
    "=": "0,3 8,3 / 0,6 8,6",
    "#": "3,0 2,9 / 6,0 5,9 / 0,3 9,3 / 0,6 9,6",
    "*": "4,0 4,8 / 0,2 8,6 / 8,2 0,6",
    "%": "8,0 0,9 / 1,0 0,2 2,3 3,1 1,0 / 7,6 6,8 8,9 9,7 7,6",
    "&": "8,9 1,3 2,0 5,1 4,3 0,6 1,9 5,9 8,5",
    "$": "7,2 4,1 1,2 2,4 6,5 7,8 4,9 0,8 / 4,0 4,11",
    "@": "6,4 4,3 3,5 4,7 6,6 6,3 7,7 9,5 7,1 3,0 0,4 1,9 5,10 8,9",
    "!": "2,0 2,6 / 2,9 2,9.5",
    "?": "0,2 2,0 5,1 5,3 2,5 2,7 / 2,9 2,9.5",
    ":": "0,2 0,2.5 / 0,8 0,8.5",
    ";": "1,2 1,2.5 / 1,7 0,9",
    '"': "0,0 0,3 / 3,0 3,3",
    "^": "0,5 3,0 6,5",
    "~": "0,4 2,2 4,3 6,4 8,2",
    "<": "7,0 0,4 7,8",
    ">": "0,0 7,4 0,8",
    "{": "4,0 2,1 2,4 0,5 2,6 2,9 4,10",
    "}": "0,0 2,1 2,4 4,5 2,6 2,9 0,10",
    "[": "3,0 0,0 0,10 3,10",
    "]": "0,0 3,0 3,10 0,10",
    "tick": "0,5 3,9 9,0",
    "arrow": "0,4 9,4 / 6,1 9,4 6,7",
    "house": "0,9 0,4 4,0 8,4 8,9 0,9",
    "triangle": "4,0 8,8 0,8 4,0",
    "star": "2,9 4,0 6,9 0,3 8,3 2,9",
    "heart": "4,9 0,4 1,1 4,3 7,1 8,4 4,9",
    "face": "4,0 1,1 0,4 1,7 4,8 7,7 8,4 7,1 4,0 / 3,3 3,4 / 5,3 5,4 / 2,5 4,6 6,5",
    "wave": "0,5 1,0 2,5 3,0 4,5 5,0 6,5 7,0",
    "sun": "3,3 5,3 6,5 4,6 3,5 3,3 / 4,0 4,2 / 8,4 7,4 / 4,9 4,7 / 0,4 2,4",
}
"""Strokes, separated by slashes, of points "x,y" with y down."""


def write_letters(count: int, rng: np.random.Generator) -> np.ndarray:
    """Letters and signs, each in another hand.

    Args:
        count: of the images to make.
        rng: makes every choice.

    Returns:
        (count, 28, 28) float32 house digits in 0-1.
    """
    skeletons = [_parse(text) for text in _SKELETONS.values()]
    hands = (_bend(skeletons[rng.integers(len(skeletons))], rng) for _ in range(count))
    return np.stack([draw_house_digit(strokes, pen_width=rng.uniform(1.4, 3.6)) for strokes in hands])


def _parse(text: str) -> list[Stroke]:
    return [np.array([point.split(",") for point in stroke.split()], float) for stroke in text.split("/")]


def _bend(skeleton: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """The skeleton with its corners moved and perhaps rounded, and each stroke shifted a little."""
    stretch = np.exp(rng.uniform(-0.25, 0.25, 2))
    angle, slant = rng.normal(0, 0.12), rng.normal(0, 0.2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1, slant], [0, 1]]) @ np.diag(stretch)
    care, rounds = rng.uniform(0.1, 0.7), int(rng.integers(0, 3))
    strokes = []
    for stroke in skeleton:
        moved = stroke + rng.normal(0, care, stroke.shape) + rng.normal(0, 0.3 * care, 2)
        for _ in range(rounds):
            moved = _round_corners(moved)
        strokes.append(moved @ matrix.T)
    return strokes


def _round_corners(path: Stroke) -> Stroke:
    """One round of Chaikin's corner cutting, ends kept. Source: G. Chaikin, 1974."""
    if len(path) < 3:
        return path
    before, after = path[:-1], path[1:]
    cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
    return np.concatenate([path[:1], cut[1:-1], path[-1:]])
