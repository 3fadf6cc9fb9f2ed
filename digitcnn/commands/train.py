"""`digitcnn train`: trains a preset, a design of one's own, or the page detector, into a run folder."""

import argparse
import os
from pathlib import Path

from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.train_detector import OPTIONS, SHARED, add_options, train_detector
from digitcnn.lab.designs.design import read_toml
from digitcnn.lab.designs.store import find_preset, list_presets, preset_of_record
from digitcnn.lab.runs.limits import LIMITS, OPTIMIZERS, SCHEDULES
from digitcnn.lab.runs.settings import PRESETS, Preset, Settings
from digitcnn.run_folder import RunFolder, runs_root
from digitcnn.training.networks.layers import KINDS
from digitcnn.training.page_detector.settings import NAME

_DESCRIPTION = (
    """\
Trains a preset into a run folder. Run it again to resume an interrupted run. Ctrl-C stops a training and
keeps its best epoch; the exit code is then 130.

PRESET is one that ships, the name of a design that the Model Lab keeps, or a TOML file that describes one:

  name = "my-cnn"
  layers = [
    { kind = "Conv2D", filters = 16, kernel = 5, activation = "relu" },
    { kind = "MaxPooling2D" },
    { kind = "Flatten" },
  ]

  [recipe]
  epochs = 5

page-detector, in the place of a preset, is the network that finds digits on photos.

Kinds of layers: """
    + ", ".join(KINDS)
    + """. The last layer, a Dense one over
the classes, is added by itself."""
)

_EXAMPLES = """\
digitcnn train simple
digitcnn train deeper --epochs 3 --folder runs/short
digitcnn train my-cnn.toml
digitcnn train simple --data fashion-mnist --folder runs/fashion
digitcnn train page-detector --start shipped --steps 2000 --learning-rate 0.001"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    help = "train a preset; run it again to resume"
    parser = add_command(commands, "train", help, _DESCRIPTION, run=_train, examples=_EXAMPLES)
    parser.add_argument(
        "preset",
        metavar="PRESET",
        help=f"one of {', '.join(PRESETS)}; a design: its name, or a .toml file; or {NAME}",
    )
    parser.set_defaults(refuse=parser.error)
    parser.add_argument("--folder", type=Path, metavar="PATH", help="run folder (default: runs/PRESET)")
    parser.add_argument(
        "--data",
        metavar="NAME",
        help="the data set to learn from; `digitcnn data list` lists them (default: the preset's)",
    )
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
    add_options(parser)


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

    _refuse_strangers(options)
    # TensorFlow's start-up notices would drown the progress; errors still show.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        if options.preset == NAME:
            folder = RunFolder((options.folder or runs_root() / NAME).absolute())
            with working_on(folder) as check_stop:
                record = train_detector(folder, options, check_stop)
            return 0 if record.state == "finished" else 130
        preset, folder = _find_preset(options)
        settings = Settings.of_preset(preset, {name: getattr(options, name) for name in Settings.names()})
        with working_on(folder) as check_stop:
            from digitcnn.training.fit import train

            check_stop()
            record = train(
                preset,
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


def _refuse_strangers(options: argparse.Namespace) -> None:
    """Refuses options of presets for the page detector, and the other way round."""
    is_detector = options.preset == NAME
    strangers = {*Settings.names()} - {*SHARED} if is_detector else OPTIONS
    for name in sorted(strangers):
        if getattr(options, name) is not None:
            takes = "no setting of" if is_detector else "a setting only of"
            options.refuse(f"--{name.replace('_', '-')} is {takes} {NAME}")


def _find_preset(options: argparse.Namespace) -> tuple[Preset, RunFolder]:
    """The preset to train and the run folder; a run that was begun with a design keeps that design."""
    named: str = options.preset
    is_file = named.endswith(".toml")
    preset = read_toml(Path(named)).as_preset() if is_file else None
    folder = RunFolder((options.folder or runs_root() / (preset.name if preset else named)).absolute())
    if preset is None and folder.run_json.is_file():
        record = folder.read_record()
        preset = preset_of_record(record) if record.preset == named and record.design is not None else None
    if preset is None:
        if named not in list_presets():
            options.refuse(f"there is no preset {named!r}; there are: {', '.join(list_presets())}")
        preset = find_preset(named)
    return preset, folder
