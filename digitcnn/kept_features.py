"""What a run keeps of its features, so that its last layer can later learn one hand without the data.

The features of a digit are what the last, dense layer is given. `features.npz` holds how they vary over
the training images, which tells how far each change of the layer moves the answers to everybody's digits;
and those of held-out images whose answers are most likely to change: how many of them are still right?
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from digitcnn.errors import RunFolderError

Layer = tuple[np.ndarray, np.ndarray]
"""Weights (features, classes) and bias (classes,) of a last layer, as Keras has them."""

MAX_AXES = 192
"""Axes of variation that are kept; for the rest, `spread` stands in."""

MAX_NEAR, NEAR_FRACTION, MAX_VALUES = 1000, 1 / 3, 400_000
"""Held images that are kept of a set at most: a number, a fraction, and values of their features."""


@dataclass(frozen=True, eq=False)
class HeldSet:
    """Features of held-out images, of those nearest to another answer.

    Attributes:
        name: shown to people.
        features: (n, features) float32 of the images that are kept.
        labels: (n,) int64, the classes that they show.
        images: number of images in the whole set.
        sure: number of the images that are not kept and were read right; they count as right from then on.
    """

    name: str
    features: np.ndarray
    labels: np.ndarray
    images: int
    sure: int


@dataclass(frozen=True, eq=False)
class KeptFeatures:
    """The features of a run's images, in short.

    Attributes:
        axes: (axes, features + 1) float32; `axes.T @ axes` is close to the second moment of the
            features of the training images, each with a 1 for the layer's bias behind it.
        spread: mean variance of one feature.
        held: sets of images that were not trained on.
    """

    axes: np.ndarray
    spread: float
    held: tuple[HeldSet, ...]


def summarize_features(
    features: np.ndarray,
    held: Mapping[str, tuple[np.ndarray, np.ndarray]],
    layer: Layer,
) -> KeptFeatures:
    """Summarizes features for `write_features`.

    Args:
        features: (n, features) of training images.
        held: by name, features (n, features) and labels (n,) of images that were not trained on.
        layer: the last layer of the model.
    """
    extended = np.hstack([features, np.ones((len(features), 1))]).astype(np.float64)
    values, vectors = np.linalg.eigh(extended.T @ extended / len(extended))
    largest = slice(None, -MAX_AXES - 1, -1)
    axes = vectors.T[largest] * np.sqrt(np.maximum(values[largest], 0))[:, np.newaxis]
    sets = tuple(_nearest(name, *each, layer) for name, each in held.items() if len(each[1]))
    return KeptFeatures(axes.astype(np.float32), float(features.var(axis=0).mean()), sets)


def _nearest(name: str, features: np.ndarray, labels: np.ndarray, layer: Layer) -> HeldSet:
    """The images of a set whose answers are nearest to another one, on either side."""
    logits = features @ layer[0] + layer[1]
    places = np.arange(len(labels))
    others = logits.copy()
    others[places, labels] = -np.inf
    margins = logits[places, labels] - others.max(axis=1)
    most = min(MAX_NEAR, MAX_VALUES // features.shape[1])
    near = np.argsort(np.abs(margins), kind="stable")[: min(most, round(NEAR_FRACTION * len(labels)) + 1)]
    sure = np.delete(margins, near) > 0
    return HeldSet(name, features[near], labels[near], len(labels), int(sure.sum()))


def write_features(path: Path, kept: KeptFeatures) -> None:
    """Writes `features.npz`, in half precision."""
    arrays = {"axes": kept.axes.astype(np.float16), "spread": np.float32(kept.spread)}
    for place, each in enumerate(kept.held):
        arrays |= {
            f"held{place}_name": np.array(each.name),
            f"held{place}_features": each.features.astype(np.float16),
            f"held{place}_labels": each.labels.astype(np.uint8),
            f"held{place}_counts": np.array([each.images, each.sure]),
        }
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_features(path: Path) -> KeptFeatures:
    """Reads what `write_features` wrote.

    Raises:
        RunFolderError: there is no such file, or it is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            places = range(sum(key.endswith("_name") for key in arrays))
            held = tuple(_read_held(arrays, f"held{place}_") for place in places)
            return KeptFeatures(arrays["axes"].astype(np.float32), float(arrays["spread"]), held)
    except FileNotFoundError:
        raise RunFolderError(f"{path.parent.name} kept no {path.name} when it was trained.") from None
    except (OSError, TypeError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        raise RunFolderError(f"{path.parent.name}/{path.name} cannot be read: it is damaged.") from None


def _read_held(arrays: Mapping[str, np.ndarray], prefix: str) -> HeldSet:
    images, sure = arrays[f"{prefix}counts"].tolist()
    return HeldSet(
        str(arrays[f"{prefix}name"]),
        arrays[f"{prefix}features"].astype(np.float32),
        arrays[f"{prefix}labels"].astype(np.int64),
        images,
        sure,
    )
