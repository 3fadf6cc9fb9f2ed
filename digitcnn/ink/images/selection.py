"""Which parts of a picture's ink are writing: no specks, frames, lines or edges of the sheet."""

import cv2
import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.images.components import Part, Parts, weighted_median
from digitcnn.time_budget import within_time_budget

MAX_PIECES = 400
"""A picture with more pieces of ink as large as digits is refused."""


def choose_digit(parts: Parts) -> list[Part]:
    """The parts that make the one digit of a picture; none on blank paper.

    The largest part that is no edge of the sheet and no frame, and all that is near and large enough
    to belong to it.
    """
    candidates = _leave_out_surroundings(parts)
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
        InputError: there are more than `MAX_PIECES` as large as digits.
    """
    candidates = _leave_out_surroundings(parts)
    if not candidates:
        return []
    heights = np.array([part.height for part in candidates])
    typical = weighted_median(heights, np.array([part.area for part in candidates]))
    pen = np.median([2.0 * p.area / (2.0 * p.extent) for p in candidates if p.height >= 0.5 * typical])
    least = max(0.12 * typical, pen)
    writing = [part for part in candidates if part.extent >= least and not _is_strip(part, typical)]
    if len([part for part in writing if part.height >= 0.5 * typical]) > MAX_PIECES:
        raise InputError(f"The picture shows over {MAX_PIECES} pieces of ink: cut it down to the digits.")
    return writing[:MAX_PIECES]


def _is_strip(part: Part, typical: float) -> bool:
    """Whether the part is a line rather than writing: longer than any digit, and flat."""
    flat = min(part.width, part.height)
    return part.extent > 6.0 * flat and part.extent > (1.5 if part.width > part.height else 2.5) * typical


def _leave_out_surroundings(parts: Parts) -> list[Part]:
    """The parts that are no edge of the sheet and no frame, the largest first."""
    inside = [part for part in within_time_budget(parts.parts) if not _is_edge(part, parts)]
    boxes = np.array([(part.left, part.top, part.right, part.bottom) for part in inside]).reshape(-1, 4)
    return [part for part in within_time_budget(inside) if not _is_frame(part, boxes, parts)]


def _is_frame(part: Part, boxes: np.ndarray, parts: Parts) -> bool:
    """Whether the part is drawn around others, whose `boxes` these are, that are digits of their own."""
    if part.area > 0.25 * part.width * part.height:
        return False
    left, top, right, bottom = boxes.T
    extent = np.maximum(right - left, bottom - top)
    inside = (left > part.left) & (right < part.right) & (top > part.top) & (bottom < part.bottom)
    inside &= (0.25 * min(part.width, part.height) < extent) & (extent < 0.95 * part.extent)
    count = int(inside.sum())
    # A slashed zero holds its slash; what holds several things, or has corners, is a frame.
    return count > 1 or (count == 1 and _squareness(part, parts) > 0.85)


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
    if not parts.inner:
        return False
    if part.contact > 0.5 * part.extent:
        strip = min(part.width, part.height) < 0.25 * part.extent
        giant = part.extent > 3.0 * float(np.median([other.extent for other in parts.inner]))
        if part.extent > 0.15 * max(parts.labels.shape) and (strip or giant):
            return True
    return parts.pen_of(part) > 2.5 * parts.usual_pen


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
