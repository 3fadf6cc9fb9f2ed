"""`digitcnn train page-detector`: trains the network that finds digits on photos."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from digitcnn.lab.runs.limits import require_within
from digitcnn.run_folder import RunFolder, RunRecord
from digitcnn.training.page_detector.settings import DetectorSettings

SHIPPED = "shipped"
"""Stands for the file of the detector that ships."""

OPTIONS = ("steps", "start", "fonts")
"""Options that only this training has."""

SHARED = ("folder", "seed", "learning_rate")
"""Options that it has as well as trainings of presets."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that presets do not have."""
    default = DetectorSettings()
    group = parser.add_argument_group(
        "page-detector",
        "takes these, --folder, --seed and --learning-rate, and learns from pages that it makes",
    )
    group.add_argument(
        "--steps",
        type=int,
        metavar="N",
        help=f"each on {default.batch_size} pages (default: {default.steps})",
    )
    group.add_argument(
        "--start",
        metavar="FILE",
        help=f"begin with the weights of a detector's .tflite file, or, if {SHIPPED}, of the one that ships",
    )
    group.add_argument(
        "--fonts",
        type=Path,
        action="append",
        metavar="PATH",
        help="folder of typefaces to print with; may be repeated (default: the data folder's, the system's)",
    )


def train_detector(
    folder: RunFolder, options: argparse.Namespace, check_stop: Callable[[], None]
) -> RunRecord:
    """Trains, or resumes; arguments that are None have their defaults, `check_stop` is of `working_on`.

    Raises:
        InputError: a setting is outside of its limits.
        DigitcnnError: as in `digitcnn.training.page_detector.train.train`.
    """
    from digitcnn.lab.metrics.page_detector import score_detector
    from digitcnn.recognition.pages.detector import MODEL_FILE
    from digitcnn.training.page_detector.print import find_fonts
    from digitcnn.training.page_detector.train import train

    check_stop()
    chosen = {name: getattr(options, name) for name in ("steps", "learning_rate", "start")}
    given = {name: value for name, value in chosen.items() if value is not None}
    settings, seed = DetectorSettings(**given), options.seed or 0
    for name, value in (("learning_rate", settings.learning_rate), ("seed", seed)):
        require_within(name, value)
    start = Path(settings.start) if settings.start else None
    return train(
        folder,
        settings,
        lambda path, pages: asdict(score_detector(path, pages)),
        start=MODEL_FILE if settings.start == SHIPPED else start,
        seed=seed,
        fonts=find_fonts(options.fonts) if options.fonts else None,
        echo=lambda line: print(line, flush=True),
    )
