"""The parsers of strangers' input, and valid input for each."""

import io
import json
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitcnn.errors import DigitcnnError
from scripts.spoiling import spoil_bytes, spoil_file, spoil_pen_file, spoil_strokes, spoil_values


@dataclass(frozen=True)
class Parser:
    """A function that reads a stranger's input.

    Attributes:
        samples: valid inputs.
        spoil: changes one at random; another sample may lend parts.
        read: calls the parser.
        refuses: errors that the parser may raise.
    """

    samples: Callable[[], list[Any]]
    spoil: Callable[[random.Random, Any, Any], Any]
    read: Callable[[Any], object]
    refuses: tuple[type[Exception], ...] = (DigitcnnError,)


def _read_strokes(strokes: Any) -> None:
    reader = _reader()
    from digitcnn.time_budget import time_budget

    with time_budget():
        for expect in ("digit", "number"):
            reader.read_strokes(strokes, expect=expect)


def _read_request(value: Any) -> None:
    from digitcnn.api.bodies import RefusalError, parse_drawing

    try:
        sent = parse_drawing(json.dumps(value).encode())
    except RefusalError as error:
        raise DigitcnnError(error.sentence.encode()) from None
    _read_strokes(sent.strokes)


def _read_canvas(value: Any) -> None:
    from digitcnn.ink.fabric import strokes_from_canvas

    strokes = strokes_from_canvas(value)
    if sum(map(len, strokes)) < 2000:
        _read_strokes(strokes)


def _read_picture(data: bytes) -> None:
    from digitcnn.time_budget import time_budget

    with time_budget():
        _reader().read_image(data, expect="number")


def _read_unipen(data: bytes) -> None:
    from digitcnn.ink.strokes import as_strokes
    from digitcnn.training.pendigits import parse_unipen

    for strokes, label in parse_unipen(data.decode("latin-1")):
        assert 0 <= label <= 9
        as_strokes(strokes)


def _read_pen_file(data: bytes) -> None:
    import gzip

    from digitcnn.training.pen_strokes import read_pen_digits

    with tempfile.NamedTemporaryFile(suffix=".json.gz") as file:
        file.write(gzip.compress(data, 1))
        file.flush()
        for drawing in read_pen_digits(Path(file.name)):
            drawing.part  # noqa: B018


def _read_personal(data: bytes) -> None:
    from digitcnn.lab.personal_digits import PersonalDigits

    PersonalDigits.from_bytes(data).to_bytes()


def _read_run(file: tuple[str, bytes]) -> None:
    """Reads a run folder with one broken file in every way that pages do."""
    from digitcnn.lab.runs import catalog as runs
    from digitcnn.lab.runs import live, scores
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.run_folder import SHIPPED, RunFolder

    with tempfile.TemporaryDirectory() as place:
        for path in (SHIPPED / "sprint").iterdir():
            if path.name != "model.keras":
                (Path(place) / path.name).write_bytes(path.read_bytes())
        (Path(place) / file[0]).write_bytes(file[1])
        folder = RunFolder(place)
        refused = None
        for ask in (folder.read_record, folder.read_metrics, folder.read_progress, folder.read_history):
            refused = _asked(ask) or refused
        refused = _asked(folder.read_predictions) or refused
        refused = _asked(lambda: DigitReader(place).read_strokes([[(1, 2), (3, 9)]])) or refused  # type: ignore[list-item]
        refused = _asked(lambda: scores.read_score(folder)) or refused
        run = runs.inspect_run(Path(place), shipped=False)
        runs.read_test_accuracy(run)
        if run.record:
            live.read_now(run)
        if refused:
            raise refused


def _asked(ask: Callable[[], object]) -> DigitcnnError | None:
    try:
        ask()
    except DigitcnnError as error:
        return error
    return None


def _reader() -> Any:
    from digitcnn import DigitReader

    return DigitReader("sprint")


def _drawings() -> list[Any]:
    path = Path(__file__).parent.parent / "tests" / "ink" / "canvas_drawings.json"
    return [drawing["json_data"] for drawing in json.loads(path.read_text()).values()]


def _strokes() -> list[Any]:
    """Four sample digits, and the number that they make."""
    from digitcnn.web.samples import sample_number, sample_strokes

    drawings = [*(sample_strokes(digit, 100) for digit in (1, 2, 4, 7)), sample_number("1247", (400, 100))]
    return [[stroke[::4].tolist() for stroke in strokes] for strokes in drawings]


def _pictures() -> list[bytes]:
    """A number in every format that digitcnn opens."""
    import pillow_heif
    from PIL import Image, ImageDraw

    from digitcnn.web.samples import sample_number

    pillow_heif.register_heif_opener()
    small, found = Image.new("L", (100, 64), 255), []
    for stroke in sample_number("27", small.size):
        ImageDraw.Draw(small).line([tuple(point) for point in stroke.tolist()], fill=0, width=5)
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "PDF"):
        for mode in ("RGB", "P", "RGBA", "I;16", "1"):
            file = io.BytesIO()
            try:
                (Image.new("I;16", (60, 60), 900) if mode == "I;16" else small.convert(mode)).save(file, kind)
            except (OSError, ValueError, KeyError):
                continue
            found.append(file.getvalue())
    return found


def _unipen() -> list[bytes]:
    head, strokes = '.COMMENT x\n.SEGMENT DIGIT 1-2:0 ? "%s"\n', "10 20\n11 24\n30 60\n.PEN_UP\n.DT 20\n"
    text = f"{head}.PEN_DOWN\n{strokes}.PEN_DOWN\n1 2\n.PEN_UP\n"
    return ["".join(text % digit for digit in digits).encode() for digits in ("7", "0123456789", "x1")]


def _pen_file() -> list[Any]:
    entry = {"label": 7, "source": "unipen-abe", "writer": "abe", "strokes": _strokes()[2], "suspect": True}
    return [[entry], [entry | {"label": label} for label in range(10)]]


def _personal() -> list[bytes]:
    import numpy as np

    from digitcnn.ink.strokes import draw_house_digit
    from digitcnn.lab.personal_digits import PersonalDigits

    digits, found = PersonalDigits(), []
    for label, strokes in enumerate(_strokes()):
        digits = digits.add(draw_house_digit([np.array(stroke) for stroke in strokes]), label)
        found.append(digits.to_bytes())
    return found


def _run_files() -> list[tuple[str, bytes]]:
    from digitcnn.run_folder import SHIPPED

    names = ("run.json", "history.csv", "progress.json", "metrics.json", "predictions.npz")
    return [(name, (SHIPPED / "sprint" / name).read_bytes()) for name in names]


PARSERS: dict[str, Parser] = {
    "canvas": Parser(_drawings, spoil_values, _read_canvas),
    "strokes": Parser(_strokes, spoil_strokes, _read_strokes, (DigitcnnError, ValueError, TypeError)),
    "requests": Parser(
        lambda: [{"strokes": one, "expect": "digit"} for one in _strokes()], spoil_values, _read_request
    ),
    "pictures": Parser(_pictures, spoil_bytes, _read_picture),
    "unipen": Parser(_unipen, spoil_bytes, _read_unipen),
    "pen-files": Parser(_pen_file, spoil_pen_file, _read_pen_file),
    "personal-digits": Parser(_personal, spoil_bytes, _read_personal),
    "run-folders": Parser(_run_files, spoil_file, _read_run),
}
