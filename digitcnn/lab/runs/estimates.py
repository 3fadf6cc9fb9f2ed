"""Expectations of a training: its duration by earlier ones, and the accuracy that its preset claims."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from digitcnn.lab.runs.catalog import Run
from digitcnn.lab.runs.settings import Settings
from digitcnn.run_folder import RunRecord

START_UP = 15.0
"""Seconds for TensorFlow's import, the images, and the export at the end."""

ALL_IMAGES = 60_000
"""Of MNIST, where a run folder does not say how many images its preset trains on."""

_MIN_SECONDS, _MIN_IMAGES = 20.0, 20_000
"""A shorter training says little about speed: most of it is starting up."""


_PERCENT = re.compile(r"(\d+(?:\.\d+)?)(?: to (\d+(?:\.\d+)?))? %")
_CLOSE = 0.3
"""Percentage points: two trainings of one recipe with other seeds lie about so far apart."""


@dataclass(frozen=True)
class Estimate:
    """An estimate of a training's duration.

    Attributes:
        seconds: from the start to the exported files.
        here: it rests on a run of this preset on this machine, not on another machine's.
    """

    seconds: float
    here: bool


def estimate(settings: Settings, own: Sequence[Run], shipped: Sequence[Run]) -> Estimate | None:
    """How long a training with these settings will take; None where no run of the preset tells.

    Images per second come from the latest run of the preset here; else from the one that ships,
    times how much faster this machine was on the presets that both have trained, or has cores.
    """
    here = {run.record.preset: run.record for run in reversed(own) if run.record and speed_of(run.record)}
    there = {run.record.preset: run.record for run in shipped if run.record and speed_of(run.record)}
    known = here.get(settings.preset) or there.get(settings.preset)
    if known is None:
        return None
    speed = speed_of(known) or 1.0
    if settings.preset not in here:
        both = [(speed_of(here[name]) or 0) / (speed_of(there[name]) or 1) for name in here if name in there]
        speed *= median(both) if both else (os.cpu_count() or 1) / (known.machine.get("cores") or 1)
    images = (settings.images or _images_of(known)) * (1 - settings.validation_split)
    return Estimate(START_UP + settings.epochs * images / speed, settings.preset in here)


def speed_of(record: RunRecord) -> float | None:
    """Images per second, validation included, of a run that was trained to its end; None of others."""
    images = record.dataset.get("train", {}).get("images", 0)
    epochs = record.settings.get("epochs", 0)
    too_short = record.seconds < _MIN_SECONDS or images * epochs < _MIN_IMAGES
    if record.state != "finished" or too_short:
        return None
    return images * epochs / (record.seconds - START_UP / 2)


def judge_claim(claim: str, accuracy: float) -> str:
    """Whether a measured accuracy keeps a preset's claim, in a sentence; "" where that is no figure.

    Args:
        claim: such as "98.95 %, loss 0.0345" or "98 to 99 %".
        accuracy: on the test images, a fraction 0-1.
    """
    found = _PERCENT.search(claim)
    if not found:
        return ""
    low, high = float(found[1]), float(found[2] or found[1])
    measured = round(accuracy * 100, 2)
    if measured < low:
        short = low - measured
        luck = " Another seed may make as much of a difference." if short <= _CLOSE else ""
        return f"Measured here: {measured:.2f} %, {short:.2f} points below its claim.{luck}"
    if measured <= high:
        return f"Measured here: {measured:.2f} %, as claimed."
    return f"Measured here: {measured:.2f} %, {measured - high:.2f} points above its claim."


def _images_of(record: RunRecord) -> int:
    if record.settings.get("images"):
        return ALL_IMAGES
    return sum(record.dataset.get(part, {}).get("images", 0) for part in ("train", "validation"))
