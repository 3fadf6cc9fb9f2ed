"""Estimates of a training's duration, and a judgment of the accuracy that a preset claims."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil

from digitcnn.lab.runs.catalog import Run
from digitcnn.lab.runs.settings import Settings
from digitcnn.run_folder import RunRecord
from digitcnn.training.collection.registry import find_dataset

START_UP = 15.0
"""Seconds for TensorFlow's import, the images, and the export at the end."""

ALL_IMAGES = 60_000
"""Of MNIST, where a run folder does not say how many images its preset trains on."""

_MIN_SECONDS, _MIN_IMAGES = 20.0, 20_000
"""A shorter training says little about throughput: most of it is starting up."""

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)(?: to (\d+(?:\.\d+)?))? %")
_CLOSE = 0.3
"""Percentage points: two trainings of one recipe with other seeds lie about so far apart."""


@dataclass(frozen=True)
class Estimate:
    """An estimate of a training's duration.

    Attributes:
        seconds: from the start to the exported files.
        here: whether it comes from a run of this preset on this machine.
    """

    seconds: float
    here: bool


def estimate(
    settings: Settings, own: Sequence[Run], shipped: Sequence[Run], *, slowdown: float = 1.0
) -> Estimate | None:
    """Estimates the duration of a training, times `slowdown`; None without a run of the preset to go by.

    The throughput is that of the preset's latest run here; else that of the shipped run, scaled by the median
    ratio on presets trained on both machines, or by the number of cores.
    """
    here = {run.record.preset: run.record for run in reversed(own) if run.record and _throughput(run.record)}
    there = {run.record.preset: run.record for run in shipped if run.record and _throughput(run.record)}
    known = here.get(settings.preset) or there.get(settings.preset)
    if known is None:
        return None
    throughput = _throughput(known) or 1.0
    if settings.preset not in here:
        both = [
            (_throughput(here[name]) or 0) / (_throughput(there[name]) or 1) for name in here if name in there
        ]
        throughput *= median(both) if both else (os.cpu_count() or 1) / (known.machine.get("cores") or 1)
    of_other_data = settings.data != known.settings.get("data", "mnist")
    all_images = find_dataset(settings.data).images if of_other_data else _count_images(known)
    images = (settings.images or all_images) * (1 - settings.validation_split)
    seconds = START_UP + settings.epochs * images / throughput
    return Estimate(seconds * slowdown, settings.preset in here)


def measure_slowdown(own: Sequence[Run]) -> float:
    """How much longer a training takes beside what else this machine computes now, 1 to 4.

    A training of ours does not count: the next one waits for its end. A paused one computes nothing.
    """
    cores = os.cpu_count() or 1
    load = psutil.getloadavg()[0] - (cores if any(run.busy and run.state != "paused" for run in own) else 0)
    return min(4.0, 1 + max(0.0, load) / cores)


def _throughput(record: RunRecord) -> float | None:
    """Images per second, validation included, of a finished run; None of another or a too short one."""
    images = record.dataset.get("train", {}).get("images", 0)
    epochs = record.settings.get("epochs", 0)
    too_short = record.seconds < _MIN_SECONDS or images * epochs < _MIN_IMAGES
    if record.state != "finished" or too_short:
        return None
    return images * epochs / (record.seconds - START_UP / 2)


def judge_claim(claim: str, accuracy: float) -> str:
    """Compares an accuracy with a preset's claim, in a sentence; "" for a claim without a figure.

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


def _count_images(record: RunRecord) -> int:
    if record.settings.get("images"):
        return ALL_IMAGES
    return sum(record.dataset.get(part, {}).get("images", 0) for part in ("train", "validation"))
