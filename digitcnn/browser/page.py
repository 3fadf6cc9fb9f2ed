"""A trained model as one HTML file that anyone opens: a canvas, and the answer while the pen moves."""

from pathlib import Path
from typing import Any

from digitcnn.browser.network import read_network
from digitcnn.classes import noun_of
from digitcnn.errors import NotSupportedError, RunFolderError
from digitcnn.run_folder import RunFolder

_SCRIPTS = ("network.js", "house_digit.js", "reader.js")


def describe_reader(folder: RunFolder) -> dict[str, Any]:
    """All that the browser's `DigitReader` needs of a run, as JSON.

    Raises:
        RunFolderError: the run has no model, or it cannot be read.
        NotSupportedError: the model has a layer that the browser's reader does not know.
    """
    if not folder.tflite_file.is_file():
        raise RunFolderError(f"{folder.path} has no {folder.tflite_file.name}: train it to its end first.")
    record = folder.read_record()
    return {
        "name": folder.name,
        "classes": list(record.classes),
        "temperature": record.temperature,
        "refusal_bias": record.refusal_bias,
        "refuse_above": record.refuse_above,
        "uses_tta": record.uses_tta,
        "network": read_network(folder.tflite_file).as_json(),
    }


def read_script() -> str:
    """The JavaScript that reads strokes: it defines `DigitReader`, for a module to go on with."""
    folder = Path(__file__).parent
    sources = [(folder / name).read_text("utf-8") for name in _SCRIPTS]
    return "\n".join(sources).replace("\nexport ", "\n")


def write_page(folder: RunFolder) -> str:
    """A run's model as the text of one HTML file that loads nothing else.

    Raises:
        RunFolderError: the run has no model, or it cannot be read.
        NotSupportedError: the model has a layer that the browser's reader does not know, or it learned from
            pictures that are no handwriting.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # Pages of the app do without.

    record = folder.read_record()
    if not record.ink:
        raise NotSupportedError(
            f"{folder.name} learned from pictures that nobody draws: export it as keras, tflite or onnx."
        )
    description = describe_reader(folder)
    pages = Environment(
        loader=PackageLoader("digitcnn.browser", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return pages.get_template("page.html").render(
        name=folder.name,
        noun=noun_of(record.classes),
        accuracy=folder.read_metrics().get("test", {}).get("accuracy"),
        test=record.dataset.get("test", {}).get("name"),
        parameters=record.parameters,
        reader=description,
        script=read_script(),
    )
