"""Ink to segments: the connected components of a mask, and the house digit of a component."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from digitcnn.ink.house_digit import FINE, FITTED_SIDE, SIDE, make_house_digit
from digitcnn.ink.images.binarize import Ink, length_of_edges
from digitcnn.ink.images.ruled_lines import remove_ruled_lines

MIN_PEN_WIDTH = 1.9
"""Pens that would be thinner in a house digit, in its pixels, are drawn this wide."""

_MAX_EDGES = 1_000_000
_MAX_GRAINS = 50_000
"""Ink with longer edges, in pixels, or of more grains is a texture; photographed numbers have 2 % of it."""

_MAX_COMPONENTS = 2000
_SAME_COMPONENT = 0.035
_MIN_WRITTEN, _MAX_WRITTEN = 0.05, 400
"""This share of the ink, in at most this many components, clear of the edge, tells a digit's size."""

_FAR = 12
"""From this reach on, distances are found sooner than a disc is laid upon every pixel."""

_FINE_FIT = FITTED_SIDE * FINE


@dataclass(frozen=True, eq=False)
class Component:
    """One connected component of the ink, in the pixels of the arrays of `Ink`.

    Attributes:
        label: its number in `Components.labels`.
        left, top, right, bottom: its box, right and bottom exclusive.
        area: number of pixels.
        contact: how many of its pixels lie on the picture's edge.
    """

    label: int
    left: int
    top: int
    right: int
    bottom: int
    area: int
    contact: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def extent(self) -> int:
        return max(self.width, self.height)

    @property
    def window(self) -> tuple[slice, slice]:
        """Its box, to index the arrays of `Ink` with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True, eq=False)
class Components:
    """All connected components of a picture's ink, largest first; `labels` says where each one is."""

    ink: Ink
    labels: np.ndarray
    components: tuple[Component, ...]

    @cached_property
    def inner(self) -> list[Component]:
        """The largest that are no specks and don't touch the picture's edge."""
        least = max(0.015 * max(self.labels.shape), 6)
        return [each for each in self.components[:100] if each.contact == 0 and each.extent >= least]

    @cached_property
    def _count_labels(self) -> int:
        """Of all ink: where there is very much, only the largest components are in `components`."""
        return int(self.labels.max()) + 1

    @cached_property
    def usual_pen(self) -> float:
        """The median width of the pen in components clear of the picture's edge, in pixels."""
        return float(np.median([self.pen_of(component) for component in self.inner[:20]]))

    def pen_of(self, component: Component) -> float:
        """The width of the pen that drew a component, in pixels."""
        return measure_pen(np.pad(self.labels[component.window] == component.label, 1))

    def crop(self, chosen: Iterable[Component]) -> tuple[np.ndarray, tuple[int, int]]:
        """The coverage, (height, width) float32 in 0-1, of some components alone, and its left and top."""
        chosen = list(chosen)
        height, width = self.labels.shape
        left, top = max(min(p.left for p in chosen) - 1, 0), max(min(p.top for p in chosen) - 1, 0)
        right, bottom = max(p.right for p in chosen) + 1, max(p.bottom for p in chosen) + 1
        window = (slice(top, min(bottom, height)), slice(left, min(right, width)))
        among = np.zeros(self._count_labels, dtype=bool)
        among[[p.label for p in chosen]] = True
        mine = among[self.labels[window]]
        return soften(self.ink, window, mine), (left, top)


