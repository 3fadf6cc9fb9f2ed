"""From a picture to its ink: light evened out, polarity decided, threshold found.

Ink departs from the paper around it. The paper under the ink is estimated from the picture
itself, so that shadows, vignettes and colored paper leave no trace, and the threshold follows the
noise of this paper and the depth of this ink instead of fixed gray values.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digitcnn.ink.images.histogram import LEVELS, gray_histogram, quantile_from_histogram
from digitcnn.ink.images.load import Picture
from digitcnn.ink.images.polarity import COARSE_SIDE, SMALL_SIDE, SURE, darken_ink, score_polarity

ENLARGED_SIDE = 256
"""The longer side that small pictures are enlarged to."""

_PAPER_LEVEL = 200  # of 255, so that paper brighter than its surroundings is not cut off.
_STRENGTHS = 1.0 - np.arange(LEVELS, dtype=np.float32) * np.float32(1.0 / _PAPER_LEVEL)
"""How much darker than paper each level of `Ink.lightness` is, as a fraction."""

_PAPER_SIDE = 256
_MAX_PEN_WIDTH = 0.25
_NOISE_STEPS = 5.0
_FAINTEST = 0.045
_EDGE_OF_INK = 0.40
_FAINT_INK = 0.20
"""Shares of the strength of solid ink: the edge of sure ink, and the end of a stroke that fades."""


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a picture, and the steps that led to it. All arrays have one height and width.

    Attributes:
        picture: the picture that was searched.
        score: whether the ink is lighter than the paper, from -1, surely not, to 1, surely.
        lightness: uint8, 200 where as light as the paper around, 0 for black ink, whatever colors they had.
        mask: bool, the ink.
        level: strength of solid ink in this picture, 0-1; 0 where there is none.
        zoom: pixels of these arrays per pixel of `picture.rgb`.
    """

    picture: Picture
    score: float
    lightness: np.ndarray
    mask: np.ndarray
    level: float
    zoom: float

    @property
    def flattened(self) -> np.ndarray:
        """uint8, paper about 255 everywhere, ink darker."""
        return cv2.LUT(self.lightness, np.clip(255.0 * (1.0 - _STRENGTHS), 0, 255).astype(np.uint8))

    @property
    def strength(self) -> np.ndarray:
        """float32, at most 1: how far each pixel departs from the paper around it."""
        return cv2.LUT(self.lightness, _STRENGTHS)

    def coverage(self, window: tuple[slice, slice]) -> np.ndarray:
        """float32 in 0-1, how much of each pixel of a window is ink, by its strength."""
        shares = np.clip((_STRENGTHS / max(self.level, 1e-6) - 0.2) / 0.4, 0.0, 1.0)
        return cv2.LUT(np.ascontiguousarray(self.lightness[window]), shares.astype(np.float32))

    @property
    def light_on_dark(self) -> bool:
        return self.score > 0

    @property
    def polarity_is_sure(self) -> bool:
        """False where the other polarity should be tried as well."""
        return abs(self.score) > SURE and self.zoom == 1


def binarize(picture: Picture, *, light_on_dark: bool | None = None) -> Ink:
    """Finds the ink of a picture.

    Args:
        picture: as `open_picture` gives it.
        light_on_dark: says which of the two is ink; None decides it from the picture.

    Returns:
        The ink; its mask is empty where there is only paper.
    """
    colors = _without_idle_channels(picture.rgb)
    # Polarity is a matter of large areas: a small picture tells it as well, in a hundredth of the time.
    coarse = _fit(colors, COARSE_SIDE)
    score = score_polarity(coarse) if light_on_dark is None else 2.0 * light_on_dark - 1.0
    # In a bitmap of 28 pixels a pen is one or two wide: filters need something to work on.
    colors, zoom = _enlarge(colors)
    colors = darken_ink(colors, coarse if zoom == 1 else _fit(colors, COARSE_SIDE), score > 0)
    paper = _flat_paper(colors) if zoom > 1 else _uneven_paper(colors)
    lightness = _lightness(colors, paper)
    found = _threshold(lightness)
    return Ink(picture, score, lightness, _with_faint_ends(lightness, found), found.level, zoom)


