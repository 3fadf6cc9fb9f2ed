#!/usr/bin/env python
"""Trains the shipped `reader` on, with disturbed images among its own, into another run folder.

    python scripts/harden_reader.py FOLDER

Each epoch shows every training image once, varied as always; some are disturbed as well
(`digitcnn/training/disturbance.py`). All layers but the last one learn to give the features that the shipped
`reader` gives for the same image before it is disturbed, and the last layer stays: so what it reads, refuses
and learns of one hand hardly changes. That is done three times: the second time with more weight on images
that are not disturbed, the third time with most of it on plain lines, letters and symbols, where it is least
sure. After the first and the third, the weights are averaged with the shipped ones. Stopped, it resumes after
its last epoch; of a hardened `reader` it makes one that is hardened twice. Needs the data of
`digitcnn train reader`, and two to nine minutes an epoch on two cores.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import keras
import numpy as np

from digitcnn import run_state
from digitcnn.ink.house_digit import SIDE
from digitcnn.run_folder import RunFolder, find_run, write_json
from digitcnn.training.augmentation import distort
from digitcnn.training.collection.registry import find_dataset
from digitcnn.training.datasets import NOT_A_DIGIT, Split
from digitcnn.training.disturbance import disturb, draw_lines
from digitcnn.training.feed import Feed
from digitcnn.training.finish import finish, predict
from digitcnn.training.fit import GENTLE
from digitcnn.training.handwriting import split_handwriting

SEED = 2

BLANK = 0.015
"""The share of images that are disturbed paper without ink: not a digit."""

OF_FEATURES, OF_LABELS = 10.0, 0.1
"""Weights of the two losses: squared distance of features, and log loss of answers."""

WEIGHT_DECAY = 0.01
BATCH = 128
_BLOCK = 512


@dataclass(frozen=True)
class Stage:
    """A part of the training.

    Attributes:
        epochs: their number.
        learning_rate: the highest one.
        disturbed: the share of images that are disturbed.
        weight_of_undisturbed: of the other images' features, where that of a disturbed one's is 1.
        kept: the share of the new weights that is kept, beside the shipped ones.
        seed: of the disturbances.
        variation: the number of the first epoch's varied images.
        lines: the share of images that a plain line takes the place of.
        weight_of_doubtful: of the features of lines and non-digits, where that of a digit's is 1.
    """

    epochs: int
    learning_rate: float
    disturbed: float
    weight_of_undisturbed: float
    kept: float
    seed: int
    variation: int
    lines: float = 0.0
    weight_of_doubtful: float = 1.0


STAGES = (
    Stage(6, 1e-3, disturbed=0.4, weight_of_undisturbed=1.0, kept=0.8, seed=2, variation=0),
    Stage(4, 5e-4, disturbed=0.35, weight_of_undisturbed=4.0, kept=1.0, seed=9, variation=20),
    Stage(
        5,
        5e-4,
        disturbed=0.3,
        weight_of_undisturbed=4.0,
        kept=0.8,
        seed=19,
        variation=30,
        lines=0.015,
        weight_of_doubtful=3.0,
    ),
)


def main() -> None:
    """Trains, averages, measures and exports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="the run folder to write")
    folder = RunFolder(parser.parse_args().folder)
    folder.path.mkdir(parents=True, exist_ok=True)
    teacher = keras.models.load_model(find_run("reader").keras_file, compile=False)
    split = split_handwriting(seed=SEED)
    hardened, parts = teacher, []
    for number, stage in enumerate(STAGES, 1):
        saved = folder.path / f"stage-{number}.keras"
        hardened = _average(teacher, _train(teacher, hardened, split, stage, saved), stage.kept)
        parts.append(asdict(stage) | {"images": len(split.train), "finished": run_state.now()})
    _record(hardened, folder, split, parts)


