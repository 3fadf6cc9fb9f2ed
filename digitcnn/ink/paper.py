"""From a picture to its ink: light evened out, polarity decided, threshold found.

Ink is what departs from the paper around it. The paper under the ink is estimated from the picture
itself, so that shadows, vignettes and coloured paper leave no trace, and the threshold follows the
noise of this paper and the depth of this ink instead of fixed grey values.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digitcnn.ink.picture import Picture

SMALL_SIDE = 128
"""Up to this longer side a picture is enlarged first, and its paper is one flat colour."""

ENLARGED_SIDE = 256
"""The longer side that small pictures are enlarged to."""

SURE = 0.7
"""From this leaning on, ink is taken to be darker or lighter than paper without a second look."""

_PAPER_LEVEL = 200.0  # of 255, so that paper brighter than its surroundings is not cut off.
_COLOURED = 60
"""Paper whose channels differ by more, of 255, is coloured."""

_COARSE_SIDE = 256
_POLARITY_SIDE = 192
_WIDEST_PEN = 0.25
_NOISE_STEPS = 5.0
_FAINTEST = 0.045
_EDGE_OF_INK = 0.40
_FAINT_INK = 0.20
"""Where ink begins, and where a stroke that goes on from there ends, in strengths of solid ink."""


@dataclass(frozen=True, eq=False)
class Ink:
    """The ink of a picture, and the steps that led to it. All arrays have one height and width.

    Attributes:
        picture: what was searched.
        leaning: whether the ink is lighter than what it stands on, from -1, surely not, to 1, surely.
        flattened: uint8, paper about 255 everywhere, ink darker, whatever colours they had.
        strength: float32 in 0-1, how far each pixel departs from the paper around it.
        mask: bool, the ink.
        level: strength of solid ink in this picture, 0-1; 0 where there is none.
        zoom: pixels of these arrays per pixel of `picture.rgb`.
    """

    picture: Picture
    leaning: float
    flattened: np.ndarray
    strength: np.ndarray
    mask: np.ndarray
    level: float
    zoom: float

    @property
    def light_on_dark(self) -> bool:
        return self.leaning > 0

    @property
    def polarity_is_sure(self) -> bool:
        """False where the other way round deserves a look."""
        return abs(self.leaning) > SURE and self.zoom == 1


def find_ink(picture: Picture, *, light_on_dark: bool | None = None) -> Ink:
    """Finds the ink of a picture.

    Args:
        picture: as `open_picture` gives it.
        light_on_dark: says which of the two is ink; None decides it from the picture.

    Returns:
        The ink; its mask is empty where there is nothing but paper.
    """
    rgb, zoom = _enlarge(picture.rgb)
    small = zoom > 1
    leaning = lean_light(picture.rgb) if light_on_dark is None else 2.0 * light_on_dark - 1.0
    light_on_dark = leaning > 0
    rgb = _darken_ink(rgb, light_on_dark)
    paper = _flat_paper(rgb) if small else _uneven_paper(rgb)
    strength = _strength(rgb, paper)
    noise = _noise(strength)
    mask, level = _find_mask(strength, noise)
    flattened = np.clip(255.0 * (1.0 - strength), 0, 255).astype(np.uint8)
    return Ink(picture, leaning, flattened, strength, mask, level, zoom)


def _darken_ink(rgb: np.ndarray, light_on_dark: bool) -> np.ndarray:
    """Turns the channels over in which ink is lighter than paper; on coloured paper each has its own way."""
    coarse = _fit(rgb, _POLARITY_SIDE)
    if np.ptp(np.median(coarse.reshape(-1, 3), axis=0)) < _COLOURED:
        return 255 - rgb if light_on_dark else rgb
    flipped = rgb.copy()
    for channel in range(3):
        gray = np.ascontiguousarray(coarse[..., channel])
        leaning = _leaning(gray, _POLARITY_SIDE // 8, float(np.median(gray)))
        if leaning > 0.5 or (light_on_dark and leaning > -0.5):
            flipped[..., channel] = 255 - flipped[..., channel]
    return flipped


def lean_light(rgb: np.ndarray) -> float:
    """Whether a picture's ink is lighter than its paper: from -1, surely darker, to 1, surely lighter.

    What departs from a running median is ink and noise; ink has the greater sum on its side. A wide
    window sees fat pens, narrower ones see past shadows and the edges of the sheet: the first that
    is sure decides. In small pictures, where a digit often fills the field, the corners and the
    edge tell what the paper is.
    """
    gray = cv2.cvtColor(_fit(rgb, _POLARITY_SIDE), cv2.COLOR_RGB2GRAY)
    if max(gray.shape) <= SMALL_SIDE:
        return _lean_by_edge(gray)
    border = float(np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])))
    leanings = []
    for reach in (_POLARITY_SIDE // 4, _POLARITY_SIDE // 8, _POLARITY_SIDE // 16):
        leanings.append(_leaning(gray, reach, border))
        if abs(leanings[-1]) > SURE:
            break
    return max(leanings, key=abs)


def _lean_by_edge(gray: np.ndarray) -> float:
    split, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = (gray <= split).astype(np.float32)
    corners = np.mean([dark[0, 0], dark[0, -1], dark[-1, 0], dark[-1, -1]])
    edge = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]]).mean()
    return float(2.0 * (corners + edge + dark.mean()) / 3.0 - 1.0)


def _leaning(gray: np.ndarray, reach: int, border: float) -> float:
    """From -1, all departures from the running median are darker, to 1, all are lighter."""
    padded = cv2.copyMakeBorder(gray, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=[border])
    off = padded.astype(np.float32) - cv2.medianBlur(padded, 2 * reach + 1)
    off = off[reach:-reach, reach:-reach]
    tolerance = 3.0 * float(np.median(np.abs(off))) + 4.0
    lighter = float(np.maximum(off - tolerance, 0).sum())
    darker = float(np.maximum(-off - tolerance, 0).sum())
    return (lighter - darker) / (lighter + darker + 1.0)


def _enlarge(rgb: np.ndarray) -> tuple[np.ndarray, int]:
    longer = max(rgb.shape[:2])
    if longer > SMALL_SIDE:
        return rgb, 1
    zoom = -(-ENLARGED_SIDE // longer)
    size = rgb.shape[1] * zoom, rgb.shape[0] * zoom
    return cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), zoom


def _fit(rgb: np.ndarray, longest: int) -> np.ndarray:
    height, width = rgb.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return rgb
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def _flat_paper(rgb: np.ndarray) -> np.ndarray:
    """One colour for the whole picture: the median of its lighter part."""
    value = rgb.min(axis=2)
    split, _ = cv2.threshold(value, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = rgb[value > min(split, int(value.max()) - 1)]
    return np.broadcast_to(np.median(light, axis=0), rgb.shape).astype(np.uint8)


def _uneven_paper(rgb: np.ndarray) -> np.ndarray:
    """The paper under dark ink, as bright as around it, at the size of `rgb`."""
    coarse = _fit(rgb, _COARSE_SIDE)
    longer = max(coarse.shape[:2])
    paper = _close(coarse, int(longer * _WIDEST_PEN))
    off = _strength(coarse, paper)
    mask, level = _threshold(off, _noise(off))
    if level > 0:
        pen = _pen_of(mask)
        paper = _close(coarse, int(np.clip(3.0 * pen + 3, 7, longer * _WIDEST_PEN)))
        off = _strength(coarse, paper)
        mask, _ = _find_mask(off, _noise(off))
        paper = _fill(coarse, paper, mask)
    height, width = rgb.shape[:2]
    return cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)


def _close(rgb: np.ndarray, side: int) -> np.ndarray:
    kernel = np.ones((side | 1, side | 1), np.uint8)
    closed = cv2.morphologyEx(rgb, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return cv2.medianBlur(closed, 5)


def _fill(rgb: np.ndarray, paper: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Smooth paper from the pixels that are not ink; `paper` where there are none near."""
    clear = 1.0 - cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    sigma = 4.0
    weight = cv2.GaussianBlur(clear, (0, 0), sigma) + 0.02
    total = cv2.GaussianBlur(rgb.astype(np.float32) * clear[..., None], (0, 0), sigma)
    total += 0.02 * paper
    return np.clip(total / weight[..., None], 0, 255).astype(np.uint8)


