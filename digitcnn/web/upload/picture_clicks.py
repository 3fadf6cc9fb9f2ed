"""The browser's share of Upload: it copies the number."""

from pathlib import Path

from streamlit.components.v2 import component

from digitcnn.recognition.results import FileResult

COPY = "upload.copy"
"""Key of the button that copies the number."""

_hook = component(
    "digitcnn_picture_clicks", js=Path(__file__).with_name("picture_clicks.js").read_text("utf-8")
)


def follow_clicks(result: FileResult) -> None:
    """Runs the script, which shows nothing, for the picture that is shown."""
    _hook(data={"text": result.reading.text}, key="upload.clicks")
