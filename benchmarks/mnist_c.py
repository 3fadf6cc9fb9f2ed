"""Prints each shipped model's accuracy on MNIST-C as Markdown; `--write` records it too.

    python benchmarks/mnist_c.py [MODEL ...] [--write]

Needs MNIST on this machine, in `$DIGITCNN_DATA` or where Keras keeps it, and takes a minute or two for each
model. All test images are corrupted by `digitcnn/lab/metrics/corruptions.py`, alike for all models, and
classified by the bare model. With `--write`, the figures go into each model's `metrics.json`, where the Model
Lab finds them, and README's table shows those of all shipped models.
"""

import sys
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.arguments import parse_arguments
from benchmarks.tables import insert, markdown
from digitcnn.errors import DigitcnnError
from digitcnn.lab.datasets.sources import load_test_images
from digitcnn.lab.metrics.corruptions import CORRUPTIONS, corrupt
from digitcnn.lab.metrics.mnist_c import CorruptedScore, corrupted_in, measure_corrupted, record_corrupted
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import SHIPPED, find_run, list_runs


def main() -> None:
    """Measures, prints and records."""
    options = parse_arguments(__doc__, write="record the figures in metrics.json and README")
    test = load_test_images()
    if test is None:
        raise SystemExit("MNIST is not on this machine: set DIGITCNN_DATA to a folder with mnist.npz.")
    corrupted = {name: corrupt(name, test.pixels) for name in CORRUPTIONS}
    measured = {}
    try:
        for name in options.models:
            folder = find_run(name)
            *_, score = deque(measure_corrupted(Recognizer(folder.tflite_file), test, corrupted), maxlen=1)
            assert isinstance(score, CorruptedScore)
            measured[name] = score
            if options.write:
                record_corrupted(folder, score)
    except DigitcnnError as error:
        raise SystemExit(str(error)) from None
    print(table_of(measured))
    if options.write:
        found = {folder.name: corrupted_in(folder.read_metrics()) for folder in list_runs(SHIPPED)}
        insert("mnist_c", table_of({name: score for name, score in found.items() if score}))


def table_of(measured: dict[str, CorruptedScore]) -> str:
    """A row for each corruption and one for their mean, a column for each model."""
    rows = [["**mean**", *(f"**{each.mean:.1%}**" for each in measured.values())]]
    rows += [
        [name.replace("_", " "), *(f"{each.accuracies[name]:.1%}" for each in measured.values())]
        for name in CORRUPTIONS
    ]
    return markdown(["corruption", *(f"`{name}`" for name in measured)], rows)


if __name__ == "__main__":
    main()