def _strength(rgb: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """How much darker than the paper each pixel is, as a fraction, in the colour that shows it best."""
    ratio = cv2.divide(rgb, np.maximum(paper, 1), scale=_PAPER_LEVEL)
    darkest = cv2.min(cv2.min(ratio[..., 0], ratio[..., 1]), ratio[..., 2])
    return 1.0 - darkest.astype(np.float32) * np.float32(1.0 / _PAPER_LEVEL)


def _noise(strength: np.ndarray) -> float:
    """Standard deviation of the paper's own strength, from its middle half."""
    sample = strength[::2, ::2] if strength.size > 100_000 else strength
    low, middle = np.quantile(sample, [0.10, 0.35])
    return float((middle - low) / 0.896) + float(middle) / _NOISE_STEPS


def _find_mask(strength: np.ndarray, noise: float) -> tuple[np.ndarray, float]:
    """The ink's mask, faint ends of strokes in it, and the strength of solid ink."""
    mask, level = _threshold(strength, noise)
    if level > 0:
        mask = _follow_faint(strength, mask, max(_floor(noise), _FAINT_INK * level))
    return mask, level


def _threshold(strength: np.ndarray, noise: float) -> tuple[np.ndarray, float]:
    """Where there is ink for sure, and the strength of solid ink."""
    floor = _floor(noise)
    values = strength[strength > floor]
    if values.size < 4:
        return np.zeros(strength.shape, dtype=bool), 0.0
    level = float(np.quantile(values, 0.85))
    return strength > max(floor, _EDGE_OF_INK * level), level


def _floor(noise: float) -> float:
    """The strength that paper alone does not reach."""
    return max(_NOISE_STEPS * noise, _FAINTEST)


def _follow_faint(strength: np.ndarray, mask: np.ndarray, faint: float) -> np.ndarray:
    """The ink and what hangs together with it of strokes as strong as `faint`; edges stay as they are."""
    pen = _pen_of(mask)
    reach = int(np.ceil(pen))
    weak = strength > faint
    beside = weak & ~_widen(mask, reach)
    _, labels, found, _ = cv2.connectedComponentsWithStats(beside.astype(np.uint8), connectivity=8)
    strokes = found[:, cv2.CC_STAT_AREA] > pen * pen
    strokes[0] = False
    if not strokes.any():
        return mask
    both = mask | (_widen(strokes[np.asarray(labels, dtype=np.int32)], reach + 1) & weak)
    _, labels = cv2.connectedComponents(both.astype(np.uint8), connectivity=8)
    return np.isin(labels, np.unique(labels[mask]))


def _widen(mask: np.ndarray, reach: int) -> np.ndarray:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def _pen_of(mask: np.ndarray) -> float:
    """The width of the pen, in pixels: twice the area over the length of the edges."""
    return 2.0 * mask.sum() / max(length_of_edges(mask), 1)


def length_of_edges(mask: np.ndarray) -> int:
    """How many pairs of neighbouring pixels are ink and paper."""
    flat = mask.astype(np.uint8)
    return int((flat[:, 1:] != flat[:, :-1]).sum() + (flat[1:] != flat[:-1]).sum())
