"""Polarity: whether the ink of a picture is darker or lighter than its paper."""

import cv2
import numpy as np

from digitcnn.ink.images.histogram import LEVELS, gray_histogram, median_of

SMALL_SIDE = 128
"""Up to this longer side a picture is enlarged first, and its paper is one flat color."""

SURE = 0.7
"""From this score on, the other polarity is not tried."""

COARSE_SIDE = 192
"""The longer side, in pixels, of the picture that polarity is decided in."""

_COLORED = 60
"""Paper whose channels differ by more, of 255, is colored."""


def score_polarity(coarse: np.ndarray) -> float:
    """Whether a picture's ink is lighter than its paper: from -1, surely darker, to 1, surely lighter.

    Ink and noise depart from a running median; ink has the greater sum on its side. A wide
    window sees fat pens, narrower ones see past shadows and the edges of the page: the first that
    is sure decides. In small pictures, where a digit often fills the field, the corners and the
    edge tell the paper.

    Args:
        coarse: (height, width) gray or (height, width, 3) RGB, uint8, at most `COARSE_SIDE` long.
    """
    gray = coarse if coarse.ndim == 2 else cv2.cvtColor(coarse, cv2.COLOR_RGB2GRAY)
    if max(gray.shape) <= SMALL_SIDE:
        return _score_by_edge(gray)
    border = float(np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])))
    scores = []
    for reach in (COARSE_SIDE // 4, COARSE_SIDE // 8, COARSE_SIDE // 16):
        scores.append(_score_within(gray, reach, border))
        # A wide window that is sure sees fat pens that a narrow one takes for paper.
        if abs(scores[-1]) > SURE:
            break
    return max(scores, key=abs)


def darken_ink(picture: np.ndarray, coarse: np.ndarray, light_on_dark: bool) -> np.ndarray:
    """Turns the channels over in which ink is lighter than paper; on colored paper each has its own way.

    Args:
        picture: (height, width) or (height, width, 3) uint8.
        coarse: the same at most `COARSE_SIDE` long.
        light_on_dark: whether, all channels together, ink is lighter than paper.
    """
    if picture.ndim == 2:
        return 255 - picture if light_on_dark else picture
    channels = [np.ascontiguousarray(coarse[..., channel]) for channel in range(3)]
    medians = [median_of(channel) for channel in channels]
    if max(medians) - min(medians) < _COLORED:
        return 255 - picture if light_on_dark else picture
    flipped = picture.copy()
    for channel, (gray, median) in enumerate(zip(channels, medians, strict=True)):
        score = _score_within(gray, COARSE_SIDE // 8, median)
        if score > 0.5 or (light_on_dark and score > -0.5):
            flipped[..., channel] = 255 - flipped[..., channel]
    return flipped


def _score_by_edge(gray: np.ndarray) -> float:
    split, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = (gray <= split).astype(np.float32)
    corners = np.mean([dark[0, 0], dark[0, -1], dark[-1, 0], dark[-1, -1]])
    edge = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]]).mean()
    return float(2.0 * (corners + edge + dark.mean()) / 3.0 - 1.0)


def _score_within(gray: np.ndarray, reach: int, border: float) -> float:
    """From -1, all departures from the running median are darker, to 1, all are lighter."""
    around = _running_median(gray, reach, border)
    # JPEG and 8-bit rounding add four gray levels to a flat area.
    tolerance = 3.0 * median_of(cv2.absdiff(gray, around)) + 4.0
    beyond = np.maximum(np.arange(LEVELS) - tolerance, 0.0)
    lighter = float(gray_histogram(cv2.subtract(gray, around)) @ beyond)
    darker = float(gray_histogram(cv2.subtract(around, gray)) @ beyond)
    return (lighter - darker) / (lighter + darker + 1.0)


def _running_median(gray: np.ndarray, reach: int, border: float) -> np.ndarray:
    """The median of the square of `reach` pixels about each, `border` beyond the sides."""
    counts = gray_histogram(gray)
    usual = int(counts.argmax())
    side = 2 * reach + 1
    if usual == int(border) and 2 * counts[usual] > gray.size:
        # Drawn on one plain color: where that is most of every square, it is every median.
        other = (gray != usual).view(np.uint8)
        most = cv2.boxFilter(other, cv2.CV_32S, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
        if 2 * most.max() < side * side:
            return np.full_like(gray, usual)
    padded = cv2.copyMakeBorder(gray, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=[border])
    return cv2.medianBlur(padded, side)[reach:-reach, reach:-reach]
