"""Pages that a detector learns from, made by another process meanwhile, and pages that it is measured on."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

import cv2
import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.training.datasets import data_folder
from digitcnn.training.page_detector.hands import Hands, load_hands
from digitcnn.training.page_detector.pages import SIDE, MadePage, PageMaker
from digitcnn.training.page_detector.print import FONT_FOLDERS, find_fonts
from digitcnn.training.page_detector.targets import make_targets

HELD_PAGES = 256
"""Made by writers of the test part, on surfaces that training never sees."""

_PAGES_PER_POOL = 6000
"""Then the maker takes new surfaces and new print."""

_PATIENCE = 5.0
"""Seconds between two looks at whether the process that makes pages is still there."""

Batch = tuple[np.ndarray, np.ndarray]
"""(n, 160, 160, 3) float32 pixels in 0-1 and (n, 40, 40, 9) float32 targets."""


def default_fonts() -> list[Path]:
    """The typefaces in `$DIGITCNN_DATA/fonts` and in the system's folders."""
    folder = data_folder()
    return find_fonts([*([folder / "fonts"] if folder else []), *FONT_FOLDERS])


def make_held_pages(fonts: Sequence[Path], count: int = HELD_PAGES) -> list[MadePage]:
    """The same pages for every run, as long as data and typefaces are the same."""
    maker = PageMaker(load_hands("test"), fonts, np.random.default_rng(20), held=True, surfaces=80)
    return [maker.make() for _ in range(count)]


class PageFeed:
    """Batches of pages from another process.

    Attributes:
        facts: number of writers, digits and so on that the pages are made of, as `describe_hands` has them.
    """

    def __init__(self, queue: Any, process: Any) -> None:
        self._queue, self._process = queue, process
        facts = self._take()
        if isinstance(facts, DatasetError):
            raise facts
        self.facts: dict[str, int] = facts

    def take(self) -> Batch:
        """The next batch."""
        pixels, targets = self._take()
        return pixels.astype(np.float32) / 255.0, targets.astype(np.float32)

    def _take(self) -> Any:
        while True:
            try:
                return self._queue.get(timeout=_PATIENCE)
            except Empty:
                if not self._process.is_alive():
                    raise RuntimeError("the process that makes pages has ended") from None


@contextmanager
def feeding(seed: int, batch_size: int, fonts: Sequence[Path]) -> Iterator[PageFeed]:
    """Pages by the training writers, made for as long as the block lasts.

    Raises:
        DatasetError: there are no pen strokes of digits.
    """
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=8)
    process = context.Process(target=_feed, args=(queue, seed, batch_size, list(fonts)), daemon=True)
    process.start()
    try:
        yield PageFeed(queue, process)
    finally:
        process.terminate()
        process.join()


def describe_hands(hands: Hands) -> dict[str, int]:
    """What pages are made of, in numbers."""
    return {
        "writers": len(hands.digits),
        "digits": sum(map(len, hands.digits)),
        "letters": sum(map(len, hands.letters)),
        "doodles": len(hands.doodles),
        "MNIST images": len(hands.images) if hands.images is not None else 0,
    }


def _feed(queue: Any, seed: int, batch_size: int, fonts: list[Path]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the training, which ends this process.
    cv2.setNumThreads(1)
    try:
        hands = load_hands("train")
    except DatasetError as error:
        queue.put(error)
        return
    queue.put(describe_hands(hands) | {"typefaces": len(fonts)})
    rng = np.random.default_rng(seed)
    while True:
        maker = PageMaker(hands, fonts, rng)
        for _ in range(_PAGES_PER_POOL // batch_size):
            pages = [maker.make() for _ in range(batch_size)]
            targets = [make_targets(p.boxes, p.labels, p.printed, p.ignored, SIDE) for p in pages]
            queue.put((np.stack([page.pixels for page in pages]), np.stack(targets).astype(np.float16)))
