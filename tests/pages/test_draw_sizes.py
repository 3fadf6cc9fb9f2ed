"""Real drawings on canvases of other sizes, in other corners, with other brushes: the answer stays."""

import itertools
from pathlib import Path

import numpy as np

from digitcnn import DigitReader
from digitcnn.ink.fabric import canvas_from_strokes, strokes_from_canvas
from digitcnn.ink.strokes import Stroke, box_of_strokes
from digitcnn.training.pen_strokes import load_pen_digits

DRAWINGS = 60


def put_on_canvas(strokes: list[Stroke], side: int, brush: int, corner: tuple[int, int]) -> list[Stroke]:
    """The strokes as large as a canvas lets them be with this brush at 60 %, pushed into a corner."""
    box = box_of_strokes(strokes)
    scale = 0.6 * side / max(box.width, box.height, 1e-9)
    free = side - brush - np.array([box.width, box.height]) * scale
    return [(stroke - [box.x, box.y]) * scale + brush / 2 + free * corner for stroke in strokes]


def test_brush_size_and_corner_leave_digit_and_confidence_alone(data: Path):
    assert data
    reader = DigitReader()
    everything = [one for one in load_pen_digits() if one.part == "test" and not one.suspect]
    chosen = np.random.default_rng(0).choice(len(everything), DRAWINGS, replace=False)
    apart = 0
    for index in chosen:
        answers = []
        for side, brush, corner in itertools.product((150, 600), (5, 40), ((0, 0), (1, 1))):
            strokes = put_on_canvas(everything[index].strokes, side, brush, corner)
            drawing = canvas_from_strokes(strokes, color="#000", width=brush)
            answers += reader.read_strokes(strokes_from_canvas(drawing), expect="digit").digits
        assert len({answer.label for answer in answers}) == 1
        apart += float(np.ptp([answer.confidence for answer in answers])) > 0.02
    assert apart <= 0.05 * DRAWINGS
