"""Ink to pieces: connected parts of a mask, told apart from specks, frames and the sheet's edges."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.house_digit import FINE, FITTED_SIDE, SIDE, make_house_digit
from digitcnn.ink.paper import Ink
from digitcnn.ink.rules import remove_rules

THINNEST_PEN = 1.9
"""Pens that would be thinner in a house digit, in its pixels, are drawn this wide."""

MOST_PIECES = 400
"""A picture with more pieces of ink as large as digits is refused."""

_MOST_PARTS = 2000
_SAME_PART = 0.035
_FINE_FIT = FITTED_SIDE * FINE


@dataclass(frozen=True, eq=False)
class Part:
    """One connected part of the ink, in the pixels of the arrays of `Ink`.

    Attributes:
        label: its number in `Parts.labels`.
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


@dataclass(frozen=True, eq=False)
class Parts:
    """All connected parts of a picture's ink, largest first; `labels` says where each one is."""

    ink: Ink
    labels: np.ndarray
    parts: tuple[Part, ...]

    def crop(self, chosen: Iterable[Part]) -> tuple[np.ndarray, tuple[int, int]]:
        """The coverage, (height, width) float32 in 0-1, of some parts alone, and its left and top."""
        chosen = list(chosen)
        height, width = self.labels.shape
        left, top = max(min(p.left for p in chosen) - 1, 0), max(min(p.top for p in chosen) - 1, 0)
        right, bottom = (
            min(max(p.right for p in chosen) + 1, width),
            min(max(p.bottom for p in chosen) + 1, height),
        )
        window = (slice(top, bottom), slice(left, right))
        mine = np.isin(self.labels[window], [p.label for p in chosen])
        return soften(self.ink, window, mine), (left, top)


def find_parts(ink: Ink) -> Parts:
    """The parts of the ink, ruled lines left out, the largest first.

    Grains of a dry or faint stroke are one part: what is nearer than half a pen, or than a twentieth
    of a digit, belongs together.
    """
    mask = ink.mask if ink.zoom > 1 else remove_rules(ink.mask)
    flat = mask.astype(np.uint8)
    count, found, stats, _ = cv2.connectedComponentsWithStats(flat, connectivity=8)
    labels: np.ndarray = found
    edge = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    contact = np.bincount(edge, minlength=count)
    corners = np.stack(
        [stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]], axis=1
    )
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    if count > 2:
        pen = 2.0 * float(flat.sum()) / max(outline_of(flat), 1.0)
        for _ in range(2):
            extents = np.maximum(corners[1:, 2] - corners[1:, 0], corners[1:, 3] - corners[1:, 1])
            typical = _weighted_median(extents, areas[1:])
            reach = int(np.clip(max(0.5 * pen, _SAME_PART * typical), 1, 30))
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
            count, grown = cv2.connectedComponents(cv2.dilate(flat, kernel), connectivity=8)
            clumps: np.ndarray = grown
            owner = np.zeros(len(areas), dtype=np.int64)
            owner[labels[mask].astype(np.int64)] = clumps[mask]
            areas, contact = _sum_by(owner, areas, count), _sum_by(owner, contact, count)
            joined = np.full((count, 4), [labels.shape[1], labels.shape[0], 0, 0])
            np.minimum.at(joined[:, :2], owner[1:], corners[1:, :2])
            np.maximum.at(joined[:, 2:], owner[1:], corners[1:, 2:])
            corners, labels = joined, np.where(mask, clumps, 0)
    order = np.argsort(-areas[1:], kind="stable")[:_MOST_PARTS] + 1
    parts = []
    for label in order.tolist():
        left, top, right, bottom = corners[label].tolist()
        parts.append(Part(label, left, top, right, bottom, int(areas[label]), int(contact[label])))
    return Parts(ink, labels, tuple(parts))


def _sum_by(owner: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(owner[1:], weights=values[1:], minlength=count).astype(np.int64)


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)])


def soften(ink: Ink, window: tuple[slice, slice], mine: np.ndarray) -> np.ndarray:
    """Coverage of the ink in a window, (height, width) float32 in 0-1, only where `mine` is or borders."""
    near = cv2.dilate(mine.astype(np.uint8), np.ones((3, 3), np.uint8))
    cover = np.clip((ink.strength[window] / max(ink.level, 1e-6) - 0.2) / 0.4, 0.0, 1.0)
    return (cover * near).astype(np.float32)


def choose_digit(parts: Parts) -> list[Part]:
    """The parts that make the one digit of a picture; none on blank paper.

    The largest part that is no edge of the sheet and no frame, and all that is near and large enough
    to belong to it.
    """
    candidates = [part for part in parts.parts if not _is_edge(part, parts)]
    candidates = [part for part in candidates if not _is_frame(part, candidates, parts)]
    candidates = candidates or list(parts.parts)
    if not candidates:
        return []
    main = candidates[0]
    chosen, rest = [main], candidates[1:]
    least = max(0.02 * main.area, 4)
    rest = [part for part in rest if part.area >= least]
    while near := [part for part in rest if _gap(part, chosen) <= 0.5 * _extent(chosen)]:
        chosen += near
        rest = [part for part in rest if part not in near]
    return chosen


