"""The digit that the Inside tab examines: a test digit, one of the visitor's own, or the drawing on Draw."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.file_cache import cached_by_file
from digitcnn.ink.fabric import strokes_from_canvas
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab.datasets.sources import DigitSet, load_test_images
from digitcnn.run_folder import RunFolder
from digitcnn.web.browser_storage import own_digits, remember_digits
from digitcnn.web.draw.history import History
from digitcnn.web.models import list_models, load_reader
from digitcnn.web.samples import sample_strokes

TEST, DRAWN, OWN = "A test digit", "Your drawing", "Your own digits"


@dataclass(frozen=True, eq=False)
class ChosenDigit:
    """A digit to examine.

    Attributes:
        pixels: (28, 28) float32 in 0-1, a house digit.
        words: a description for people.
    """

    pixels: np.ndarray
    words: str


def choose_digit(folder: RunFolder) -> ChosenDigit | None:
    """The digit that the visitor chooses; None where there is none of that kind."""
    remember_digits("inside")
    drawn, own = find_drawing(), own_digits()
    kinds = [TEST, *([DRAWN] if drawn else []), *([OWN] if len(own) else [])]
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control("Look at", kinds, default=kinds[0], required=True, key="inside.source")
    if kind == DRAWN:
        number = 1
        if len(drawn) > 1:
            number = st.number_input("Which of its digits", 1, len(drawn), key=f"inside.drawn-{len(drawn)}")
        return ChosenDigit(drawn[number - 1], "your drawing from the Draw page")
    if kind == OWN:
        number = st.number_input("Which of yours", 1, len(own), len(own), key=f"inside.own-{len(own)}")
        digit = own.digits[number - 1]
        return ChosenDigit(digit.pixels, f"your own {digit.label}")
    return _choose_test_digit(folder)


def find_drawing() -> list[np.ndarray]:
    """The house digits of the drawing on the Draw page in this visit: several where it is a number."""
    history = st.session_state.get("draw.history")
    if not isinstance(history, History) or not history.now:
        return []
    try:
        strokes = strokes_from_canvas(history.as_canvas())
    except DigitcnnError:
        return []
    if st.session_state.get("draw.expect") == "number" and (models := list_models()):
        return [
            digit.pixels for digit in load_reader(models[0]).read_strokes(strokes, expect="number").digits
        ]
    return [draw_house_digit(strokes)] if strokes else []


def _choose_test_digit(folder: RunFolder) -> ChosenDigit | None:
    with st.container(key="inside-digit"):
        label = st.segmented_control(
            "Digit", list(range(10)), default=7, required=True, wrap=True, key="inside.label"
        )
    try:
        test = _test_digits()
    except DigitcnnError as error:
        st.warning(str(error))
        test = None
    if test is None:
        st.caption("MNIST is not on this machine: this is the app's own sample of a digit.")
        return ChosenDigit(draw_house_digit(sample_strokes(label, 100)), f"a sample {label}")
    chosen = np.flatnonzero(test.labels == label)
    answers = _read_answers(folder.predictions_npz)
    if answers is not None and len(answers) == len(test.labels):
        wrong = chosen[answers[chosen] != label]
        if st.toggle(
            f"Only those it reads wrong ({len(wrong)} of {len(chosen):,})",
            key="inside.wrong",
            disabled=not len(wrong),
        ) and len(wrong):
            chosen = wrong
    number = st.number_input(
        f"Which {label} of MNIST's test set, 1 to {len(chosen):,}",
        1,
        len(chosen),
        key=f"inside.number-{label}-{len(chosen)}",
    )
    at = int(chosen[number - 1])
    return ChosenDigit(
        test.images[at].astype(np.float32) / 255.0, f"a {label}: number {at + 1:,} of MNIST's test set"
    )


@st.cache_resource(max_entries=1, ttl=600, show_spinner=False)
def _test_digits() -> DigitSet | None:
    return load_test_images()


@cached_by_file(maxsize=16)
def _read_answers(predictions: Path) -> np.ndarray | None:
    """(n,) the digits that a run read in its test set; None where they are not on record."""
    try:
        probabilities, _ = RunFolder(predictions.parent).read_predictions()
    except DigitcnnError:
        return None
    return probabilities.argmax(axis=1).astype(np.int8)
