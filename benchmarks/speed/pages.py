"""Large pictures of pages on one core, and the memory that the largest takes."""

import io
import os
import resource
import statistics
import time
from typing import Any

import cv2
import numpy as np
import psutil
from PIL import Image

from benchmarks.speed.figures import Figure
from digitcnn import DigitReader
from digitcnn.web.samples import sample_strokes
from testbed.numbers import load_pens
from testbed.pages import make_pages

KINDS = ("plain", "squared", "sheet on a desk")
PAGES, ROUNDS = 5, 3


def measure() -> list[Figure]:
    """Each picture is read several times; memory is the process's peak above what it held before."""
    os.sched_setaffinity(0, {0})
    reader, pens = DigitReader(), load_pens()
    drawing = _draw(280)
    figures = [Figure("one drawing of 280 pixels, one core", _time(reader, [drawing]), "ms")]
    for kind in KINDS:
        pages = [_photograph(page.source, 4000, 3000) for page in make_pages(pens, kind, PAGES)]
        figures.append(Figure(f"a page of 12 megapixels, {kind}, one core", _time(reader, pages), "ms"))
    (page,) = make_pages(pens, "plain", 1)
    largest = _photograph(page.source, 8660, 5774)
    before = psutil.Process().memory_info().rss
    reader.read_image(largest)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    figures.append(Figure("memory for a page of 50 megapixels, above idle", (peak - before) / 1e6, "MB"))
    return figures


def _time(reader: DigitReader, pictures: list[bytes]) -> float:
    """Median milliseconds of a reading, the first round left out."""
    taken = []
    for turn in range(ROUNDS + 1):
        for picture in pictures:
            started = time.perf_counter()
            reader.read_image(picture)
            if turn:
                taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


def _photograph(page: Any, width: int, height: int) -> bytes:
    file = io.BytesIO()
    pixels = cv2.resize(np.asarray(page), (width, height), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


def _draw(side: int) -> bytes:
    pixels = np.full((side, side), 255, np.uint8)
    for stroke in sample_strokes(4, side):
        path = np.round(np.asarray(stroke) * 16).astype(np.int32)[:, None]
        cv2.polylines(pixels, [path], False, (0,), 12, cv2.LINE_AA, 4)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
