"""`digitcnn train`: trains a preset into a run folder."""

import argparse
import os
from dataclasses import fields
from pathlib import Path

from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.lab.runs.settings import LIMITS, OPTIMIZERS, PRESETS, SCHEDULES, Settings
from digitcnn.run_folder import RunFolder, runs_root

_DESCRIPTION = """\
Trains a preset into a run folder. Run it again to resume an interrupted run. Ctrl-C stops a training and
keeps its best epoch; the exit code is then 130."""

_EXAMPLES = """\
digitcnn train simple
digitcnn train deeper --epochs 3 --folder runs/short"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    help = "train a preset; run it again to resume"
    parser = add_command(commands, "train", help, _DESCRIPTION, run=_train, examples=_EXAMPLES)
    parser.add_argument("preset", choices=PRESETS, help="one of %(choices)s")
    parser.add_argument("--folder", type=Path, metavar="PATH", help="run folder (default: runs/PRESET)")
    for name, kind in (("epochs", int), ("batch_size", int), ("learning_rate", float)):
        _add_setting(parser, name, kind)
    for name, choices in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
        parser.add_argument(f"--{name}", choices=choices, help="one of %(choices)s (default: the preset's)")
    parser.add_argument(
        "--augmentation",
        action=argparse.BooleanOptionalAction,
        help="distort the images, differently in every epoch (default: the preset's)",
    )
    for name, kind in (("validation_split", float), ("images", int), ("seed", int)):
        _add_setting(parser, name, kind)


def _add_setting(parser: argparse.ArgumentParser, name: str, kind: type) -> None:
    default = {"images": "all", "seed": "0"}.get(name, "the preset's")
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=kind,
        metavar="N",
        help=f"{LIMITS[name].help} (default: {default})",
    )


def _train(options: argparse.Namespace) -> int:
    from digitcnn.lab.jobs.queue import working_on

    chosen = {
        field.name: getattr(options, field.name) for field in fields(Settings) if field.name != "preset"
    }
    settings = Settings.of_preset(options.preset, chosen)
    folder = RunFolder((options.folder or runs_root() / options.preset).absolute())
    # TensorFlow's start-up notices would drown the progress; errors still show.
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
            if record.state == "finished":
                from digitcnn.lab.metrics.analyses import keep_analysis

                keep_analysis(folder)
    except KeyboardInterrupt:
        return 130
    return 0 if record.state == "finished" else 130
