"""A design that is being worked on: its layers may not fit together yet."""

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from digitcnn.errors import InputError
from digitcnn.lab.designs.design import MAX_LAYERS, RECIPE, Design, layers_as_json, layers_from_json
from digitcnn.lab.designs.store import designs_root
from digitcnn.run_folder import write_json
from digitcnn.training.networks.layers import DesignLayer, layer
from digitcnn.training.networks.of_presets import Network
from digitcnn.training.presets import Preset, Recipe

MAX_DRAFTS = 300
"""Kept at most, one per browser; the oldest goes."""


@dataclass(frozen=True)
class Draft:
    """A design on its way.

    Attributes:
        name: as typed so far.
        layers: in order, without the last one.
        marks: a number of each layer that stays with it when layers are moved.
        chosen: the mark of the layer that is being changed; None for none.
        recipe: how it will be trained.
    """

    name: str = "my-cnn"
    layers: Network = ()
    marks: tuple[int, ...] = ()
    chosen: int | None = None
    recipe: Recipe = RECIPE

    @classmethod
    def of_preset(cls, preset: Preset, *, name: str) -> "Draft":
        """A preset's layers and recipe, to be changed."""
        recipe = replace(preset.recipe, one_hot=RECIPE.one_hot, data=RECIPE.data)
        return cls(name, preset.layers, tuple(range(len(preset.layers))), None, recipe)

    def finish(self) -> Design:
        """The design.

        Raises:
            InputError: the name is not allowed, or a layer does not fit.
        """
        return Design(self.name, self.layers, self.recipe)

    def add(self, kind: str) -> "Draft":
        """With a layer of a kind behind the chosen one, or at the end; it is the chosen one then."""
        return self._insert(layer(kind))

    def double(self, mark: int) -> "Draft":
        """With a layer once more, behind itself."""
        return replace(self, chosen=mark)._insert(self.layers[self.marks.index(mark)])

    def change(self, mark: int, **options: Any) -> "Draft":
        """With other options of a layer.

        Raises:
            InputError: a value is outside of its limits.
        """
        at = self.marks.index(mark)
        old = self.layers[at]
        new = layer(old.kind, **old.options | options)
        return replace(self, layers=(*self.layers[:at], new, *self.layers[at + 1 :]))

    def move(self, mark: int, by: int) -> "Draft":
        """With a layer further up (-1) or down (1); the same where it stands at the end."""
        at = self.marks.index(mark)
        to = min(max(at + by, 0), len(self.layers) - 1)
        layers, marks = list(self.layers), list(self.marks)
        layers.insert(to, layers.pop(at))
        marks.insert(to, marks.pop(at))
        return replace(self, layers=tuple(layers), marks=tuple(marks))

    def remove(self, mark: int) -> "Draft":
        """Without a layer."""
        at = self.marks.index(mark)
        layers, marks = self.layers[:at] + self.layers[at + 1 :], self.marks[:at] + self.marks[at + 1 :]
        return replace(self, layers=layers, marks=marks, chosen=None)

    def _insert(self, new: DesignLayer) -> "Draft":
        if len(self.layers) >= MAX_LAYERS:
            raise InputError(f"A design has at most {MAX_LAYERS} layers: remove one first.")
        at = self.marks.index(self.chosen) + 1 if self.chosen in self.marks else len(self.layers)
        mark = max(self.marks, default=-1) + 1
        layers = (*self.layers[:at], new, *self.layers[at:])
        return replace(self, layers=layers, marks=(*self.marks[:at], mark, *self.marks[at:]), chosen=mark)


def keep_draft(draft: Draft, browser: str) -> None:
    """Keeps a browser's draft, so that a reload or a restart of the server loses nothing."""
    path = _draft_of(browser)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            _forget_oldest(path.parent)
        kept = {"name": draft.name, "layers": layers_as_json(draft.layers), "recipe": asdict(draft.recipe)}
        write_json(path, kept)
    except OSError:
        # A full disk must not keep anybody from designing: the draft lasts as long as the visit.
        return


def recall_draft(browser: str) -> Draft | None:
    """A browser's draft; None where there is none that can be read."""
    try:
        kept = json.loads(_draft_of(browser).read_text(encoding="utf-8"))
        layers = layers_from_json(kept["layers"])
        names = {entry.name for entry in fields(Recipe)}
        recipe = replace(RECIPE, **{key: value for key, value in kept["recipe"].items() if key in names})
        return Draft(str(kept["name"]), layers, tuple(range(len(layers))), None, recipe)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError):
        return None


def _draft_of(browser: str) -> Path:
    return designs_root() / ".drafts" / f"{browser}.json"


def _forget_oldest(root: Path) -> None:
    kept = sorted(root.glob("*.json"), key=os.path.getmtime)
    for path in kept[: max(0, len(kept) + 1 - MAX_DRAFTS)]:
        path.unlink(missing_ok=True)
