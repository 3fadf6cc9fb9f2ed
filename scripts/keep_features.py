#!/usr/bin/env python
"""Writes `features.npz` into the folders of runs that were trained before features were kept.

    python scripts/keep_features.py RUN ...

Needs the data that the run was trained on, in `$DIGITCNN_DATA`, and takes minutes for `reader`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras

from digitcnn.run_folder import find_run
from digitcnn.training.datasets import split_mnist
from digitcnn.training.features import keep_features
from digitcnn.training.handwriting import load_calibration_set, split_handwriting


def main() -> None:
    """Keeps the features of each run that the command line names."""
    for name in sys.argv[1:]:
        folder = find_run(name)
        record = folder.read_record()
        recipe, images = record.settings, record.settings.get("images")
        if recipe["data"] == "handwriting":
            split = split_handwriting(seed=record.seed, images=images)
        else:
            split = split_mnist(recipe["validation_split"], images, record.seed)
        held = load_calibration_set(record.refuse_above is not None, split)
        model = keras.models.load_model(folder.keras_file, compile=False)
        if not keep_features(model, folder, split.train, held, split.test):
            raise SystemExit(f"{folder.name} does not end in a dense layer with softmax.")
        print(f"{folder.features_npz}: {folder.features_npz.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
