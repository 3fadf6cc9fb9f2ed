"""Prints each shipped model's robustness as Markdown; `--write` records it too.

    python benchmarks/robustness.py [MODEL ...] [--write]

Needs MNIST on this machine, in `$DIGITCNN_DATA` or where Keras keeps it. Every fifth test image is
rotated, shifted, blurred and so on, alike for all models, and classified by the bare model. With
`--write`, the figures go into each model's `metrics.json`, where the Model Lab finds them.
"""

import sys
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.arguments import parse_arguments
from benchmarks.tables import markdown
from digitcnn.errors import DigitcnnError
from digitcnn.lab.datasets.sources import DigitSet, load_test_images
from digitcnn.lab.metrics.robustness import Robustness, measure_robustness, record_robustness
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import find_run


def main() -> None:
    options = parse_arguments(__doc__, write="record the figures in metrics.json")
    test = load_test_images()
    if test is None:
        raise SystemExit("MNIST is not on this machine: set DIGITCNN_DATA to a folder with mnist.npz.")
    try:
        measured = {name: measure(name, test, write=options.write) for name in options.models}
    except DigitcnnError as error:
        raise SystemExit(str(error)) from None
    print(table_of(measured))


def measure(name: str, test: DigitSet, *, write: bool) -> Robustness:
    folder = find_run(name)
    *_, result = deque(measure_robustness(Recognizer(folder.tflite_file), test), maxlen=1)
    assert isinstance(result, Robustness)
    if write:
        record_robustness(folder, result)
    return result


def table_of(measured: dict[str, Robustness]) -> str:
    lines = [["untouched", *(f"{each.clean:.2%}" for each in measured.values())]]
    for place, series in enumerate(next(iter(measured.values())).series):
        for step, level in enumerate(series.levels):
            shares = [f"{each.series[place].accuracies[step]:.1%}" for each in measured.values()]
            lines.append([f"{series.kind}, {level:g} {series.unit}", *shares])
    return markdown(["digits", *(f"`{name}`" for name in measured)], lines)


if __name__ == "__main__":
    main()
