"""Which drawing a message of the canvas tells of: the present one, or one that was just taken away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from digitcnn.web.draw.history import History

MAX_LEFT = 8
"""Sheets that are remembered: what comes from before that is forgotten."""


@dataclass(frozen=True)
class Sheet:
    """What the canvas was last told to begin from; every undo, sample and so on puts a new one there.

    The canvas hears of a new sheet some 100 ms late, and a person goes on drawing on the old one meanwhile.

    Attributes:
        number: of this sheet, from 0.
        heard: the canvas has sent something from this sheet.
        left: of earlier sheets, how many objects on them are accounted for.
    """

    number: int = 0
    heard: bool = False
    left: Mapping[int, int] = field(default_factory=dict)

    @property
    def ground(self) -> str:
        """The sheet's number as a transparent color, the only thing that the canvas gives back unchanged."""
        red, green, blue = self.number.to_bytes(3, "big")
        return f"rgba({red}, {green}, {blue}, 0)"

    def turn(self, objects: int) -> Sheet:
        """The next sheet, after this one with so many objects on it."""
        left = dict([*self.left.items(), (self.number, objects)][-MAX_LEFT:])
        return Sheet((self.number + 1) % 2**24, False, left)


def take_over(history: History, sheet: Sheet, raw: Mapping[str, Any]) -> tuple[History, Sheet]:
    """What is drawn, now that the canvas has sent `raw`, its Fabric.js JSON; twice the same changes nothing.

    Returns:
        The drawing, and the sheet it lies on: a new one where strokes were drawn on a sheet that had
        already been taken away. They are put on top of what has come there since.
    """
    sent: Sequence[Mapping[str, Any]] = raw.get("objects") or []
    number = number_of_ground(raw.get("background"))
    if number == sheet.number:
        return _follow(history, sheet, sent), Sheet(sheet.number, True, sheet.left)
    known = sheet.left.get(number, len(sent))
    new = sent[known:]
    if not new:
        return history, sheet
    later = history.change([*history.as_canvas()["objects"], *new])
    followed = Sheet(sheet.number, sheet.heard, {**sheet.left, number: len(sent)})
    return later, followed.turn(len(history.now))


def number_of_ground(color: object) -> int:
    """The number of the sheet with this ground; 0 for one without."""
    found = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), 0\)", color) if isinstance(color, str) else None
    if not found:
        return 0
    red, green, blue = map(int, found.groups())
    return red << 16 | green << 8 | blue


def _follow(history: History, sheet: Sheet, sent: Sequence[Mapping[str, Any]]) -> History:
    """What the canvas sends of the present sheet: first the drawing that it was given, in its own words."""
    given = len(history.now)
    if not sheet.heard and len(sent) >= given:
        history = history.restate(sent[:given])
    return history.change(sent)
