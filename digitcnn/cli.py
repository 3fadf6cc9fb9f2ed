"""The command line: `python -m digitcnn COMMAND`."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from digitcnn.errors import DigitcnnError
from digitcnn.run_folder import RunFolder, runs_root
from digitcnn.training.presets import PRESETS


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit code: 0 done, 1 something that the user can mend, 130 stopped before the end.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except DigitcnnError as error:
        print(f"digitcnn: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digitcnn", description="Reads handwritten digits; trains the CNNs that do."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train a preset; the same command resumes a run that was cut off",
        description="Trains a preset into a run folder. The same command resumes a run that was cut off.",
    )
    train.add_argument("preset", choices=PRESETS, help="what to train: %(choices)s")
    train.add_argument("--folder", type=Path, metavar="PATH", help="run folder (default: runs/PRESET)")
    train.add_argument(
        "--epochs", type=_positive, metavar="N", help="passes over the images (default: the preset's)"
    )
    train.add_argument(
        "--images", type=_positive, metavar="N", help="use N of the training images (default: all)"
    )
    train.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of weights, split and order (default: 0)"
    )
    train.set_defaults(run=_train)
    return parser


def _train(options: argparse.Namespace) -> int:
    preset = PRESETS[options.preset]
    recipe = replace(preset.recipe, epochs=options.epochs) if options.epochs else preset.recipe
    folder = RunFolder(options.folder or runs_root() / preset.name)
    # TensorFlow's start-up notices drown the progress; errors still show.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from digitcnn.training.fit import train

    record = train(
        preset,
        folder,
        recipe=recipe,
        seed=options.seed,
        images=options.images,
        echo=lambda line: print(line, flush=True),
    )
    return 0 if record.state == "finished" else 130


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number above 0, received {text}")
    return number