def choose_writing(parts: Parts) -> list[Part]:
    """The parts that may be digits or bits of them: no specks, no frames, no edges of the sheet.

    Raises:
        InputError: there are more than `MOST_PIECES` as large as digits.
    """
    candidates = [part for part in parts.parts if not _is_edge(part, parts)]
    candidates = [part for part in candidates if not _is_frame(part, candidates, parts)]
    if not candidates:
        return []
    heights = np.array([part.height for part in candidates])
    typical = _weighted_median(heights, np.array([part.area for part in candidates]))
    pen = np.median([2.0 * p.area / (2.0 * p.extent) for p in candidates if p.height >= 0.5 * typical])
    least = max(0.12 * typical, pen)
    writing = [part for part in candidates if part.extent >= least and not _is_strip(part, typical)]
    if len([part for part in writing if part.height >= 0.5 * typical]) > MOST_PIECES:
        raise InputError(f"The picture shows over {MOST_PIECES} pieces of ink: cut it down to the digits.")
    return writing[:MOST_PIECES]


def _is_strip(part: Part, typical: float) -> bool:
    """Whether the part is a line rather than writing: longer than any digit, and flat."""
    flat = min(part.width, part.height)
    return part.extent > 6.0 * flat and part.extent > (1.5 if part.width > part.height else 2.5) * typical


def _is_frame(part: Part, others: list[Part], parts: Parts) -> bool:
    """Whether the part is drawn around others that are digits of their own."""
    if part.area > 0.25 * part.width * part.height:
        return False
    shorter = min(part.width, part.height)
    inside = [
        other
        for other in others
        if other.left > part.left
        and other.right < part.right
        and other.top > part.top
        and other.bottom < part.bottom
        and 0.25 * shorter < other.extent < 0.95 * part.extent
    ]
    if not inside:
        return False
    # A slashed zero holds its slash; what holds several things, or has corners, is a frame.
    return len(inside) > 1 or _squareness(part, parts) > 0.85


def _squareness(part: Part, parts: Parts) -> float:
    """How much of the smallest rectangle around it the part's outline encloses: 0.79 for an ellipse."""
    mask = parts.labels[part.top : part.bottom, part.left : part.right] == part.label
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    contour = max(contours, key=cv2.contourArea)
    _, (width, height), _ = cv2.minAreaRect(contour)
    return cv2.contourArea(contour) / max(width * height, 1.0)


def _is_edge(part: Part, parts: Parts) -> bool:
    """Whether the part is something that reaches in from outside the picture: a desk, a shadow, a finger.

    It lies along the picture's edge, and is a strip or far thicker than the pen that wrote the rest.
    """
    if part.contact < 0.3 * min(part.width, part.height) or parts.ink.zoom > 1:
        return False
    height, width = parts.labels.shape
    least = max(0.015 * max(height, width), 6)
    inner = [other for other in parts.parts[:100] if other.contact == 0 and other.extent >= least]
    if not inner:
        return False
    if part.contact > 0.5 * part.extent:
        strip = min(part.width, part.height) < 0.25 * part.extent
        giant = part.extent > 3.0 * float(np.median([other.extent for other in inner]))
        if part.extent > 0.15 * max(height, width) and (strip or giant):
            return True
    usual = float(np.median([_pen_of(other, parts) for other in inner[:20]]))
    return _pen_of(part, parts) > 2.5 * usual


def _pen_of(part: Part, parts: Parts) -> float:
    window = parts.labels[part.top : part.bottom, part.left : part.right] == part.label
    return measure_pen(np.pad(window, 1))


def _gap(part: Part, others: list[Part]) -> float:
    return min(
        max(
            part.left - other.right, other.left - part.right, part.top - other.bottom, other.top - part.bottom
        )
        for other in others
    )


def _extent(parts: list[Part]) -> int:
    width = max(p.right for p in parts) - min(p.left for p in parts)
    height = max(p.bottom for p in parts) - min(p.top for p in parts)
    return max(width, height)


def make_piece_digit(cover: np.ndarray) -> np.ndarray:
    """Makes the house digit of a piece of a picture, thin pens widened.

    Args:
        cover: (height, width) float32 in 0-1, ink 1.

    Returns:
        (28, 28) float32 in 0-1.
    """
    fine = _fit_fine(cover)
    if fine is None:
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    pen = measure_pen(fine) / FINE
    missing = (THINNEST_PEN - pen) * FINE
    if missing >= 1.0:
        width = round(missing) | 1
        fine = cv2.copyMakeBorder(fine, width, width, width, width, cv2.BORDER_CONSTANT)
        fine = cv2.dilate(fine, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    return make_house_digit(fine)


def measure_pen(cover: np.ndarray) -> float:
    """The width of the pen that drew this ink, in its pixels: twice the area over the outline's length."""
    mask = (cover > 0.5).astype(np.uint8)
    return 2.0 * float(mask.sum()) / max(outline_of(mask), 1.0)


def outline_of(mask: np.ndarray) -> float:
    """The length of the outline of a uint8 mask, holes included, in pixels."""
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return float(sum(cv2.arcLength(contour, True) for contour in contours))


def _fit_fine(cover: np.ndarray) -> np.ndarray | None:
    """The ink's box with its longer side fitted in 20 px times eight."""
    rows, columns = np.flatnonzero((cover > 0.3).any(axis=1)), np.flatnonzero((cover > 0.3).any(axis=0))
    if rows.size == 0:
        return None
    cover = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = _FINE_FIT / max(cover.shape)
    size = max(1, round(cover.shape[1] * scale)), max(1, round(cover.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.clip(cv2.resize(cover, size, interpolation=method), 0.0, 1.0)
