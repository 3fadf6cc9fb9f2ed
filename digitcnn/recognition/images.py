"""Pictures to readings: of several hypotheses about the ink, the one whose digits are most probable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from digitcnn.errors import InputError
from digitcnn.ink.house_digit import SIDE
from digitcnn.ink.images.binarize import Ink, binarize
from digitcnn.ink.images.components import find_components, make_segment_digit
from digitcnn.ink.images.cuts import Segment, crop_segment, cut_out
from digitcnn.ink.images.level_strokes import LevelStroke, paint_over
from digitcnn.ink.images.load import Picture
from digitcnn.ink.images.page import find_pages, is_drawn, is_page, isolate_digits, isolate_page, may_be_page
from digitcnn.ink.images.rotation import turn_box_back, turn_picture
from digitcnn.ink.images.selection import choose_digit
from digitcnn.ink.strokes import Box
from digitcnn.recognition.classifier import Classifier
from digitcnn.recognition.pages.detector import LONGEST_SIDE, PageDetection
from digitcnn.recognition.pages.evidence import CLEAR, detect_digits
from digitcnn.recognition.pages.marks import (
    find_strokes,
    find_underlines,
    without_crossed_out,
    without_rings,
    without_signs,
)
from digitcnn.recognition.pages.places import matches, overlap
from digitcnn.recognition.pages.settled import SettledPage, mean_evidence, settle_page
from digitcnn.recognition.reading import Digit, PrintedDigit, Reading
from digitcnn.recognition.segments import MANY, SURE, classify_segments, find_segments, read_segments
from digitcnn.time_budget import within_time_budget

_MIN_GAIN = 0.1
"""By how much the mean digit probability of a second hypothesis must exceed that of the first."""

_EXPECTED_DIGIT = 0.985
"""Rejection threshold where the caller expects one digit."""

_ELSEWHERE = 0.1
"""Digits that share at most this much of the smaller one's box stand in different places."""

_MAX_SAMPLED = 24
_DOUBTFUL = 0.75
_TURN_EVIDENCE = 0.35
_MIN_LEAD = 3.0
"""By how much the log-probabilities must rise, on average and in all, to turn a page."""

_MIN_FOUND = 0.6
"""A turned page that shows more than this share of the digits that were read shows enough of them."""

_AROUND, _LITTERED = 0.25, 1.3
"""Margin around digits, in their heights; with this many times as much ink as there, a page is littered."""

_UPRIGHT, _FEW_UPRIGHT = 0.95, 0.98
"""Digits that are more probable than this on average stand upright: many digits, and few."""


@dataclass(frozen=True, eq=False)
class _Hypothesis:
    """One reading of a picture's ink.

    Attributes:
        ink: of the picture as it lies.
        lines: boxes are in the pixels of the input.
        elsewhere: what less probable hypotheses read for sure where this one has no ink.
    """

    ink: Ink
    lines: list[list[Digit]]
    elsewhere: tuple[Digit, ...] = ()

    @property
    def digit_probability(self) -> float:
        """The mean probability of the nearest digits, 0 where there are no lines."""
        return float(np.mean([digit.nearest_probability for line in self.lines for digit in line] or [0.0]))


def read_digit(classifier: Classifier, picture: Picture) -> tuple[Reading, Ink]:
    """Reads a picture of one digit; no lines where there is no ink."""
    best = _find_best(binarize(picture), lambda ink: _read_whole(classifier, ink))
    return _make_reading(best.lines), best.ink


def read_number(classifier: Classifier, picture: Picture) -> tuple[Reading, Ink]:
    """Reads a picture of numbers, line by line; no lines where there is no ink.

    Raises:
        InputError: there is more ink than digits have, and no digit is found in it.
    """
    crowded: InputError | None = None
    try:
        page, ink = _read_page(classifier, picture)
    except InputError as error:
        crowded, page, ink = error, SettledPage([], [], is_clean=False), binarize(picture)
    turns = _find_page_turns(classifier, picture, page, ink)
    if turns:
        turned = _read_turned(classifier, picture, turns)
        if turned.support > page.support:
            page, crowded = turned, None
        else:
            turns = 0
    if crowded:
        raise crowded

    def turn_back(box: Box) -> Box:
        return turn_box_back(box, turns, picture.width, picture.height)

    upright = [[replace(digit, box=turn_back(digit.box)) for digit in line] for line in page.lines]
    return _make_reading(upright, [PrintedDigit(turn_back(each.box)) for each in page.printed]), ink


