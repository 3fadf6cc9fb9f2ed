"""Pages with numbers on paper of many kinds, made of real pen strokes of writers that no model learned from.

Another maker than the one that trains the page detector, so that what one of them gets wrong shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from digitcnn.training.pen_strokes import Drawing
from testbed.numbers import Sample
from testbed.page import BLACK, FINE, GRAPHITE, NAVY, Page


def _rule(page: Page, step: float, color: tuple, width: float, *, squared: bool) -> None:
    for y in np.arange(step, page.size[1], step):
        page.line(np.array([(0, y), (page.size[0], y)]), color, width)
    for x in np.arange(step, page.size[0], step) if squared else ():
        page.line(np.array([(x, 0), (x, page.size[1])]), color, width)


def _plain(page: Page) -> str:
    return page.lines(page.rng.uniform(45, 80))


def _ruled(page: Page) -> str:
    height = page.rng.uniform(45, 80)
    _rule(
        page, height * page.rng.uniform(0.9, 1.5), (140, 165, 205), page.rng.uniform(0.8, 2.0), squared=False
    )
    return page.lines(height)


def _squared(page: Page) -> str:
    height = page.rng.uniform(45, 80)
    color = ((170, 190, 220), (120, 150, 215), (165, 165, 165))[page.rng.integers(3)]
    _rule(page, height * page.rng.uniform(0.3, 0.8), color, page.rng.uniform(0.8, 1.8), squared=True)
    return page.lines(height, color=(NAVY, BLACK)[page.rng.integers(2)])


def _desk(page: Page) -> str:
    rng, (width, height) = page.rng, page.size
    sheet = page.canvas.copy()
    noise = cv2.resize(rng.normal(0, 1, (height // 3, 12)).astype(np.float32), (width * FINE, height * FINE))
    page.canvas[:] = rng.uniform(30, 140) * np.array([1.0, rng.uniform(0.6, 0.9), rng.uniform(0.4, 0.7)])
    page.canvas *= (1.0 + 0.12 * noise)[..., None]
    left, top = rng.uniform(0.02, 0.1, 2) * page.size
    right, bottom = (1 - rng.uniform(0.02, 0.1, 2)) * page.size
    page.box(left, top, right, bottom, tuple(sheet[0, 0]))
    return page.lines(rng.uniform(45, 70))


def _shadow(page: Page) -> str:
    label = page.lines(page.rng.uniform(45, 80), color=BLACK)
    mask = np.zeros(page.canvas.shape[:2], np.uint8)
    edge, lean = page.size[0] * page.rng.uniform(0.2, 0.7) * FINE, page.rng.uniform(-80, 80) * FINE
    high, wide = page.canvas.shape[:2]
    corners = np.array([(edge, 0), (wide, 0), (wide, high), (edge + lean, high)])
    cv2.fillConvexPoly(mask, corners.astype(np.int32), (255,))
    mask = cv2.blur(mask, (int(page.rng.integers(1, 30)),) * 2)
    page.canvas *= 1.0 - page.rng.uniform(0.3, 0.6) * mask[..., None] / 255
    return label


def _colored(page: Page) -> str:
    colors = ((190, 40, 40), (30, 130, 60), (130, 60, 150), (200, 110, 20), (40, 120, 190))
    return page.lines(page.rng.uniform(45, 80), color=colors[page.rng.integers(5)])


def _faint(page: Page) -> str:
    return page.lines(page.rng.uniform(45, 80), color=GRAPHITE, strength=page.rng.uniform(0.3, 0.6))


def _touching(page: Page) -> str:
    return page.lines(page.rng.uniform(50, 80), gap=(-0.15, 0.02))


def _form(page: Page) -> str:
    rng = page.rng
    height, count = rng.uniform(45, 70), int(rng.integers(3, 8))
    pitch, kind = height * rng.uniform(1.1, 1.4), int(rng.integers(4))
    left, top, air = page.size[0] * 0.08, page.size[1] * 0.3, height * rng.uniform(0.1, 0.25)
    color = ((50, 50, 50), (140, 170, 215))[rng.integers(2)]
    inset = 0.05 * pitch if kind == 0 else 0.0
    for cell in range(count):
        sides = left + cell * pitch + inset, top - air, left + (cell + 1) * pitch - inset, top + height + air
        if kind == 1:
            page.box(*sides, (225, 232, 240))
        if kind == 2:
            comb = np.array(
                [
                    (sides[0], top + height / 2),
                    (sides[0], sides[3]),
                    (sides[2], sides[3]),
                    (sides[2], top + height / 2),
                ]
            )
            page.line(comb, color, 1.5)
        else:
            page.box(*sides, color, 1.5)
    return page.write(left, top, height, count=count, pitch=pitch)[0]


def _separated(page: Page) -> str:
    """A date with slashes, a decimal with a comma or point, or a number with a dash."""
    height, parts, kind = page.rng.uniform(50, 80), [], int(page.rng.integers(4))
    x, y = page.size[0] * 0.08, page.size[1] * 0.4
    for part in range(3 if kind == 0 else 2):
        if part:
            low = y + height
            marks = {
                0: [(x + 0.35 * height, y - 0.05 * height), (x, low + 0.08 * height)],
                1: [(x + 0.08 * height, low - 0.1 * height), (x, low + 0.2 * height)],
                2: [(x + 0.05 * height, low - 0.03 * height), (x + 0.07 * height, low)],
                3: [(x, y + 0.5 * height), (x + 0.4 * height, y + 0.5 * height)],
            }[kind]
            page.line(np.array(marks), NAVY, page.pen * height)
            x += (0.5 if kind in (0, 3) else 0.28) * height
        label, x = page.write(x, y, height, count=int(page.rng.integers(1, 4)), gap=(0.12, 0.3))
        parts.append(label)
    return "".join(parts)


def _circled(page: Page) -> str:
    height = page.rng.uniform(60, 110)
    x, y = page.size[0] * 0.35, page.size[1] * 0.4
    label, end = page.write(x, y, height, count=int(page.rng.integers(1, 3)), gap=(0.12, 0.3))
    middle, wide = (x + end) / 2 - 0.1 * height, (end - x) / 2
    turn = np.linspace(0, 2.02 * np.pi, 60)
    reach = np.array([wide + 0.5 * height, height]) * page.rng.uniform(0.9, 1.1)
    page.line(
        np.array([middle, y + height / 2]) + reach * np.stack([np.cos(turn), np.sin(turn)], 1),
        NAVY,
        page.pen * height,
    )
    return label


def _underlined(page: Page) -> str:
    height = page.rng.uniform(50, 90)
    x, y = page.size[0] * 0.15, page.size[1] * 0.4
    label, end = page.write(x, y, height)
    for line in range(int(page.rng.integers(1, 3))):
        low = y + height * (page.rng.uniform(0.98, 1.2) + 0.12 * line)
        page.line(
            np.array([(x - 0.1 * height, low), (end, low + page.rng.normal(0, 2))]), NAVY, page.pen * height
        )
    return label


def _struck(page: Page) -> str:
    height = page.rng.uniform(45, 70)
    x, y = page.size[0] * 0.06, page.size[1] * 0.4
    _, end = page.write(x, y, height, count=int(page.rng.integers(2, 4)), gap=(0.1, 0.25))
    middle = y + height / 2
    page.line(
        np.array([(x - 0.1 * height, middle), (end, middle + page.rng.normal(0, 3))]),
        NAVY,
        page.pen * height,
    )
    page.placed.clear()
    return page.write(end + 0.5 * height, y, height, count=int(page.rng.integers(2, 5)), gap=(0.1, 0.25))[0]


def _note(page: Page) -> str:
    rng, (width, height) = page.rng, page.size
    tall = rng.uniform(35, 55)
    color = ((245, 225, 110), (210, 205, 195), (185, 185, 185), (250, 190, 200))[rng.integers(4)]
    left, top = rng.uniform(0.1, 0.4) * width, rng.uniform(0.1, 0.4) * height
    page.box(left, top, left + 6.2 * tall, top + 2.4 * tall, color)
    return page.write(
        left + 0.6 * tall, top + 0.7 * tall, tall, count=int(rng.integers(2, 6)), gap=(0.1, 0.25)
    )[0]


def _two_inks(page: Page) -> str:
    height = page.rng.uniform(50, 90)
    x, y = page.size[0] * 0.12, page.size[1] * 0.4
    first, end = page.write(x, y, height, count=2, color=BLACK)
    pale = tuple(page.canvas[0, 0] - page.rng.uniform(50, 90))
    return first + page.write(end, y, height, count=int(page.rng.integers(1, 4)), color=pale)[0]


def _printed(page: Page) -> str:
    label = _ruled(page) if page.rng.random() < 0.5 else _plain(page)
    text = ("12.10.2026 14:05", "No. 4711", "Page 12", "NOTES", "Form 33-B 2019")[page.rng.integers(5)]
    size = page.rng.uniform(0.5, 1.0)
    where = round(page.size[0] * 0.45 * FINE), round(page.size[1] * 0.1 * FINE)
    mask = np.zeros(page.canvas.shape[:2], np.uint8)
    cv2.putText(
        mask, text, where, int(page.rng.choice([0, 2, 3, 4])), size * FINE, (255,), 2 * FINE, cv2.LINE_AA
    )
    page.fill(mask, BLACK)
    return label


def _blank(page: Page) -> str:
    """No digit at all: texture, things, and lines of print."""
    rng = page.rng
    page.canvas[:] = rng.uniform(30, 230, 3)
    noise = cv2.resize(
        rng.normal(0, 1, tuple(rng.integers(4, 80, 2))).astype(np.float32), page.canvas.shape[1::-1]
    )
    page.canvas += (noise * rng.uniform(3, 30))[..., None]
    for _ in range(int(rng.integers(0, 14))):
        path = np.cumsum(rng.normal(0, 60, (5, 2)), axis=0) + rng.uniform((0, 0), page.size)
        smooth = cv2.resize(path.astype(np.float32), (2, 40), interpolation=cv2.INTER_CUBIC)
        page.line(
            smooth if rng.random() < 0.4 else path[:2], tuple(rng.uniform(0, 255, 3)), rng.uniform(1, 25)
        )
    for _ in range(int(rng.integers(0, 5))):
        mask = np.zeros(page.canvas.shape[:2], np.uint8)
        words = " ".join(
            "".join(rng.choice(list("abcdefghkmnprstuvwxyz"), rng.integers(2, 9))) for _ in range(5)
        )
        where = rng.integers((0, 0), np.array(page.size) * FINE).tolist()
        cv2.putText(
            mask, words, where, int(rng.integers(0, 8)), rng.uniform(0.5, 2.5), (255,), 2, cv2.LINE_AA
        )
        page.fill(mask, tuple(rng.uniform(0, 255, 3)))
    return ""


KINDS: dict[str, Callable[[Page], str]] = {
    "plain": _plain,
    "ruled": _ruled,
    "squared": _squared,
    "sheet on a desk": _desk,
    "shadow": _shadow,
    "colored ink": _colored,
    "faint pencil": _faint,
    "touching": _touching,
    "form boxes": _form,
    "slash, comma, point, dash": _separated,
    "circled": _circled,
    "underlined": _underlined,
    "struck out": _struck,
    "note on a pale table": _note,
    "two inks": _two_inks,
    "beside print": _printed,
    "no digit": _blank,
}
"""What a page is like, by name: each draws on a page and returns its label."""


def make_pages(pens: dict[str, list[Drawing]], kind: str, count: int, *, seed: int = 11) -> list[Sample]:
    """Pages of one kind, 560 to 900 pixels wide: sources are (height, width, 3) uint8 arrays.

    Args:
        pens: from `load_pens`.
        kind: of `KINDS`.
        count: how many pages.
        seed: the same makes the same pages.
    """
    return [sample for sample, _ in make_boxed_pages(pens, kind, count, seed=seed)]


def make_boxed_pages(
    pens: dict[str, list[Drawing]], kind: str, count: int, *, seed: int
) -> Iterator[tuple[Sample, list[tuple[np.ndarray, int]]]]:
    """As `make_pages`, each with the box [[left, top], [right, bottom]] and the label of its digits."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    for _ in range(count):
        size = int(rng.integers(560, 900)), int(rng.integers(330, 480))
        page = Page(pens, rng, size)
        label = KINDS[kind](page)
        yield Sample(page.photograph(), label, kind), page.placed
