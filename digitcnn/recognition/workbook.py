"""Readings of several files as an Excel workbook."""

import io
from collections.abc import Iterable

import pandas as pd

from digitcnn.recognition.results import COLUMNS, FileResult, row_of


def write_xlsx(results: Iterable[FileResult]) -> bytes:
    """The rows of the CSV as an Excel workbook; a number's text stays text, with its leading zeros."""
    # Eight megabytes that most visitors never ask for.
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    table = pd.DataFrame(map(row_of, results), columns=list(COLUMNS))
    table = table.replace(ILLEGAL_CHARACTERS_RE, "", regex=True)
    for column in ("digits", "lowest_confidence"):
        table[column] = pd.to_numeric(table[column])
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        table.to_excel(writer, sheet_name="digits", index=False, freeze_panes=(1, 0))
        # openpyxl takes text that begins with "=" for a formula, and anybody may name a file so.
        for row in writer.sheets["digits"].iter_rows():
            for cell in row:
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type
    return file.getvalue()