def _read_page(classifier: Classifier, picture: Picture) -> tuple[SettledPage, Ink]:
    """What is on a picture as it lies, marks left out, and its ink."""
    page, ink = _settle(classifier, picture)
    strokes = find_strokes(page.lines, ink)
    lines = without_crossed_out(page.lines, strokes, ink)
    if ink.zoom == 1 and (underlines := find_underlines(lines, strokes, ink)):
        lines = _read_without(classifier, picture, lines, underlines, ink)
    lines = [line for line in (without_signs(without_rings(line)) for line in lines) if line]
    return replace(page, lines=lines), ink


def _read_turned(classifier: Classifier, picture: Picture, turns: int) -> SettledPage:
    """What is on a turned picture; nothing where there is more ink than digits have."""
    try:
        return _read_page(classifier, turn_picture(picture, turns))[0]
    except InputError:
        return SettledPage([], [], is_clean=False)


def _settle(classifier: Classifier, picture: Picture) -> tuple[SettledPage, Ink]:
    """The digits of a picture, and its ink.

    Raises:
        InputError: there is more ink than digits have, and no digit is found in it.
    """
    found = binarize(picture)
    detections = cache(lambda: detect_digits(picture))
    seen = cache(lambda: settle_page(classifier, picture, [], detections=detections()))
    try:
        if not is_drawn(picture):
            return _settle_photo(classifier, found, detections(), seen)
        # On plain paper all that is no paper is ink: nothing is left to be found.
        best = _find_best_page(classifier, found)
        return SettledPage(best.lines, [], is_clean=True), best.ink
    except InputError:
        # A texture has as many segments as a page of writing; the page detector is not misled by it.
        if not seen().lines:
            raise
        return seen(), found


def _settle_photo(
    classifier: Classifier, found: Ink, detections: Sequence[PageDetection], seen: Callable[[], SettledPage]
) -> tuple[SettledPage, Ink]:
    """As `_settle`, where more than ink may be on the paper, or beside it.

    Args:
        classifier: reads the digits.
        found: the ink of the picture.
        detections: of `detect_digits`.
        seen: the page as the detections alone show it.
    """
    picture = found.picture
    boxes = [each.box for each in detections if each.score > CLEAR and not each.printed]
    # Reading all the ink of a desk or of squared paper takes longer than all else, and tells little.
    if boxes and _is_littered(found, boxes) and seen().is_clean:
        return seen(), found
    best = _find_best_page(classifier, found)
    page = settle_page(classifier, picture, best.lines, best.elsewhere, detections=detections)
    if page.is_clean or not boxes:
        return page, best.ink
    if seen().is_clean:
        return seen(), best.ink
    # Shadows, rules and what lies beside the paper are out of the way here.
    close = _find_best_page(
        classifier, binarize(isolate_digits(picture, [picture.from_input(box) for box in boxes]))
    )
    again = settle_page(classifier, picture, close.lines, detections=detections)
    return again if again.is_clean or again.support > page.support else page, best.ink


def _is_littered(ink: Ink, boxes: Sequence[Box]) -> bool:
    """Whether much of the ink is outside of digits, which are in these boxes, in pixels of the input."""
    inside = 0
    for box in boxes:
        margin = _AROUND * box.height
        x, y = max(box.x - margin, 0.0), max(box.y - margin, 0.0)
        around = Box(x, y, box.right + margin - x, box.bottom + margin - y)
        left, top, right, bottom = _window_of(ink, around)
        inside += np.count_nonzero(ink.mask[top:bottom, left:right])
    return bool(np.count_nonzero(ink.mask) > _LITTERED * inside)


