"""Prints presets' test accuracy over three seeds as Markdown; `--write` puts the table into README.

    python benchmarks/seeds.py [PRESET ...] [--write]

What is measured is kept in `benchmarks/seeds.json`; whatever is missing there is trained first, below
`$DIGITCNN_RUNS`, which takes two hours for all of it and goes on where it was stopped. A preset's shipped
model is its training on MNIST with seed 0.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.tables import insert, markdown
from digitcnn.run_folder import SHIPPED, RunFolder, runs_root, write_json

SEEDS = (0, 1, 2)
KEPT = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Training:
    """A preset on a data set, with the settings that are not its own."""

    preset: str
    data: str = "mnist"
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name in the file."""
        return " ".join([self.preset, self.data, *(f"{key}={value}" for key, value in self.settings.items())])

    def run(self, seed: int) -> RunFolder:
        """Its run, trained to the end if it is not yet."""
        if self.data == "mnist" and not self.settings and seed == 0:
            return RunFolder(SHIPPED / self.preset)
        folder = RunFolder(runs_root() / f"seeds-{self.key.replace(' ', '-').replace('=', '-')}-{seed}")
        if not folder.run_json.is_file() or folder.read_record().state != "finished":
            options = [f"--{key.replace('_', '-')}={value}" for key, value in self.settings.items()]
            command = ["train", self.preset, "--data", self.data, "--seed", str(seed), *options]
            subprocess.run(
                [sys.executable, "-m", "digitcnn", *command, "--folder", str(folder.path)], check=True
            )
        return folder


TRAININGS = (
    Training("simple", "fashion-mnist"),
    Training("resnet-small", "fashion-mnist", {"epochs": "16", "learning_rate": "0.1"}),
    Training("resnet-small"),
    Training("small"),
    Training("lenet5"),
    Training("tiny"),
)


def main() -> None:
    """Trains, prints and writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("presets", nargs="*", help="only these")
    parser.add_argument("--write", action="store_true", help="put the table of all that is known into README")
    options = parser.parse_args()
    known: dict[str, dict[str, float]] = json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}
    for training in TRAININGS:
        if options.presets and training.preset not in options.presets:
            continue
        for seed in map(str, SEEDS):
            if seed not in known.setdefault(training.key, {}):
                known[training.key][seed] = training.run(int(seed)).read_metrics()["test"]["accuracy"]
                write_json(KEPT, known)
    table = table_of(known)
    print(table)
    if options.write:
        insert("seeds", table)


def table_of(known: dict[str, dict[str, float]]) -> str:
    """A row for each training of which all seeds are known."""
    rows = []
    for training in TRAININGS:
        found = list(known.get(training.key, {}).values())
        if len(found) < len(SEEDS):
            continue
        unlike = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in training.settings.items())
        each = ", ".join(f"{accuracy:.2%}" for accuracy in found)
        rows.append([training.data, f"`{training.preset}`", unlike or "–", f"**{fmean(found):.2%}**", each])
    return markdown(["data set", "preset", "unlike the preset", "mean", "seeds 0, 1, 2"], rows)


if __name__ == "__main__":
    main()
