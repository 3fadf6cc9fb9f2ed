"""The command line: `python -m digitcnn COMMAND`."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from digitcnn.errors import DigitcnnError, InputError
from digitcnn.lab.settings import LIMITS, OPTIMIZERS, PRESETS, Settings
from digitcnn.lab.training_queue import working_on
from digitcnn.run_folder import RunFolder, find_run, runs_root


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
    for name, kind in (("epochs", int), ("batch_size", int), ("learning_rate", float)):
        _add_setting(train, name, kind)
    train.add_argument("--optimizer", choices=OPTIMIZERS, help="one of %(choices)s (default: the preset's)")
    train.add_argument(
        "--augmentation",
        action=argparse.BooleanOptionalAction,
        help="distort the images anew in every epoch (default: the preset's)",
    )
    for name, kind in (("validation_split", float), ("images", int), ("seed", int)):
        _add_setting(train, name, kind)
    train.set_defaults(run=_train)
    export = commands.add_parser(
        "export",
        help="write a trained model as a legacy .h5 file",
        description="Writes a trained model as a legacy .h5 file; .keras and .tflite lie in its run folder.",
    )
    export.add_argument("model", help="name of a model, or path of its run folder")
    export.add_argument("path", type=Path, help="file to write, ending in .h5")
    export.set_defaults(run=_export)
    return parser


def _add_setting(parser: argparse.ArgumentParser, name: str, kind: type) -> None:
    default = {"images": "all", "seed": "0"}.get(name, "the preset's")
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=kind,
        metavar="N",
        help=f"{LIMITS[name].help} (default: {default})",
    )


def _train(options: argparse.Namespace) -> int:
    chosen = {
        field.name: getattr(options, field.name) for field in fields(Settings) if field.name != "preset"
    }
    settings = Settings.of_preset(options.preset, chosen)
    folder = RunFolder((options.folder or runs_root() / options.preset).absolute())
    # TensorFlow's start-up notices drown the progress; errors still show.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with working_on(folder):
            from digitcnn.training.fit import train

            record = train(
                PRESETS[options.preset],
                folder,
                recipe=settings.recipe,
                seed=settings.seed,
                images=settings.images,
                echo=lambda line: print(line, flush=True),
            )
    except KeyboardInterrupt:
        return 130
    return 0 if record.state == "finished" else 130


def _export(options: argparse.Namespace) -> int:
    if options.path.suffix != ".h5":
        raise InputError(f"Expected a file name that ends in .h5, received {options.path.name}.")
    folder = find_run(options.model)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from digitcnn.training.export import save_h5

    save_h5(folder.keras_file, options.path)
    return 0
