"""`digitcnn export`: a trained model as a file that other programs load."""

import argparse
import os
import shutil
from pathlib import Path

from digitcnn.browser.page import write_page
from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.errors import InputError, RunFolderError
from digitcnn.run_folder import RunFolder, find_run

FORMATS = {
    "keras": "Keras 3, with TensorFlow, JAX or PyTorch",
    "h5": "Keras 3, in its older format",
    "tflite": "LiteRT, on phones and small machines",
    "onnx": "ONNX Runtime, in most languages and in browsers; needs tf2onnx",
    "html": "a page to draw on, answered on the device that opens it, without a network",
    "ipynb": "a notebook that trains the same network from its data to its report, with Keras alone",
}
"""By suffix of the file: the programs that load it."""

_DESCRIPTION = """\
Writes a trained model as one file. It takes digits as (n, 28, 28, 1) float32, ink 1 on paper 0, and
gives probabilities: (n, classes), with one more at the end where the model knows "not a digit"; run.json
names the classes. As html it is a page that reads what is drawn on it. How to use the file elsewhere:
docs/use-it-in-your-code.md.

formats:
""" + "\n".join(f"  {name:<7} {words}" for name, words in FORMATS.items())

_EXAMPLES = """\
digitcnn export reader --format onnx
digitcnn export simple page.html
digitcnn export runs/simple-2 digits.h5
digitcnn export simple simple.ipynb"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    parser = add_command(
        commands, "export", "write a trained model as one file", _DESCRIPTION, run=_export, examples=_EXAMPLES
    )
    parser.add_argument("run_name", metavar="RUN", help="name of a model or run, or path of its folder")
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="file to write (default: RUN.FORMAT, here)"
    )
    parser.add_argument("--format", choices=FORMATS, help="one of %(choices)s (default: the suffix of FILE)")


def _export(options: argparse.Namespace) -> int:
    form = _choose_format(options.format, options.file)
    folder = find_run(options.run_name)
    path = options.file or Path(f"{folder.path.absolute().name}.{form}")
    if not path.absolute().parent.is_dir():
        raise InputError(f"There is no folder {str(path.parent)!r} to write into: create it first.")
    export(folder, path, form)
    print(path)
    return 0


def export(folder: RunFolder, path: Path, form: str) -> None:
    """Writes a run's model in one of `FORMATS`.

    Raises:
        RunFolderError: the run has no model, or it cannot be read.
        InputError: the run's preset is no longer there, and no notebook can be written.
        NotSupportedError: the library that writes this format is not installed.
    """
    if form in ("keras", "tflite"):
        source = folder.keras_file if form == "keras" else folder.tflite_file
        if not source.is_file():
            raise RunFolderError(f"{folder.path} has no {source.name}: finish its training first.")
        if not (path.exists() and path.samefile(source)):
            shutil.copyfile(source, path)
        return
    if form == "ipynb":
        # Only this needs all presets.
        from digitcnn.lab.designs.notebook import NotebookSource, write_notebook

        path.write_text(write_notebook(NotebookSource.of_run(folder)), encoding="utf-8")
        return
    if form == "html":
        path.write_text(write_page(folder), encoding="utf-8")
        return
    # Hides TensorFlow's start-up notices, not its errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from digitcnn.training.export import save_h5, save_onnx

    (save_h5 if form == "h5" else save_onnx)(folder.keras_file, path)


def _choose_format(named: str | None, path: Path | None) -> str:
    ending = path.suffix.removeprefix(".") if path else None
    if named is None and ending is None:
        raise InputError(f"Name a FILE, or a --format: {', '.join(FORMATS)}.")
    form = named or ending or ""
    if form not in FORMATS or (ending is not None and ending != form):
        expected = f".{named}" if named else ", ".join(f".{name}" for name in FORMATS)
        raise InputError(f"Expected a file name that ends in {expected}, received {path and path.name}.")
    return form
