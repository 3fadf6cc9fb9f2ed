import io

import numpy as np
from openpyxl import load_workbook

from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, Reading
from digitcnn.recognition.results import COLUMNS, FileResult
from digitcnn.recognition.workbook import write_xlsx


def test_names_are_no_formulas_and_numbers_keep_their_zeros():
    line = tuple(
        Digit(np.eye(10)[label], 0.98765, False, Box(0, 0, 9, 9), np.zeros((28, 28))) for label in (0, 0, 7)
    )
    file = write_xlsx([FileResult("=HYPERLINK(0)\x07.png", Reading((line,)), error="cut short")])
    header, row = load_workbook(io.BytesIO(file))["digits"].rows
    assert tuple(cell.value for cell in header) == COLUMNS
    assert [cell.value for cell in row] == ["=HYPERLINK(0).png", "007", 3, 0.9876, "cut short"]
    assert row[0].data_type == "s"
