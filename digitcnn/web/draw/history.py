"""A drawing with its undo and redo steps."""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_STEPS = 50

Objects = tuple[str, ...]
"""The objects on a canvas in drawing order, each as the JSON in which the canvas describes it.

Fifty strokes of handwriting take 0.1 MB this way, and five to six times as much as Python lists and numbers.
"""


@dataclass(frozen=True, eq=False)
class History:
    """A drawing with its past and its future.

    Attributes:
        now: the objects on the canvas.
        past: the drawings that undo leads to, the next one last.
        future: the drawings that redo leads to, the next one last.
    """

    now: Objects = ()
    past: tuple[Objects, ...] = ()
    future: tuple[Objects, ...] = ()

    def change(self, objects: Sequence[Mapping[str, Any]]) -> History:
        """Replaces the drawing, which ends redo.

        Strokes that came in one message are still undone one by one.
        """
        new = self._share(objects)
        if len(new) == len(self.now) and all(map(operator.is_, new, self.now)):
            return self
        longer = all(one is other for one, other in zip(self.now, new, strict=False))
        between = [new[:count] for count in range(len(self.now) + 1, len(new))] if longer else []
        return History(new, (*self.past, self.now, *between)[-MAX_STEPS:])

    def as_canvas(self) -> dict[str, Any]:
        """The drawing as the canvas itself describes it."""
        return {"objects": [json.loads(entry) for entry in self.now]}

    @classmethod
    def begin(cls, objects: Sequence[Mapping[str, Any]]) -> History:
        """A drawing as if it had just been drawn, object by object."""
        return cls().change(objects) if objects else cls()

    def restate(self, objects: Sequence[Mapping[str, Any]]) -> History:
        """The same drawing as the canvas describes it; no step."""
        return History(tuple(map(_as_text, objects)), self.past, self.future)

    def undo(self) -> History:
        """A step back, if there is one."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (*self.future, self.now))

    def redo(self) -> History:
        """A step forward again, if one was taken back."""
        if not self.future:
            return self
        return History(self.future[-1], (*self.past, self.now), self.future[:-1])

    def _share(self, objects: Sequence[Mapping[str, Any]]) -> Objects:
        """Objects that are on the canvas already stay the same strings: fifty steps cost little memory."""
        known = {entry: entry for entry in self.now}
        return tuple(known.get(entry, entry) for entry in map(_as_text, objects))


def _as_text(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, separators=(",", ":"))