def _train(teacher: Any, begun: Any, split: Split, stage: Stage, saved: Path) -> Any:
    """The model that a stage makes of the one it began with, from its last epoch where one is saved."""
    feed, held = Feed(split.train, classes=NOT_A_DIGIT + 1, one_hot=True, seed=SEED), split.validation
    steps = -(-len(split.train) // BATCH)
    features_of: Any = keras.Model(teacher.inputs, teacher.layers[-1].input)
    pupil: Any
    if saved.is_file():
        pupil = keras.models.load_model(saved)
    else:
        student: Any = keras.models.clone_model(begun)
        student.set_weights(begun.get_weights())
        student.layers[-1].trainable = False
        pupil = keras.Model(student.inputs, [student.layers[-1].input, student.outputs[0]])
        highest = stage.learning_rate
        rate: Any = keras.optimizers.schedules.CosineDecay(
            highest / 20, (stage.epochs - 1) * steps, warmup_target=highest, warmup_steps=steps
        )
        pupil.compile(
            keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY),
            loss=["mean_squared_error", "categorical_crossentropy"],
            loss_weights=[OF_FEATURES, OF_LABELS],
            jit_compile=False,
        )
    answer: Any = keras.Model(pupil.inputs, pupil.outputs[1])
    for epoch in range(int(pupil.optimizer.iterations.numpy()) // steps, stage.epochs):
        strength = GENTLE if epoch >= stage.epochs - 4 else 1.0
        images, labels = feed.epoch(stage.variation + epoch, distort, strength)
        rng = np.random.default_rng((stage.seed, epoch))
        lines = rng.random(len(images)) < stage.lines
        images[lines] = draw_lines(int(lines.sum()), rng)[..., np.newaxis]
        doubtful = lines | (labels[:, NOT_A_DIGIT] > 0)
        features = predict(features_of, images[..., 0])
        blank, disturbed = _disturb_some(images, labels, stage.disturbed, rng)
        weights = np.where(blank, 0.0, np.where(disturbed, 1.0, stage.weight_of_undisturbed))
        weights *= np.where(doubtful & ~disturbed, stage.weight_of_doubtful, 1.0)
        end = pupil.fit(
            images,
            [features, labels],
            # Of a plain line nobody knows whether it is a 1.
            sample_weight=[weights.astype(np.float32), (~lines).astype(np.float32)],
            batch_size=BATCH,
            shuffle=False,
            verbose=0,
        )
        pupil.save(saved)
        right = predict(answer, held.pixels).argmax(axis=1) == held.labels
        losses = {name: round(values[0], 5) for name, values in end.history.items()}
        print(f"Epoch {epoch + 1}: {losses}, held {right.mean():.2%}", flush=True)
    return answer


def _disturb_some(
    images: np.ndarray, targets: np.ndarray, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Disturbs some of (n, 28, 28, 1) where they lie; (n,) bool twice: those made blank, those disturbed."""
    blank = rng.random(len(images)) < BLANK
    images[blank] = 0
    targets[blank] = np.eye(NOT_A_DIGIT + 1)[NOT_A_DIGIT]
    disturbed = blank | (rng.random(len(images)) < share)
    chosen = np.flatnonzero(disturbed)
    for at in range(0, len(chosen), _BLOCK):
        block = chosen[at : at + _BLOCK]
        images[block] = disturb(images[block].reshape(-1, SIDE, SIDE), rng)[..., np.newaxis]
    return blank, disturbed


def _average(before: Any, after: Any, share: float) -> Any:
    averaged = keras.models.clone_model(before)
    pairs = zip(before.get_weights(), after.get_weights(), strict=True)
    averaged.set_weights([(1 - share) * old + share * new for old, new in pairs])
    return averaged


def _record(model: Any, folder: RunFolder, split: Split, parts: list[dict[str, Any]]) -> None:
    """The files of a run, with the settings and the curves of the shipped one."""
    shipped = find_run("reader")
    calibration = finish(model, folder, find_dataset("handwriting"), split)
    record = replace(shipped.read_record(), **asdict(calibration))
    earlier = json.loads(shipped.run_json.read_bytes())["fine_tuned"]
    write_json(folder.run_json, asdict(record) | {"fine_tuned": [*earlier, *parts]})
    folder.history_csv.write_bytes(shipped.history_csv.read_bytes())


if __name__ == "__main__":
    main()
