"""Pictures made to cost as much as possible: each is read or refused, in bounded time and memory."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitcnn.time_budget import MAX_SECONDS

ROOT = Path(__file__).resolve().parents[2]
SIDE = 2000
MAX_MB = 350
"""That one picture may add to a process that has read another one before."""

READ = """
import resource, sys, time
from digitcnn import DigitReader
from digitcnn.time_budget import time_budget
from digitcnn.errors import InputError

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

reader = DigitReader()
reader.read_image("docs/pictures/draw.webp")
picture, before = sys.stdin.buffer.read(), peak()
began = time.thread_time()
try:
    with time_budget():
        reader.read_image(picture)
except InputError:
    pass
print(time.thread_time() - began, peak() - before)
"""


def noise() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    return Image.fromarray(pixels)


def specks() -> Image.Image:
    pixels = np.random.default_rng(0).random((SIDE, SIDE)) > 0.05
    return Image.fromarray(pixels.astype(np.uint8) * 255)


def drawn(*paths: list[tuple[int, int]], pen: int = 6) -> Image.Image:
    picture = Image.new("L", (SIDE, SIDE), 255)
    for path in paths:
        ImageDraw.Draw(picture).line(path, fill=0, width=pen)
    return picture


def nested_angles() -> Image.Image:
    """Boxes that overlap: together they are many times as large as the picture."""
    return drawn(*([(x, 20), (x + 900, 1000), (x, 1980)] for x in range(-900, SIDE, 70)))


def zigzags() -> Image.Image:
    """As wide as the picture, with a place to cut every few pixels."""
    return drawn(
        *([(20 + i * 20, y + i % 2 * 230) for i in range(98)] for y in range(20, SIDE - 250, 280)), pen=4
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in other units elsewhere")
@pytest.mark.parametrize("make", [noise, specks, nested_angles, zigzags])
def test_a_costly_picture_ends_in_time_and_memory(make: Callable[[], Image.Image]):
    file = io.BytesIO()
    make().save(file, "PNG")
    done = subprocess.run(
        [sys.executable, "-c", READ], cwd=ROOT, input=file.getvalue(), capture_output=True, check=True
    )
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < MAX_SECONDS + 2
    assert megabytes < MAX_MB
