"""Of a picture's components, those that are writing are chosen."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from digitcnn.errors import InputError
from digitcnn.ink.images.binarize import binarize
from digitcnn.ink.images.components import Component, find_components
from digitcnn.ink.images.load import open_picture
from digitcnn.ink.images.selection import MAX_SEGMENTS, choose_digit, choose_writing


def components_of(draw: Callable[[np.ndarray], None]) -> tuple[list[Component], list[Component]]:
    """The components chosen as one digit, and as writing, on a white page that `draw` has drawn on."""
    page = np.full((400, 600, 3), 255, dtype=np.uint8)
    draw(page)
    components = find_components(binarize(open_picture(page)))
    return choose_digit(components), choose_writing(components)


def write(page: np.ndarray) -> None:
    """Two digits, well apart."""
    for digit, left in (("7", 220), ("2", 330)):
        cv2.putText(page, digit, (left, 240), cv2.FONT_HERSHEY_SIMPLEX, 3.5, (0, 0, 0), 8, cv2.LINE_AA)


def test_digits_are_writing():
    _, writing = components_of(write)
    assert len(writing) == 2


def test_specks_are_no_writing():
    def draw(page: np.ndarray) -> None:
        write(page)
        for x in range(30, 580, 60):
            cv2.circle(page, (x, 350), 2, (0, 0, 0), -1)

    assert len(components_of(draw)[1]) == 2


def test_a_frame_around_digits_is_no_writing():
    def draw(page: np.ndarray) -> None:
        write(page)
        cv2.rectangle(page, (190, 110), (430, 290), (0, 0, 0), 6)

    assert len(components_of(draw)[1]) == 2


def test_a_dark_edge_of_the_sheet_is_no_writing():
    def draw(page: np.ndarray) -> None:
        write(page)
        cv2.rectangle(page, (0, 0), (30, 399), (20, 20, 20), -1)

    assert len(components_of(draw)[1]) == 2


def test_one_digit_takes_its_detached_stroke_along():
    def draw(page: np.ndarray) -> None:
        cv2.line(page, (250, 120), (250, 260), (0, 0, 0), 10)
        cv2.line(page, (275, 120), (340, 120), (0, 0, 0), 10)
        cv2.circle(page, (560, 380), 4, (0, 0, 0), -1)

    digit, _ = components_of(draw)
    assert len(digit) == 2


def test_blank_paper_has_neither():
    assert components_of(lambda page: None) == ([], [])


def test_too_many_segments_are_refused():
    def draw(page: np.ndarray) -> None:
        for y in range(10, 390, 14):
            for x in range(10, 590, 18):
                cv2.line(page, (x, y), (x, y + 8), (0, 0, 0), 2)

    with pytest.raises(InputError, match=f"over {MAX_SEGMENTS} segments"):
        components_of(draw)
