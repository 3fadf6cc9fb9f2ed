"""The sheet of paper in a picture that shows more: a desk, a floor, a hand beside it."""

from dataclasses import replace

import cv2
import numpy as np

from digitcnn.ink.picture import Picture

_COARSE_SIDE = 192
_LEAST_CONTRAST = 35
_LEAST_SHARE, _MOST_SHARE = 0.08, 0.95


def isolate_sheet(picture: Picture) -> Picture | None:
    """The picture with everything painted over, in the sheet's own colours, that is not its sheet.

    A sheet is a lighter region with straight sides. None where there is no such region, or nothing
    else beside it.
    """
    rgb = picture.rgb
    height, width = rgb.shape[:2]
    scale = _COARSE_SIDE / max(height, width)
    if scale >= 1:
        return None
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    coarse = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    # Without its ink, of whatever colour, a sheet is one smooth region.
    smooth = cv2.medianBlur(cv2.cvtColor(coarse, cv2.COLOR_RGB2GRAY), 11)
    split, light = cv2.threshold(smooth, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(light, connectivity=4)
    if count < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    region = (labels == largest).astype(np.uint8)
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    contour = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    share = cv2.contourArea(hull) / region.size
    straight = cv2.contourArea(contour) > 0.85 * cv2.contourArea(hull)
    sheet = cv2.fillConvexPoly(np.zeros_like(region), hull, 1)
    sheet = cv2.erode(sheet, np.ones((3, 3), np.uint8), borderValue=1)
    outside = smooth[cv2.dilate(sheet, np.ones((7, 7), np.uint8)) == 0]
    if not straight or not _LEAST_SHARE < share < _MOST_SHARE or outside.size < 0.02 * smooth.size:
        return None
    if float(np.median(smooth[sheet > 0])) - float(np.median(outside)) < _LEAST_CONTRAST or split == 0:
        return None
    full = cv2.resize(sheet * 255, (width, height), interpolation=cv2.INTER_LINEAR) > 250
    return replace(picture, rgb=np.where(full[..., None], rgb, _carry_on(coarse, sheet, (width, height))))


def _carry_on(coarse: np.ndarray, sheet: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The sheet's colours carried on beyond its sides, at the full size."""
    inner = cv2.erode(sheet, np.ones((3, 3), np.uint8), borderValue=1)
    paper = cv2.medianBlur(coarse, 11).astype(np.float32)
    weight = inner.astype(np.float32)
    colours = np.full_like(paper, paper[inner > 0].mean(axis=0) if inner.any() else 255.0)
    for sigma in (40.0, 12.0, 4.0):
        near = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
        blurred = cv2.GaussianBlur(paper * weight[..., None], (0, 0), sigma)
        colours = np.where(near > 0.05, blurred / np.maximum(near, 1e-6), colours)
    colours = np.clip(colours, 0, 255).astype(np.uint8)
    return cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR)
