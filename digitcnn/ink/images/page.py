"""The page of paper in a picture: alone, as in drawings, or beside a desk, a floor, a hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from digitcnn.ink.images.binarize import Ink
from digitcnn.ink.images.load import Picture
from digitcnn.ink.strokes import Box

_COARSE_SIDE = 192
_MIN_CONTRAST = 25
_MIN_SHARE, _MAX_SHARE = 0.08, 0.95

_MAX_INK = 0.3
"""Writing covers less of its page than this; the digits in photographs cover up to a fifth."""

_PAPER_SIDE, _LIT = 31, 230
"""Height in pixels, odd, to which digits are scaled to find their paper, and its color when evenly lit."""

_MIN_INK, _MIN_SIDE = 0.1, 512
"""With less ink in the picture, or in a smaller one, finding the page costs more than reading it."""


@dataclass(frozen=True, eq=False)
class PageRegion:
    """The region of a page in a picture.

    Attributes:
        coarse: (height, width, 3) uint8, the whole picture at most 192 pixels long.
        mask: (height, width) uint8, 1 on the page, 0 beside it.
    """

    coarse: np.ndarray
    mask: np.ndarray


def is_drawn(picture: Picture) -> bool:
    """Whether most of a picture is exactly one color, as in drawings and thresholded scans."""
    step = max(max(picture.rgb.shape[:2]) // 256, 1)
    pixels = picture.rgb[::step, ::step].reshape(-1, 3).astype(np.uint32) @ np.array(
        [65536, 256, 1], np.uint32
    )
    _, counts = np.unique(pixels, return_counts=True)
    return bool(counts.max() > 0.5 * pixels.size)


def find_pages(picture: Picture) -> list[PageRegion]:
    """The pages in a picture: regions with straight sides, lighter than the rest or darker.

    There is none where nothing else is beside it, nor in small pictures.
    """
    rgb = picture.rgb
    height, width = rgb.shape[:2]
    scale = _COARSE_SIDE / max(height, width)
    if scale >= 1:
        return []
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    coarse = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    # Without its ink, of whatever color, a page is one smooth region.
    smooth = cv2.medianBlur(cv2.cvtColor(coarse, cv2.COLOR_RGB2GRAY), 11)
    _, light = cv2.threshold(smooth, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    masks = [_find_page(smooth, light), _find_page(smooth, 1 - light)]
    return [PageRegion(coarse, mask) for mask in masks if mask is not None]


def isolate_page(picture: Picture, page: PageRegion) -> Picture:
    """The picture with everything beside this page painted over in the page's own colors."""
    height, width = picture.rgb.shape[:2]
    full = cv2.resize(page.mask * 255, (width, height), interpolation=cv2.INTER_LINEAR)
    _, full = cv2.threshold(full, 250, 255, cv2.THRESH_BINARY)
    painted = _carry_on(page.coarse, page.mask, (width, height))
    return replace(picture, rgb=cv2.copyTo(picture.rgb, full, painted))


def isolate_digits(picture: Picture, boxes: Sequence[Box]) -> Picture:
    """The picture with evenly lit paper around digits, and nothing but paper elsewhere.

    Args:
        picture: the page.
        boxes: of its digits, at least one, in pixels of `rgb`.
    """
    rgb = picture.rgb
    height, width = rgb.shape[:2]
    typical = float(np.median([box.height for box in boxes]))
    # The median of a square as large as a digit is its paper, on either side of the edge of a shadow.
    scale = min(_PAPER_SIDE / typical, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    coarse = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(coarse, min(round(typical * scale), _PAPER_SIDE) | 1)
    paper = cv2.resize(paper, (width, height))
    clean = np.full_like(rgb, _LIT)
    for box in boxes:
        rows = slice(max(int(box.y - 0.5 * typical), 0), int(box.bottom + 0.5 * typical) + 1)
        near = rows, slice(max(int(box.x - typical), 0), int(box.right + typical) + 1)
        clean[near] = np.clip(rgb[near] * (_LIT / np.maximum(paper[near], 1.0)), 0, 255)
    return replace(picture, rgb=clean)


def may_be_page(ink: Ink) -> bool:
    """Whether there is enough ink for it to be a page: most writing is far from that."""
    large = max(ink.mask.shape) > _MIN_SIDE
    return large and bool(np.count_nonzero(ink.mask) > _MIN_INK * ink.mask.size)


def is_page(ink: Ink, pages: list[PageRegion]) -> bool:
    """Whether the supposed ink is one of the picture's pages; a desk around one is easily left out."""
    for page in pages:
        height, width = page.mask.shape
        inked = cv2.resize(ink.mask.view(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA)
        if inked[page.mask > 0].mean() > 255 * _MAX_INK:
            return True
    return False


def _find_page(smooth: np.ndarray, candidates: np.ndarray) -> np.ndarray | None:
    """The largest region of `candidates` as a uint8 mask, where it is a page."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(candidates, connectivity=4)
    if count < 2:
        return None
    region = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    contour = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    share = cv2.contourArea(hull) / region.size
    if not _MIN_SHARE < share < _MAX_SHARE or cv2.contourArea(contour) < 0.85 * cv2.contourArea(hull):
        return None
    # A page is convex: writing that touches its border, or a thumb, takes no bite out of it.
    page = cv2.fillConvexPoly(np.zeros_like(region), hull, (1,))
    page = cv2.erode(page, np.ones((3, 3), np.uint8), borderValue=(1,))
    outside = smooth[cv2.dilate(page, np.ones((7, 7), np.uint8)) == 0]
    # A page that fills the picture needs no looking for.
    if outside.size < 0.02 * smooth.size or not page.any():
        return None
    contrast = abs(float(np.median(smooth[page > 0])) - float(np.median(outside)))
    return np.asarray(page) if contrast > _MIN_CONTRAST else None


def _carry_on(coarse: np.ndarray, page: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The page's colors carried on beyond its sides, at the full size."""
    inner = cv2.erode(page, np.ones((3, 3), np.uint8), borderValue=(1,))
    paper = cv2.medianBlur(coarse, 11).astype(np.float32)
    weight = inner.astype(np.float32)
    colors = np.full_like(paper, paper[inner > 0].mean(axis=0) if inner.any() else 255.0)
    # From far to near: each finer blur overwrites where it has page to draw from.
    for sigma in (40.0, 12.0, 4.0):
        near = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
        blurred = cv2.GaussianBlur(paper * weight[..., None], (0, 0), sigma)
        colors = np.where(near > 0.05, blurred / np.maximum(near, 1e-6), colors)
    colors = np.clip(colors, 0, 255).astype(np.uint8)
    return cv2.resize(colors, size, interpolation=cv2.INTER_LINEAR)
