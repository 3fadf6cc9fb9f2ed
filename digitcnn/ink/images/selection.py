"""Which components of a picture's ink are writing: no specks, frames, lines or edges of the page."""

import cv2
import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.images.components import Component, Components, weighted_median
from digitcnn.time_budget import within_time_budget

MAX_SEGMENTS = 400
"""A picture with more segments of ink as large as digits is refused."""


def choose_digit(components: Components) -> list[Component]:
    """The components that make the one digit of a picture; none on blank paper.

    The largest component that is no edge of the page and no frame, and all that is near and large enough
    to belong to it.
    """
    candidates = _leave_out_surroundings(components)
    candidates = candidates or list(components.components)
    if not candidates:
        return []
    main = candidates[0]
    chosen, rest = [main], candidates[1:]
    least = max(0.02 * main.area, 4)
    rest = [component for component in rest if component.area >= least]
    # One component at a time brings others near: a dotted or broken digit is gathered from the inside out.
    while near := [component for component in rest if _gap(component, chosen) <= 0.5 * _extent(chosen)]:
        chosen += near
        rest = [component for component in rest if component not in near]
    return chosen


def choose_writing(components: Components) -> list[Component]:
    """The components that may be digits or bits of them: no specks, no frames, no edges of the page.

    Raises:
        InputError: there are more than `MAX_SEGMENTS` as large as digits.
    """
    candidates = _leave_out_surroundings(components)
    if not candidates:
        return []
    heights = np.array([component.height for component in candidates])
    typical = weighted_median(heights, np.array([component.area for component in candidates]))
    pen = np.median([2.0 * p.area / (2.0 * p.extent) for p in candidates if p.height >= 0.5 * typical])
    # No stroke is smaller than the pen that made it.
    least = max(0.12 * typical, pen)
    writing = [each for each in candidates if each.extent >= least and not _is_strip(each, typical)]
    if sum(each.height >= 0.5 * typical for each in writing) > MAX_SEGMENTS:
        raise InputError(f"The picture shows over {MAX_SEGMENTS} segments of ink: crop it to the digits.")
    return writing[:MAX_SEGMENTS]


def _is_strip(component: Component, typical: float) -> bool:
    """Whether the component is a line rather than writing: longer than any digit, and flat."""
    flat = min(component.width, component.height)
    longest = (1.5 if component.width > component.height else 2.5) * typical
    return component.extent > max(6.0 * flat, longest)


def _leave_out_surroundings(components: Components) -> list[Component]:
    """The components that are no edge of the page and no frame, the largest first."""
    inside = [each for each in within_time_budget(components.components) if not _is_edge(each, components)]
    boxes = np.array([(each.left, each.top, each.right, each.bottom) for each in inside]).reshape(-1, 4)
    return [each for each in within_time_budget(inside) if not _is_frame(each, boxes, components)]


def _is_frame(component: Component, boxes: np.ndarray, components: Components) -> bool:
    """Whether the component is drawn around others, whose `boxes` these are, that are digits of their own."""
    if component.area > 0.25 * component.width * component.height:
        return False
    left, top, right, bottom = boxes.T
    extent = np.maximum(right - left, bottom - top)
    inside = (left > component.left) & (right < component.right)
    inside &= (top > component.top) & (bottom < component.bottom)
    inside &= (0.25 * min(component.width, component.height) < extent) & (extent < 0.95 * component.extent)
    count = int(inside.sum())
    # A slashed zero holds its slash; a component that holds several others, or has corners, is a frame.
    return count > 1 or (count == 1 and _squareness(component, components) > 0.85)


def _squareness(component: Component, components: Components) -> float:
    """How much of the smallest rectangle around it the component's outline encloses: 0.79 for an ellipse."""
    mask = components.labels[component.window] == component.label
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    contour = max(contours, key=cv2.contourArea)
    _, (width, height), _ = cv2.minAreaRect(contour)
    return cv2.contourArea(contour) / max(width * height, 1.0)


def _is_edge(component: Component, components: Components) -> bool:
    """Whether the component reaches in from outside the picture: a desk, a shadow, a finger.

    It lies along the picture's edge, and is a strip or far thicker than the pen that wrote the rest.
    """
    if component.contact < 0.3 * min(component.width, component.height) or components.ink.zoom > 1:
        return False
    if not components.inner:
        return False
    if component.contact > 0.5 * component.extent:
        strip = min(component.width, component.height) < 0.25 * component.extent
        giant = component.extent > 3.0 * float(np.median([other.extent for other in components.inner]))
        if component.extent > 0.15 * max(components.labels.shape) and (strip or giant):
            return True
    return components.pen_of(component) > 2.5 * components.usual_pen


def _gap(component: Component, others: list[Component]) -> float:
    return min(
        max(
            component.left - other.right,
            other.left - component.right,
            component.top - other.bottom,
            other.top - component.bottom,
        )
        for other in others
    )


def _extent(components: list[Component]) -> int:
    width = max(p.right for p in components) - min(p.left for p in components)
    height = max(p.bottom for p in components) - min(p.top for p in components)
    return max(width, height)