def _without_idle_channels(rgb: np.ndarray) -> np.ndarray:
    """(height, width) where all is gray: each step then costs a third."""
    for step in (16, 1):
        red, green, blue = (rgb[::step, ::step, channel] for channel in range(3))
        if not (np.array_equal(red, green) and np.array_equal(green, blue)):
            return rgb
    return np.ascontiguousarray(rgb[..., 0])


def _enlarge(colors: np.ndarray) -> tuple[np.ndarray, int]:
    longer = max(colors.shape[:2])
    if longer > SMALL_SIDE:
        return colors, 1
    zoom = -(-ENLARGED_SIDE // longer)
    size = colors.shape[1] * zoom, colors.shape[0] * zoom
    return cv2.resize(colors, size, interpolation=cv2.INTER_CUBIC), zoom


def _fit(colors: np.ndarray, longest: int) -> np.ndarray:
    height, width = colors.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return colors
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(colors, size, interpolation=cv2.INTER_AREA)


def _flat_paper(colors: np.ndarray) -> np.ndarray:
    """One color for the whole picture: the median of its lighter component."""
    value = colors if colors.ndim == 2 else colors.min(axis=2)
    split, _ = cv2.threshold(value, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = colors[value > min(split, int(value.max()) - 1)]
    return np.broadcast_to(np.median(light, axis=0), colors.shape).astype(np.uint8)


def _uneven_paper(colors: np.ndarray) -> np.ndarray:
    """The paper under dark ink, as bright as around it, at the size of `colors`."""
    coarse = _fit(colors, _PAPER_SIDE)
    longer = max(coarse.shape[:2])
    # First with a window wider than any pen, to learn the width of this pen; then with one just wider,
    # which follows shadows more closely.
    paper = _close(coarse, int(longer * _MAX_PEN_WIDTH))
    found = _threshold(_lightness(coarse, paper))
    if found.level > 0:
        pen = _pen_of(found.mask)
        paper = _close(coarse, int(np.clip(3.0 * pen + 3, 7, longer * _MAX_PEN_WIDTH)))
        lightness = _lightness(coarse, paper)
        found = _threshold(lightness)
        # A drawing on one plain color: nothing to smooth, and every pixel of the paper is exact.
        if _is_plain(paper) and (lightness[_is_clear(found.mask)] == _PAPER_LEVEL).all():
            return np.full_like(colors, paper[0, 0])
        paper = _fill(coarse, paper, _is_clear(_with_faint_ends(lightness, found)))
    height, width = colors.shape[:2]
    return cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)


def _is_clear(mask: np.ndarray) -> np.ndarray:
    """Where there is no ink within two pixels."""
    return cv2.dilate(mask.view(np.uint8), np.ones((5, 5), np.uint8)) == 0


def _close(colors: np.ndarray, side: int) -> np.ndarray:
    kernel = np.ones((side | 1, side | 1), np.uint8)
    closed = cv2.morphologyEx(colors, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return closed if _is_plain(closed) else cv2.medianBlur(closed, 5)


def _is_plain(colors: np.ndarray) -> bool:
    return bool((colors == colors[0, 0]).all())


def _fill(colors: np.ndarray, paper: np.ndarray, clear: np.ndarray) -> np.ndarray:
    """Smooth paper from the pixels that are clear of ink; `paper` where there are none near."""
    near = clear.astype(np.float32)
    sigma = 4.0
    # The small weight of the closed paper decides only where no clear pixel is near.
    weight = cv2.GaussianBlur(near, (0, 0), sigma) + 0.02
    by_channel = (..., None) if colors.ndim == 3 else (...,)
    total = cv2.GaussianBlur(colors.astype(np.float32) * near[by_channel], (0, 0), sigma)
    total += 0.02 * paper
    return np.clip(total / weight[by_channel], 0, 255).astype(np.uint8)


def _lightness(colors: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """How light each pixel is beside the paper, `_PAPER_LEVEL`, in the color that shows ink best."""
    ratio = cv2.divide(colors, np.maximum(paper, 1), scale=_PAPER_LEVEL)
    return ratio if ratio.ndim == 2 else cv2.min(cv2.min(ratio[..., 0], ratio[..., 1]), ratio[..., 2])


@dataclass(frozen=True, eq=False)
class _Found:
    """The sure ink, its strength where it is solid, and the strength that paper alone never reaches."""

    mask: np.ndarray
    level: float
    floor: float


def _threshold(lightness: np.ndarray) -> _Found:
    # Histograms run from dark to light, strengths from strong to weak: both are turned to rise.
    rising, counts = _STRENGTHS[::-1], gray_histogram(lightness)[::-1]
    # The standard deviation of the paper's own strength, from its middle half.
    low, middle = (quantile_from_histogram(counts, fraction, rising) for fraction in (0.10, 0.35))
    # 0.896 is the distance from the 10th to the 35th percentile of a normal distribution.
    noise = (middle - low) / 0.896 + middle / _NOISE_STEPS
    floor = max(_NOISE_STEPS * noise, _FAINTEST)
    counts = counts * (rising > floor)
    if counts.sum() < 4:
        return _Found(np.zeros(lightness.shape, dtype=bool), 0.0, floor)
    # Solid ink is the 85th percentile: the strongest pixels are highlights of pencil or specks of dirt.
    level = quantile_from_histogram(counts, 0.85, rising)
    return _Found(_stronger(lightness, max(floor, _EDGE_OF_INK * level)), level, floor)


def _stronger(lightness: np.ndarray, strength: float) -> np.ndarray:
    """Where the ink is stronger than that."""
    return lightness < np.count_nonzero(strength < _STRENGTHS)


def _with_faint_ends(lightness: np.ndarray, found: _Found) -> np.ndarray:
    """The ink and the faint ends of its strokes; the edges of strokes stay as they are."""
    mask = found.mask
    if found.level == 0:
        return mask
    # A faint end is a whole stroke more than a pen away from the ink; anything nearer is the blur of an edge.
    pen = _pen_of(mask)
    reach = int(np.ceil(pen))
    weak = _stronger(lightness, max(found.floor, _FAINT_INK * found.level))
    # A square is far faster than a disc; where the square inside the disc leaves nothing, so does the disc.
    side = 2 * int(0.7 * reach) + 1
    near = cv2.dilate(mask.view(np.uint8), np.ones((side, side), np.uint8)) > 0
    if np.count_nonzero(weak & ~near) <= pen * pen:
        return mask
    beside = weak & ~_widen(mask, reach)
    if np.count_nonzero(beside) <= pen * pen:
        return mask
    _, labels, components, _ = cv2.connectedComponentsWithStats(beside.view(np.uint8), connectivity=8)
    # Less than a pen square is noise, not the end of a stroke.
    strokes = components[:, cv2.CC_STAT_AREA] > pen * pen
    strokes[0] = False
    if not strokes.any():
        return mask
    both = mask | (_widen(strokes[np.asarray(labels, dtype=np.int32)], reach + 1) & weak)
    count, joined = cv2.connectedComponents(both.view(np.uint8), connectivity=8)
    places = np.asarray(joined, dtype=np.int32)
    # Faint marks count only where they connect to sure ink; elsewhere they stay paper.
    from_ink = np.zeros(count, dtype=bool)
    from_ink[places[mask]] = True
    return from_ink[places]


def _widen(mask: np.ndarray, reach: int) -> np.ndarray:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(mask.view(np.uint8), kernel) > 0


def _pen_of(mask: np.ndarray) -> float:
    """The width of the pen, in pixels: twice the area over the length of the edges."""
    return 2.0 * np.count_nonzero(mask) / max(length_of_edges(mask), 1)


def length_of_edges(mask: np.ndarray) -> int:
    """How many pairs of neighboring pixels are ink and paper."""
    return int(np.count_nonzero(mask[:, 1:] != mask[:, :-1]) + np.count_nonzero(mask[1:] != mask[:-1]))
