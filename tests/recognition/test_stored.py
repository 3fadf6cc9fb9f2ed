"""Pictures of answers and steps, compared with stored ones: a wrong color, box, place or size shows.

`RENEW=1 python -m pytest tests/recognition/test_stored.py` makes them anew: look at them before committing.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitcnn import DigitReader
from digitcnn.ink.strokes import Box
from digitcnn.recognition.annotate import draw_answers, make_view
from digitcnn.recognition.steps import draw_steps
from tests.support.made_digits import make_digit
from tests.support.made_pictures import draw, shade

STORED = Path(__file__).parent / "stored"
MAX_CHANGED = 0.002
"""Share of pixels that may differ by more than a fifth of the range: the same fonts differ by less."""


def changed_share(picture: Image.Image, name: str) -> float:
    """Of the pixels, how many differ clearly from the stored picture's."""
    stored = np.asarray(Image.open(STORED / f"{name}.png"), dtype=np.int16)
    drawn = np.asarray(picture.convert("RGB"), dtype=np.int16)
    assert drawn.shape == stored.shape
    return float((np.abs(drawn - stored).max(axis=2) > 51).mean())


def assert_as_stored(picture: Image.Image, name: str) -> None:
    if os.environ.get("RENEW"):
        picture.convert("RGB").save(STORED / f"{name}.png", optimize=True)
    assert changed_share(picture, name) < MAX_CHANGED


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return shade(draw("2457", height=90).convert("RGB"))


def test_answers_are_drawn_as_stored(page: Image.Image):
    sure, doubtful, refused, typed = (
        make_digit(label, confidence, Box(40 + 90 * at, 40, 60, 90))
        for at, (label, confidence) in enumerate([(2, 0.99), (4, 0.6), (None, 0.9), (7, 0.99)])
    )
    view = make_view(np.asarray(page), longest=400)
    digits = [sure, doubtful, refused, typed]
    assert_as_stored(draw_answers(view, page.size, digits, typed={3}), "answers")


def test_steps_are_drawn_as_stored(page: Image.Image):
    read = DigitReader().examine_image(page)
    assert read.reading.text == "2457"
    for step in draw_steps(read, "number", longest=300):
        assert_as_stored(step.picture, f"step-{step.name.lower().replace(' ', '-')}")


@pytest.mark.parametrize(
    ("confidence", "box"),
    [(0.6, Box(40, 40, 60, 90)), (0.99, Box(44, 40, 60, 90))],
    ids=["the color of doubt", "a box 4 pixels off"],
)
def test_a_small_fault_shows(page: Image.Image, confidence: float, box: Box):
    view = make_view(np.asarray(page), longest=400)
    drawn = draw_answers(view, page.size, [make_digit(2, confidence, box)])
    other = draw_answers(view, page.size, [make_digit(2, 0.99, Box(40, 40, 60, 90))])
    share = (np.abs(np.asarray(drawn, np.int16) - np.asarray(other, np.int16)).max(axis=2) > 51).mean()
    assert share > MAX_CHANGED
