"""`digitcnn adapt`: teaches a model one person's digits."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from digitcnn.commands.parsing import Subparsers, add_command
from digitcnn.commands.terminal import align
from digitcnn.errors import InputError
from digitcnn.run_folder import RunFolder

if TYPE_CHECKING:
    from digitcnn.recognition.adaptation.learning import Example
    from digitcnn.recognition.reader import DigitReader

NONE = "none"
"""Name of the folder with ink that is not a digit."""

_DESCRIPTION = f"""\
Teaches a model one person's digits, and writes the model that has learned as a run folder. DIGITS is the
file that Draw and Upload offer to download (my-digits.npz), or a folder with a folder of pictures for each
digit, named 0 to 9, and {NONE} for what is no digit.

Prints, before and after, how many of the digits are read, each by a model that has learned from the others
only, and how many of those that the model's training had held out."""

_EXAMPLES = """\
digitcnn adapt my-digits.npz --to runs/mine
digitcnn adapt my-digits.npz --to runs/mine && digitcnn recognize --model mine photo.jpg
digitcnn adapt pictures/ --model reader --to mine"""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    parser = add_command(
        commands, "adapt", "teach a model one person's digits", _DESCRIPTION, run=_adapt, examples=_EXAMPLES
    )
    parser.add_argument("digits", type=Path, metavar="DIGITS", help="my-digits.npz, or a folder of pictures")
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="new run folder to write")
    parser.add_argument(
        "--model", default="reader", metavar="RUN", help="name or folder of the model (default: %(default)s)"
    )


def _adapt(options: argparse.Namespace) -> int:
    from digitcnn.lab.own_hand import score_left_out, write_taught_run
    from digitcnn.recognition.reader import DigitReader

    reader = DigitReader(options.model)
    examples = _read_pictures(reader, options.digits) if options.digits.is_dir() else _read(options.digits)
    adapted = reader.adapt(examples)
    write_taught_run(adapted, RunFolder(options.to))
    rows = [("digits read right", "before", "after", "of")]
    if len(examples) > 1:
        left = score_left_out(reader, examples)
        rows.append(
            (
                "yours, each by the others",
                f"{left.right_before:,}",
                f"{left.right_after:,}",
                f"{len(examples):,}",
            )
        )
    assert adapted.lesson
    for each in adapted.lesson.held:
        words = each.name if each.are_digits else f"{each.name}, refused"
        rows.append((words, f"{each.before:,}", f"{each.after:,}", f"{each.images:,}"))
    print(align(rows, right={1, 2, 3}))
    print(options.to)
    return 0


def _read(path: Path) -> "list[Example]":
    from digitcnn.lab.personal_digits import MAX_BYTES, PersonalDigits

    with path.open("rb") as file:
        own = PersonalDigits.from_bytes(file.read(MAX_BYTES + 1))
    if not len(own):
        raise InputError(f"{path} holds no digit.")
    return [(digit.pixels, digit.label) for digit in own.digits]


def _read_pictures(reader: "DigitReader", folder: Path) -> "list[Example]":
    """The ink of each picture in the folders of a folder, as a house digit."""
    examples: list[Example] = []
    for label in (*map(str, range(10)), NONE):
        for path in sorted((folder / label).glob("*")):
            if path.is_file() and not path.name.startswith("."):
                digits = reader.read_image(path, expect="digit").digits
                if not digits:
                    raise InputError(f"{path} shows no ink: remove it.")
                examples.append((digits[0].pixels, None if label == NONE else int(label)))
    if not examples:
        raise InputError(f"{folder} holds no pictures in folders named 0 to 9.")
    return examples
