"""The digit that the Inside tab examines: a test digit, one of the visitor's own, or the drawing on Draw."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from digitcnn.classes import DIGITS
from digitcnn.errors import DigitcnnError
from digitcnn.file_cache import cached_by_file
from digitcnn.ink.fabric import strokes_from_canvas
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.lab.datasets.sources import title_of
from digitcnn.lab.metrics.compared_runs import data_of
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.web.browser_storage import own_digits, remember_digits
from digitcnn.web.compare.figures import load_images
from digitcnn.web.draw.history import History
from digitcnn.web.models import list_models, load_reader
from digitcnn.web.samples import sample_strokes
from digitcnn.web.text import escape_markdown

TEST, TEST_IMAGE, DRAWN, OWN = "A test digit", "A test image", "Your drawing", "Your own digits"


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
    record = folder.read_record()
    drawn, own = find_drawing(), own_digits()
    test = TEST if record.classes == DIGITS else TEST_IMAGE
    kinds = [test]
    if record.ink:
        kinds += [DRAWN] if drawn else []
        kinds += [OWN] if len(own) and record.classes == DIGITS else []
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
    return _choose_test_digit(folder, record)


def find_drawing() -> list[np.ndarray]:
    """The house digits of the drawing on the Draw page in this visit: several where it is a number."""
    history = st.session_state.get("draw.history")
    if not isinstance(history, History) or not history.now:
        return []
    try:
        strokes = strokes_from_canvas(history.as_canvas())
    except DigitcnnError:
        return []
    if st.session_state.get("draw.expect") == "number" and (
        models := [model for model in list_models() if model.reads_digits]
    ):
        return [
            digit.pixels for digit in load_reader(models[0]).read_strokes(strokes, expect="number").digits
        ]
    return [draw_house_digit(strokes)] if strokes else []


def _choose_test_digit(folder: RunFolder, record: RunRecord) -> ChosenDigit | None:
    classes, data = record.classes, data_of(record)
    of_digits = classes == DIGITS
    # Another model may have other classes, and keeps its own choice.
    key = "inside.label" if of_digits else f"inside.label-{data}"
    with st.container(key="inside-digit"):
        if max(map(len, classes)) > 2:
            label = st.selectbox(
                "Class", range(len(classes)), format_func=lambda at: classes[at], width=240, key=key
            )
        else:
            label = st.segmented_control(
                "Digit" if of_digits else "Class",
                range(len(classes)),
                default=7 if of_digits else 0,
                format_func=lambda at: classes[at],
                required=True,
                wrap=True,
                key=key,
            )
    try:
        test = load_images(data)
        title = title_of(data)
    except DigitcnnError as error:
        st.warning(escape_markdown(str(error)))
        test, title = None, data
    name = classes[label]
    if test is None or test.classes != classes:
        if not of_digits:
            st.caption(f"{escape_markdown(title)} is not on this machine, so there is no image to look at.")
            return None
        st.caption(f"{title} is not on this machine: this is the app's own sample of a digit.")
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
        f"Which {escape_markdown(name)} of {escape_markdown(title)}'s test set, 1 to {len(chosen):,}",
        1,
        len(chosen),
        key=f"inside.number-{label}-{len(chosen)}",
    )
    at = int(chosen[number - 1])
    return ChosenDigit(
        test.images[at].astype(np.float32) / 255.0, f"a {name}: number {at + 1:,} of {title}'s test set"
    )


@cached_by_file(maxsize=16)
def _read_answers(predictions: Path) -> np.ndarray | None:
    """(n,) the classes that a run read in its test set; None where they are not on record."""
    try:
        probabilities, _ = RunFolder(predictions.parent).read_predictions()
    except DigitcnnError:
        return None
    return probabilities.argmax(axis=1).astype(np.int8)
