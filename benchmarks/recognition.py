"""Times one digit and ten thousand, through LiteRT and through Keras with the same weights.

    python benchmarks/recognition.py [--model NAME] [--json PATH]

All of it in one process, turn by turn, so that the ratios hold where the milliseconds do not.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.tables import markdown
from digitcnn import DigitReader
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.recognition.recognizer import Recognizer
from digitcnn.run_folder import find_run

ROUNDS = 60
BATCH_ROUNDS = 3
STROKES = [np.array([(30.0, 40), (80, 30), (130, 60), (110, 120), (40, 190), (150, 195)] * 6)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="reader")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args()
    one = time_turn_by_turn(one_digit(options.model), ROUNDS)
    batch = time_turn_by_turn(ten_thousand(options.model), BATCH_ROUNDS)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"Model `{options.model}`; {machine}; medians of {ROUNDS} and of {BATCH_ROUNDS} turns.\n")
    print(markdown(["one digit", "ms", "times LiteRT"], rows(one)))
    print()
    print(markdown(["10,000 digits", "ms", "times LiteRT"], rows(batch)))
    if options.json:
        figures = {"model": options.model, "machine": machine, "one": one, "batch": batch}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def one_digit(name: str) -> dict[str, Callable[[], Any]]:
    import keras
    import tensorflow as tf

    folder = find_run(name)
    recognizer, reader = Recognizer(folder.tflite_file), DigitReader(name)
    model: Any = keras.models.load_model(folder.keras_file)
    compiled = tf.function(lambda batch: model(batch, training=False))
    digit = draw_house_digit(STROKES)
    batch = tf.constant(digit[np.newaxis, ..., np.newaxis])
    return {
        "LiteRT, house digit": lambda: recognizer.predict(digit[np.newaxis]),
        "LiteRT, from strokes": lambda: reader.read_strokes(STROKES, expect="digit"),
        "tf.function": lambda: compiled(batch).numpy(),
        "model(x)": lambda: model(batch, training=False).numpy(),
        "model.predict": lambda: model.predict(batch, verbose=0),
    }


def ten_thousand(name: str) -> dict[str, Callable[[], Any]]:
    import keras
    import tensorflow as tf

    folder = find_run(name)
    recognizer = Recognizer(folder.tflite_file)
    model: Any = keras.models.load_model(folder.keras_file)
    compiled = tf.function(lambda batch: model(batch, training=False))
    digits = np.random.default_rng(0).random((10_000, 28, 28), dtype=np.float32)
    parts = tf.split(tf.constant(digits[..., np.newaxis]), 10)
    return {
        "LiteRT": lambda: recognizer.predict(digits),
        "tf.function, batches of 1,000": lambda: [compiled(part).numpy() for part in parts],
        "model.predict, batches of 1,024": lambda: model.predict(
            digits[..., np.newaxis], batch_size=1024, verbose=0
        ),
    }


def time_turn_by_turn(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each way, each called once per round after one call that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for each in range(rounds + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if each:
                taken[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in taken.items()}


def rows(medians: dict[str, float]) -> list[list[str]]:
    first = next(iter(medians.values()))
    return [[name, f"{ms:,.2f}", f"{ms / first:,.1f}"] for name, ms in medians.items()]


if __name__ == "__main__":
    main()