def find_components(ink: Ink) -> Components:
    """The components of the ink, ruled lines left out, the largest first; none of a texture, such as noise.

    Grains of a dry or faint stroke are one component: ink nearer than a pen, or than a fourteenth
    of a digit, belongs together.
    """
    mask = ink.mask if ink.zoom > 1 else remove_ruled_lines(ink.mask)
    flat = mask.view(np.uint8)
    count, found, stats, _ = cv2.connectedComponentsWithStats(flat, connectivity=8)
    labels: np.ndarray = found
    if count > _MAX_GRAINS or length_of_edges(mask) > _MAX_EDGES:
        return Components(ink, np.zeros_like(labels), ())
    edge = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    contact = np.bincount(edge, minlength=count)
    corners = np.stack(
        [stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]], axis=1
    )
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    if count > 2:
        # A stroke is long and as wide as the pen: its area is length x pen, its outline twice the length.
        pen = 2.0 * np.count_nonzero(flat) / max(outline_of(flat), 1.0)
        # Twice: joined grains tell the size of a digit better than loose ones, and a better size joins more.
        for _ in range(2):
            extents = np.maximum(corners[1:, 2] - corners[1:, 0], corners[1:, 3] - corners[1:, 1])
            # Ink at the border is often a desk or a finger, many times larger than a digit.
            written = areas[1:] * (contact[1:] == 0)
            told = count <= _MAX_WRITTEN and written.sum() > _MIN_WRITTEN * areas[1:].sum()
            typical = weighted_median(extents, written if told else areas[1:])
            reach = int(np.clip(max(0.5 * pen, _SAME_COMPONENT * typical), 1, 30))
            count, grown = cv2.connectedComponents(_grow(flat, reach), connectivity=8)
            clumps: np.ndarray = grown
            # Each component lies in one clump of the grown mask: components are summed up by clump, and
            # no pixel is visited again.
            owner = np.zeros(len(areas), dtype=np.int64)
            owner[labels[mask].astype(np.int64)] = clumps[mask]
            areas, contact = _sum_by(owner, areas, count), _sum_by(owner, contact, count)
            joined = np.full((count, 4), [labels.shape[1], labels.shape[0], 0, 0])
            np.minimum.at(joined[:, :2], owner[1:], corners[1:, :2])
            np.maximum.at(joined[:, 2:], owner[1:], corners[1:, 2:])
            corners, labels = joined, np.where(mask, clumps, 0)
    # A stable order: equal areas keep their place, so that a picture always reads the same.
    order = np.argsort(-areas[1:], kind="stable")[:_MAX_COMPONENTS] + 1
    components = []
    for label in order.tolist():
        left, top, right, bottom = corners[label].tolist()
        components.append(Component(label, left, top, right, bottom, int(areas[label]), int(contact[label])))
    return Components(ink, labels, tuple(components))


def _grow(mask: np.ndarray, reach: int) -> np.ndarray:
    """A uint8 mask dilated by `reach` pixels."""
    if reach > _FAR:
        away = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_5)
        return (away < reach + 0.2).view(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(mask, kernel)


def _sum_by(owner: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(owner[1:], weights=values[1:], minlength=count).astype(np.int64)


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The value at half of all the weight."""
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)])


def soften(ink: Ink, window: tuple[slice, slice], mine: np.ndarray) -> np.ndarray:
    """Coverage of the ink in a window, (height, width) float32 in 0-1, only where `mine` is or borders."""
    # One pixel more than the mask: the soft edge of a stroke lies just outside it.
    near = cv2.dilate(mine.view(np.uint8), np.ones((3, 3), np.uint8))
    return cv2.multiply(ink.coverage(window), near, dtype=cv2.CV_32F)


def make_segment_digit(coverage: np.ndarray, *, thinner: bool = False) -> np.ndarray:
    """Makes the house digit of a segment of a picture, thin pens widened.

    Args:
        coverage: (height, width) float32 in 0-1, ink 1.
        thinner: as if a pen had written it that is a pixel of the house digit thinner, but no thinner
            than a pixel: narrow gaps and loops that would be filled are open then.

    Returns:
        (28, 28) float32 in 0-1.
    """
    fine = _fit_fine(coverage)
    if fine is None:
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    pen = measure_pen(fine) / FINE
    wanted = max(pen, MIN_PEN_WIDTH)
    if thinner:
        wanted = max(wanted - 1.0, 1.0)
    return make_house_digit(_change_pen(fine, (wanted - pen) * FINE))


def _change_pen(fine: np.ndarray, wider: float) -> np.ndarray:
    """The same ink as written by a pen `wider` by this many pixels; below zero, thinner."""
    if abs(wider) < 1.0:
        return fine
    # Odd, so that ink grows alike on all sides.
    width = round(abs(wider)) | 1
    fine = cv2.copyMakeBorder(fine, width, width, width, width, cv2.BORDER_CONSTANT)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return cv2.dilate(fine, kernel) if wider > 0 else cv2.erode(fine, kernel)


def measure_pen(coverage: np.ndarray) -> float:
    """The width of the pen that drew this ink, in its pixels: twice the area over the outline's length."""
    mask = (coverage > 0.5).astype(np.uint8)
    return 2.0 * float(mask.sum()) / max(outline_of(mask), 1.0)


def outline_of(mask: np.ndarray) -> float:
    """The length of the outline of a uint8 mask, holes included, in pixels."""
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return float(sum(cv2.arcLength(contour, True) for contour in contours))


def _fit_fine(coverage: np.ndarray) -> np.ndarray | None:
    """The ink's box with its longer side fitted in 20 px times eight."""
    inked = coverage > 0.3
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if rows.size == 0:
        return None
    coverage = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = _FINE_FIT / max(coverage.shape)
    size = max(1, round(coverage.shape[1] * scale)), max(1, round(coverage.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.clip(cv2.resize(coverage, size, interpolation=method), 0.0, 1.0)
