"""Images of a data set, distorted, squeezed, measured, and read by a model."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from digitcnn.ink.house_digit import SIDE, box_of_ink
from digitcnn.lab.datasets.sources import PENS, find_dataset, is_ink
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder

_INK = 0.5


@dataclass(frozen=True)
class Shapes:
    """How digits are written, medians over images.

    Attributes:
        ink: share of the field that is ink, 0-1.
        width: of the ink's box, as a fraction of its height.
        slant: degrees to the right of upright.
        thickness: of the strokes, in pixels.
    """

    ink: float
    width: float
    slant: float
    thickness: float


def augment_samples(name: str, images: np.ndarray, *, strength: float, seed: int) -> np.ndarray:
    """Varies images of a data set as training does with augmentation.

    Args:
        name: of the set, as in `sources.py`.
        images: (n, 28, 28) uint8, n at most 800.
        strength: 1 as in training, 0 for none.
        seed: of the changes.

    Returns:
        (n, 28, 28) uint8.
    """
    # The first use loads OpenCV, not every page.
    from digitcnn.training.augmentation import choose_augmentation

    vary = choose_augmentation(ink=is_ink(name), mirrors=name != PENS and find_dataset(name).mirrors)
    pixels = images.astype(np.float32) / 255
    return np.round(vary(pixels, np.random.default_rng(seed), strength) * 255).astype(np.uint8)


def squeeze_canvas(images: np.ndarray, *, seed: int) -> np.ndarray:
    """House digits as they would come out if a whole canvas were squeezed into 28 x 28 pixels.

    Each gets a size and a place in which it might have been drawn: half to all of the canvas high, anywhere.

    Args:
        images: (n, 28, 28) uint8, house digits: their ink is 20 pixels high or wide.
        seed: of sizes and places.

    Returns:
        (n, 28, 28) uint8.
    """
    rng = np.random.default_rng(seed)
    made = np.zeros_like(images)
    for at, image in enumerate(images):
        box = box_of_ink(image)
        if box is None:
            continue
        ink = image[box]
        scale = rng.uniform(0.5, 1.0) * SIDE / max(ink.shape)
        height, width = (max(1, round(side * scale)) for side in ink.shape)
        top, left = rng.integers(SIDE - height + 1), rng.integers(SIDE - width + 1)
        resized = Image.fromarray(ink).resize(
            (width, height), Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
        )
        made[at, top : top + height, left : left + width] = np.asarray(resized)
    return made


def measure_shapes(images: np.ndarray) -> Shapes:
    """Measures how digits are written, from (n, 28, 28) uint8."""
    pixels = images.reshape(-1, SIDE, SIDE).astype(np.float32) / 255
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    mass = np.maximum(pixels.sum(axis=(1, 2)), 1e-6)
    dy = y - ((pixels * y).sum(axis=(1, 2)) / mass)[:, np.newaxis, np.newaxis]
    dx = x - ((pixels * x).sum(axis=(1, 2)) / mass)[:, np.newaxis, np.newaxis]
    lean = (pixels * dx * dy).sum(axis=(1, 2)) / np.maximum((pixels * dy**2).sum(axis=(1, 2)), 1e-6)
    dark = pixels > _INK
    height, width = dark.any(axis=2).sum(axis=1), dark.any(axis=1).sum(axis=1)
    return Shapes(
        ink=float(np.median(pixels.mean(axis=(1, 2)))),
        width=float(np.median(width / np.maximum(height, 1))),
        slant=float(np.median(np.degrees(np.arctan(-lean)))),
        thickness=float(np.median(_thickness(pixels, dark))),
    )


def share_read(folder: RunFolder, samples: np.ndarray) -> float:
    """The fraction of samples, (classes, n, 28, 28) uint8, whose class a trained model reads."""
    flat = samples.reshape(-1, SIDE, SIDE).astype(np.float32) / 255
    labels = np.repeat(np.arange(len(samples)), samples.shape[1])
    # Not the shared recognizer of the pages: it would keep the memory of this large batch.
    probabilities = Recognizer(folder.tflite_file).predict(flat)[:, : len(samples)]
    return float((probabilities.argmax(axis=1) == labels).mean())


def _thickness(pixels: np.ndarray, dark: np.ndarray) -> np.ndarray:
    """(n,) area of the ink over half the length of its outline: the width of a long stroke."""
    padded = np.pad(dark, ((0, 0), (1, 1), (1, 1)))
    edges = sum(np.abs(np.diff(padded.astype(np.int8), axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    # An outline of pixel edges is longer than the line itself, by 4 / pi on average over all directions.
    return 2 * pixels.sum(axis=(1, 2)) / np.maximum(edges * np.pi / 4, 1e-6)
