"""What a visitor takes away: tables of all files, the picture with its answers, and the number itself."""

import io
from collections.abc import Sequence
from functools import partial

import streamlit as st

from digitcnn.recognition.results import FileResult, write_csv, write_json
from digitcnn.recognition.workbook import write_xlsx
from digitcnn.web.upload.files import Preview, ShownFile
from digitcnn.web.upload.panels import draw_picture
from digitcnn.web.upload.picture_clicks import COPY

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_tables(results: Sequence[FileResult]) -> None:
    """A button for each kind of file that holds all results."""
    row = "A row per file: text, number of digits, lowest confidence, error"
    everything = "Everything: each digit with its box and ten probabilities"
    kinds = (
        ("CSV", write_csv(results), "text/csv", row),
        ("XLSX", partial(write_xlsx, results), _XLSX, f"{row}; for Excel and LibreOffice"),
        ("JSON", write_json(results), "application/json", everything),
    )
    with st.container(horizontal=True, width="content", gap="xsmall"):
        for label, data, mime, words in kinds:
            kind = label.lower()
            st.download_button(
                label,
                data,
                f"digits.{kind}",
                mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"upload.{kind}",
                help=words,
            )


def show_takeaways(file: ShownFile, preview: Preview) -> None:
    """Buttons that copy the number, which `picture_clicks` does, and download the annotated picture."""
    if st.button(
        "Copy",
        icon=":material/content_copy:",
        disabled=not file.result.reading.text,
        help="Copy the number",
        key=COPY,
    ):
        st.toast("The number is copied", icon=":material/check:")
    st.download_button(
        "Picture",
        partial(_draw_png, file, preview),
        "digits.png",
        "image/png",
        on_click="ignore",
        icon=":material/download:",
        help="The picture with boxes and answers on it, as PNG",
        key="upload.png",
    )


def _draw_png(file: ShownFile, preview: Preview) -> bytes:
    png = io.BytesIO()
    draw_picture(file.result, preview).save(png, "PNG")
    return png.getvalue()
