"""Trains a page detector into a run folder, and resumes an interrupted run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras.optimizers.schedules import CosineDecay, LearningRateSchedule

from digitcnn.run_folder import RunFolder, RunRecord, replacing, write_json
from digitcnn.training.page_detector import network
from digitcnn.training.page_detector.feed import PageFeed, default_fonts, feeding, make_held_pages
from digitcnn.training.page_detector.pages import SIDE, MadePage
from digitcnn.training.page_detector.settings import EPOCH, NAME, DetectorSettings, detector_file
from digitcnn.training.page_detector.start import start_from
from digitcnn.training.page_detector.targets import make_targets
from digitcnn.training.schedules import ScaledRate
from digitcnn.training.session.callbacks import Echo, ProgressFile, Requests, last_model, load_checkpoint
from digitcnn.training.session.changes import Clock
from digitcnn.training.session.record import begin, recorded

_WARM_UP = 100
"""Steps in which the learning rate rises."""

_LAST_RATE = 0.02
"""Of the highest rate, at the end."""

_START_BATCHES = 4
"""Batches of pages on which the statistics of a network from a file are measured."""

Measure = Callable[[Path, Sequence[MadePage]], dict[str, Any]]
"""The figures of a detector's LiteRT file on some pages."""


def train(
    folder: RunFolder,
    settings: DetectorSettings,
    measure: Measure,
    *,
    start: Path | None = None,
    seed: int = 0,
    fonts: Sequence[Path] | None = None,
    echo: Echo = print,
) -> RunRecord:
    """Trains up to `settings.steps`, from the folder's checkpoint where there is one.

    Every 100 steps the folder gets a checkpoint that the same call resumes from, with other pages than an
    uninterrupted run would have seen. SIGTERM and Ctrl-C stop it, and keep the last checkpoint.

    Args:
        folder: records the run; created where it is missing.
        settings: of the training.
        measure: gives the figures on held pages that are kept in `metrics.json`, beside the loss.
        start: the file that `settings.start` names.
        seed: of weights and pages.
        fonts: typefaces of printed words; None for those of `default_fonts`.
        echo: receives one line per event.

    Returns:
        The record as it stands in `run.json`: "finished", or "stopped".

    Raises:
        RunFolderError: the folder holds a finished run, or one with other settings, or cannot be written to.
        DatasetError: there are no pen strokes to make pages of.
        InputError: the file to start from is no page detector.
    """
    fonts = default_fonts() if fonts is None else fonts
    session, clock = begin(NAME, folder, settings.as_recorded(), seed), Clock()
    with recorded(session, clock) as check:
        keras.utils.set_random_seed(seed)
        run = _DetectorTraining(folder, settings, clock, echo)
        with feeding(seed + 7919 * run.done, settings.batch_size, fonts) as feed:
            if start and not run.done:
                run.start(start, feed)
            learned = {"name": "made pages", "images": settings.steps * settings.batch_size, **feed.facts}
            session.note(dataset={"train": learned}, parameters=run.model.count_params())
            run.fit(feed, check)
        run.finish(measure, fonts)
    if session.record.state == "stopped":
        kept = min(EPOCH * len(folder.read_history()), settings.steps)
        echo(f"Stopped; {kept:,} of {settings.steps:,} steps are kept. Run it again to resume.")
    session.close()
    return session.record


class _DetectorTraining:
    """A network in training, from its first weights or the checkpoint to the exported file."""

    def __init__(self, folder: RunFolder, settings: DetectorSettings, clock: Clock, echo: Echo) -> None:
        self.folder, self.settings, self.clock, self.echo = folder, settings, clock, echo
        self.model: Any  # Keras's own annotations are too narrow to check against.
        if last_model(folder).is_file():
            self.model = load_checkpoint(folder, network.load)
            self.history = folder.read_history()
            echo(f"Resuming after step {self.done:,} of {settings.steps:,}.")
            return
        self.history: list[dict[str, float]] = []
        self.model = network.build()
        optimizer = keras.optimizers.AdamW(settings.learning_rate, weight_decay=0.01, clipnorm=10.0)
        # On a CPU, XLA makes convolutions slower.
        self.model.compile(optimizer=optimizer, loss=network.loss, jit_compile=False)

    @property
    def done(self) -> int:
        """How many steps have been taken."""
        return int(self.model.optimizer.iterations.numpy())

    def start(self, path: Path, feed: PageFeed) -> None:
        """Gives the network the weights of a file."""
        start_from(path, self.model, np.concatenate([feed.take()[0] for _ in range(_START_BATCHES)]))

    def fit(self, feed: PageFeed, check: Callable[[], None]) -> None:
        self.folder.checkpoint.mkdir(parents=True, exist_ok=True)
        steps, length = self.settings.steps, min(EPOCH, self.settings.steps)
        progress = ProgressFile(
            self.folder, self.settings, done=len(self.history), steps=length, clock=self.clock
        )
        progress.set_model(self.model)
        rate = ScaledRate(self._make_schedule())
        self.model.optimizer.learning_rate = rate
        requests = Requests(
            self.folder,
            self.settings,
            rate,
            done=len(self.history),
            steps=length,
            clock=self.clock,
            echo=self.echo,
            check=check,
        )
        for epoch in range(self.done // EPOCH, self.settings.epochs):
            progress.on_epoch_begin(epoch)
            requests.on_epoch_begin(epoch)
            self.model.reset_metrics()
            loss = 0.0
            for batch in range(min(EPOCH, steps - epoch * EPOCH)):
                requests.on_train_batch_begin(batch)
                progress.on_train_batch_begin(batch)
                loss = float(self.model.train_on_batch(*feed.take()))  # Of the epoch so far.
                progress.on_train_batch_end(batch, {"loss": loss})
            self._save(epoch, loss)

    def _make_schedule(self) -> LearningRateSchedule:
        steps, rate = self.settings.steps, self.settings.learning_rate
        warm_up = min(_WARM_UP, steps // 10)
        return CosineDecay(
            rate / _WARM_UP, steps - warm_up, alpha=_LAST_RATE, warmup_target=rate, warmup_steps=warm_up
        )

    def _save(self, epoch: int, loss: float) -> None:
        self.history = [*self.history[:epoch], {"epoch": epoch, "steps": self.done, "loss": round(loss, 6)}]
        self.folder.write_history(self.history)
        with replacing(last_model(self.folder)) as new:
            self.model.save(new)
        self.echo(f"Step {self.done:,}/{self.settings.steps:,}: loss {loss:.4f}")

    def finish(self, measure: Measure, fonts: Sequence[Path]) -> None:
        """Exports the network, and measures it on held pages."""
        path = detector_file(self.folder)
        network.save_network(self.model, path)
        pages = make_held_pages(fonts)
        held = {"pages": len(pages), "loss": round(self._loss_on(pages), 4), **measure(path, pages)}
        write_json(self.folder.metrics_json, {"held": held})
        self.echo("Held pages: " + ", ".join(f"{name} {value}" for name, value in held.items()))

    def _loss_on(self, pages: Sequence[MadePage]) -> float:
        losses = []
        for at in range(0, len(pages), self.settings.batch_size):
            batch = pages[at : at + self.settings.batch_size]
            pixels = np.stack([page.pixels for page in batch]).astype(np.float32) / 255.0
            targets = [make_targets(p.boxes, p.labels, p.printed, p.ignored, SIDE) for p in batch]
            losses.append(float(network.loss(np.stack(targets), self.model(pixels, training=False))))
        return float(np.mean(losses))
