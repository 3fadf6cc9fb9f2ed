"""Tells which revision of the drawing a message of the canvas belongs to: messages come late."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from digitcnn.web.draw.history import History

MAX_LEFT = 8
"""Earlier revisions that are remembered; messages from older ones are ignored."""


@dataclass(frozen=True)
class Revision:
    """The drawing that the canvas was last told to begin from; undo, samples and the like make a new one.

    The canvas hears of a new revision some 100 ms late; meanwhile the visitor draws on the old one.

    Attributes:
        number: counts revisions, from 0.
        heard: the canvas has sent a message from this revision.
        left: number of each earlier revision -> how many of its objects are accounted for.
    """

    number: int = 0
    heard: bool = False
    left: Mapping[int, int] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The number as a transparent background color, the only value that the canvas returns unchanged."""
        red, green, blue = self.number.to_bytes(3, "big")
        return f"rgba({red}, {green}, {blue}, 0)"

    def next(self, objects: int) -> Revision:
        """The revision after this one, on which `objects` objects lie."""
        left = dict([*self.left.items(), (self.number, objects)][-MAX_LEFT:])
        return Revision((self.number + 1) % 2**24, False, left)


def take_over(history: History, revision: Revision, raw: Mapping[str, Any]) -> tuple[History, Revision]:
    """Applies a message of the canvas; the same message twice changes nothing.

    Args:
        history: the drawing so far.
        revision: that the canvas was last told.
        raw: the message, Fabric.js JSON.

    Returns:
        The drawing, and its revision: a new one where strokes were drawn on an earlier revision. They are
        put on top of the present drawing.
    """
    sent: Sequence[Mapping[str, Any]] = raw.get("objects") or []
    number = parse_tag(raw.get("background"))
    if number == revision.number:
        return _follow(history, revision, sent), Revision(revision.number, True, revision.left)
    known = revision.left.get(number, len(sent))
    new = sent[known:]
    if not new:
        return history, revision
    later = history.change([*history.as_canvas()["objects"], *new])
    followed = Revision(revision.number, revision.heard, {**revision.left, number: len(sent)})
    return later, followed.next(len(history.now))


def parse_tag(color: object) -> int:
    """The number of the revision with this tag; 0 for any other color."""
    found = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), 0\)", color) if isinstance(color, str) else None
    if not found:
        return 0
    red, green, blue = map(int, found.groups())
    return red << 16 | green << 8 | blue


def _follow(history: History, revision: Revision, sent: Sequence[Mapping[str, Any]]) -> History:
    """Applies a message from the present revision; the first one restates the drawing it began from."""
    given = len(history.now)
    if not revision.heard and len(sent) >= given:
        history = history.restate(sent[:given])
    return history.change(sent)
