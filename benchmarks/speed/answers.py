"""One drawing, one photo, one house digit and ten thousand, beside Keras with the same weights."""

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.speed.figures import Figure, compare_speed
from digitcnn import DigitReader
from digitcnn.ink.strokes import draw_house_digit
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import find_run
from digitcnn.web.samples import sample_strokes

MODEL = "reader"
ROUNDS, BATCH_ROUNDS = 60, 3

Ways = dict[str, Callable[[], Any]]


def measure() -> list[Figure]:
    """Measures all ways in one process by turns: a busy machine changes times, not their ratios."""
    import keras
    import tensorflow as tf

    folder = find_run(MODEL)
    recognizer, reader = Recognizer(folder.tflite_file), DigitReader(MODEL)
    model: Any = keras.models.load_model(folder.keras_file)
    compiled = tf.function(lambda batch: model(batch, training=False))
    strokes = sample_strokes(4, 400)
    digit, photo = draw_house_digit(strokes)[np.newaxis], _photo(strokes)
    one = tf.constant(digit[..., np.newaxis])
    single = time_turn_by_turn(
        {
            "house digit": lambda: recognizer.predict(digit),
            "drawing": lambda: reader.read_strokes(strokes, expect="digit"),
            "photo": lambda: reader.read_image(photo, expect="digit"),
            "compiled": lambda: compiled(one).numpy(),
            "called": lambda: model(one, training=False).numpy(),
            "predict": lambda: model.predict(one, verbose=0),
        },
        ROUNDS,
    )
    digits = np.random.default_rng(0).random((10_000, 28, 28), dtype=np.float32)
    parts = tf.split(tf.constant(digits[..., np.newaxis]), 10)
    batch = time_turn_by_turn(
        {
            "ours": lambda: recognizer.predict(digits),
            "compiled": lambda: [compiled(part).numpy() for part in parts],
            "predict": lambda: model.predict(digits[..., np.newaxis], batch_size=1024, verbose=0),
        },
        BATCH_ROUNDS,
    )
    house_digit = f"one house digit, `{MODEL}`"
    return [
        compare_speed(house_digit, single["house digit"], "ms", single["predict"], "model.predict"),
        compare_speed(house_digit, single["house digit"], "ms", single["called"], "model(x)"),
        compare_speed(house_digit, single["house digit"], "ms", single["compiled"], "tf.function"),
        compare_speed(
            "one drawing, from its strokes", single["drawing"], "ms", single["predict"], "model.predict"
        ),
        compare_speed("one photo of 3 megapixels", single["photo"], "ms", single["predict"], "model.predict"),
        compare_speed(
            "10,000 house digits", batch["ours"], "ms", batch["predict"], "model.predict(batch_size=1024)"
        ),
        compare_speed(
            "10,000 house digits", batch["ours"], "ms", batch["compiled"], "tf.function, 1,000 at a time"
        ),
    ]


def time_turn_by_turn(ways: Ways, rounds: int) -> dict[str, float]:
    """Median milliseconds of each way, each called twice per round, of which the second call counts.

    The first one finds the processor's caches full of what another way has left there.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            way()
            started = time.perf_counter()
            way()
            taken[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in taken.items()}


def _photo(strokes: list[np.ndarray]) -> bytes:
    """A dark digit on paper that lies half in the shade, as a JPEG of 2,000 by 1,500 pixels."""
    shade = np.linspace(150, 235, 2000)[np.newaxis, :, np.newaxis] * np.ones((1500, 1, 3))
    grain = np.random.default_rng(0).normal(0, 4, shade.shape)
    picture = Image.fromarray(np.clip(shade + grain, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        pen.line([tuple(point) for point in (stroke * 2 + (600, 350)).tolist()], (40, 45, 70), 24, "curve")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()