def _find_page_turns(classifier: Classifier, picture: Picture, page: SettledPage, ink: Ink) -> int:
    """How many quarter turns counterclockwise set a page upright: 0 unless its digits show otherwise."""
    if _stands_upright(page):
        return 0
    if is_drawn(picture):
        segments = find_segments(ink)
        return _find_turns(classifier, segments, classify_segments(classifier, ink, segments))
    # Lines, desks and print have no side up: what the detector finds tells more than all the ink.
    lying = _search_turned(classifier, picture, 0)
    if _stands_upright(lying):
        return 0
    pages = [lying, *(_search_turned(classifier, picture, turns) for turns in (1, 2, 3))]
    best = max(range(4), key=lambda turns: pages[turns].support)
    gain = pages[best].support - lying.support
    found = len(pages[best].digits)
    # Of small digits the detector sees few at this scale: then the page as it was read has more to say.
    is_better = pages[best].support > page.support or found > _MIN_FOUND * len(page.digits)
    return best if gain > _MIN_LEAD and found > 1 and is_better else 0


def _search_turned(classifier: Classifier, picture: Picture, turns: int) -> SettledPage:
    """What the page detector finds on a turned picture, at half the size."""
    turned = turn_picture(picture, turns)
    detections = detect_digits(turned, longest=LONGEST_SIDE // 2)
    return settle_page(classifier, turned, [], detections=detections)


def _stands_upright(page: SettledPage) -> bool:
    """Whether the digits of a page are as probable as those of upright pages."""
    least = _UPRIGHT if len(page.digits) >= MANY else _FEW_UPRIGHT
    return bool(page.digits) and float(np.exp(mean_evidence(page.digits))) > least


def _read_without(
    classifier: Classifier,
    picture: Picture,
    lines: list[list[Digit]],
    underlines: Sequence[LevelStroke],
    ink: Ink,
) -> list[list[Digit]]:
    """The lines as they read without these strokes; each digit as it reads more surely, with or without."""
    bare = replace(picture, rgb=paint_over(picture.rgb, ink.mask, underlines))
    again = _settle(classifier, bare)[0].lines
    # Where more is read than before, it was the lower side of a box, whose other sides are left.
    if not again or sum(map(len, again)) > sum(map(len, lines)):
        return lines
    before = [digit for line in lines for digit in line]

    def surer(digit: Digit) -> Digit:
        # A stroke may run through the foot of a 2: without it, it is a 7.
        same = [other for other in before if matches(digit.box, other.box)]
        return max([digit, *same], key=lambda each: each.nearest_probability)

    return [[surer(digit) for digit in line] for line in again]


def _make_reading(lines: Sequence[Sequence[Digit]], printed: Sequence[PrintedDigit] = ()) -> Reading:
    return Reading(tuple(tuple(line) for line in lines), tuple(printed))


def _find_best(found: Ink, read: Callable[[Ink], _Hypothesis]) -> _Hypothesis:
    """The most probable hypothesis: ink as it was found, the other polarity, or the picture's page alone.

    Only hypotheses that can win are read; one whose ink is the page itself, only if no other is probable.
    """
    # Reading a hypothesis costs ten times as much as finding its ink.
    picture, best = found.picture, _Hypothesis(found, [])
    others: list[_Hypothesis] = []
    pages = cache(lambda: find_pages(picture))
    page_like: list[Ink] = []

    def compare(other: _Hypothesis) -> None:
        nonlocal best
        others.append(other)
        best = _better(best, other)

    def consider(ink: Ink) -> None:
        if may_be_page(ink) and is_page(ink, pages()):
            page_like.append(ink)
        else:
            compare(read(ink))

    consider(found)
    # The other polarity deserves a reading only where this one left doubt.
    if not found.polarity_is_sure and best.digit_probability < 1.0 - _MIN_GAIN:
        consider(binarize(picture, light_on_dark=not found.light_on_dark))
    if best.digit_probability <= SURE:
        # A desk beside the paper spoils threshold and polarity: once more with the page alone.
        for page in pages():
            compare(read(replace(binarize(isolate_page(picture, page)), picture=picture)))
    for ink in page_like:
        # A bold digit may be as large and as straight as a page, but has no page of digits on it.
        if best.digit_probability <= SURE or sum(map(len, best.lines)) < MANY:
            other = read(ink)
            if other.digit_probability > SURE:
                return other
            compare(other)
    return replace(best, elsewhere=_find_elsewhere(best, others))


def _find_best_page(classifier: Classifier, found: Ink) -> _Hypothesis:
    return _find_best(found, lambda ink: _read_pages(classifier, ink))


def _find_elsewhere(best: _Hypothesis, others: Sequence[_Hypothesis]) -> tuple[Digit, ...]:
    """Sure digits of other hypotheses where `best` has read nothing: a shadow's edge parts ink from ink."""
    taken = [digit.box for line in best.lines for digit in line]
    found: list[Digit] = []
    for digit in (digit for other in others for line in other.lines for digit in line):
        is_sure = not digit.refused and digit.nearest_probability > SURE
        if is_sure and not any(overlap(digit.box, box) > _ELSEWHERE for box in taken):
            taken.append(digit.box)
            found.append(digit)
    return tuple(found)


def read_boxes(classifier: Classifier, picture: Picture, boxes: Sequence[Box]) -> tuple[list[Digit], Ink]:
    """Reads the ink in each box, in pixels of the input, as one digit; a box without ink is not a digit."""
    ink = binarize(picture)
    components = find_components(ink)
    segments = [cut_out(components, *_window_of(ink, box)) for box in within_time_budget(boxes)]
    inked = [segment for segment in segments if segment is not None]
    # Boxes say where digits are, not which way is up.
    turns = _find_turns(classifier, inked, classify_segments(classifier, ink, inked))
    read = iter(classify_segments(classifier, ink, inked, turns=turns, rejection_threshold=_EXPECTED_DIGIT))
    digits = [
        _read_blank(box) if segment is None else replace(next(read), box=box)
        for segment, box in zip(segments, boxes, strict=True)
    ]
    return digits, ink


def _better(first: _Hypothesis, second: _Hypothesis) -> _Hypothesis:
    """The more probable of two hypotheses; in doubt the first."""
    gain = second.digit_probability - first.digit_probability
    return second if not first.lines or (second.lines and gain > _MIN_GAIN) else first


def _read_whole(classifier: Classifier, ink: Ink) -> _Hypothesis:
    components = find_components(ink)
    chosen = choose_digit(components)
    if not chosen:
        return _Hypothesis(ink, [])
    segments = [crop_segment(components, chosen)]
    return _Hypothesis(
        ink, [classify_segments(classifier, ink, segments, rejection_threshold=_EXPECTED_DIGIT)]
    )


def _read_pages(classifier: Classifier, ink: Ink) -> _Hypothesis:
    segments = find_segments(ink)
    known = dict(zip(segments, classify_segments(classifier, ink, segments), strict=True))
    return _Hypothesis(ink, read_segments(classifier, ink, known))


def _find_turns(classifier: Classifier, segments: Sequence[Segment], digits: Sequence[Digit]) -> int:
    """How many quarter turns counterclockwise set segments upright: 0 unless they show otherwise."""
    pairs = zip(segments, digits, strict=True)
    # A long line looks the same upside down, and a 1 on its side is a dash.
    digitlike = [pair for pair in pairs if pair[0].extent < 2.2 * min(pair[0].width, pair[0].height)]
    sample = sorted(digitlike, key=lambda pair: -pair[0].extent)[:_MAX_SAMPLED]
    if len(sample) < 2:
        return 0
    upright = mean_evidence([digit for _, digit in sample])
    # Turning three times as much ink costs three times as long: only a page that reads badly is worth it.
    if np.exp(upright) > _DOUBTFUL:
        return 0
    scores = [upright]
    for turns in (1, 2, 3):
        pixels = np.stack([make_segment_digit(np.rot90(segment.coverage, turns)) for segment, _ in sample])
        scores.append(mean_evidence(classifier.classify_batch(pixels, [digit.box for _, digit in sample])))
    best = int(np.argmax(scores))
    gain = scores[best] - upright
    # Four digits that gain little may do so by chance; many that gain a little do not.
    return best if gain > _TURN_EVIDENCE and gain * len(sample) > _MIN_LEAD else 0


def _window_of(ink: Ink, box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box in the arrays of `ink`."""
    down = ink.mask.shape[0] / ink.picture.height
    across = ink.mask.shape[1] / ink.picture.width
    left, right = sorted((box.x * across, (box.x + box.width) * across))
    top, bottom = sorted((box.y * down, (box.y + box.height) * down))
    return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))


def _read_blank(box: Box) -> Digit:
    blank = np.zeros((SIDE, SIDE), dtype=np.float32)
    return Digit(np.full(10, 0.1, dtype=np.float32), 0.0, True, box, blank)
