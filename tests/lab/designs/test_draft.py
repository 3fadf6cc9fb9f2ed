from dataclasses import replace
from pathlib import Path

import pytest

from digitcnn.errors import InputError
from digitcnn.lab.designs import draft as drafts
from digitcnn.lab.designs.draft import Draft, keep_draft, recall_draft
from digitcnn.training.networks.layers import layer
from digitcnn.training.presets import PRESETS

SIMPLE = Draft.of_preset(PRESETS["simple"], name="mine")


def kinds(draft: Draft) -> list[str]:
    return [each.kind for each in draft.layers]


def test_a_preset_becomes_a_design_that_is_trained_alike():
    design = SIMPLE.finish()
    assert (design.layers, design.recipe.epochs) == (PRESETS["simple"].layers, 10)


def test_a_layer_goes_behind_the_chosen_one_or_to_the_end():
    assert kinds(SIMPLE.add("Dropout"))[-1] == "Dropout"
    added = replace(SIMPLE, chosen=0).add("Dropout")
    assert kinds(added)[:3] == ["Conv2D", "Dropout", "MaxPooling2D"]
    assert added.chosen == added.marks[1]
    assert len(set(added.marks)) == len(added.layers)


def test_layers_are_moved_doubled_changed_and_removed_by_their_marks():
    first, second = SIMPLE.marks[:2]
    moved = SIMPLE.move(first, 1)
    assert kinds(moved)[:2] == ["MaxPooling2D", "Conv2D"]
    assert moved.move(second, -1) == moved
    assert moved.move(first, -1) == SIMPLE
    assert kinds(SIMPLE.double(first))[:3] == ["Conv2D", "Conv2D", "MaxPooling2D"]
    assert SIMPLE.change(first, filters=7).layers[0] == layer("Conv2D", filters=7, padding="valid")
    assert kinds(SIMPLE.remove(first)) == kinds(SIMPLE)[1:]
    with pytest.raises(InputError, match="filters of Conv2D must be"):
        SIMPLE.change(first, filters=0)


def test_a_browser_finds_its_draft_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 2)
    unfinished = Draft.of_preset(PRESETS["tiny"], name="not yet!").add("Dense")
    keep_draft(unfinished, "a")
    found = recall_draft("a")
    assert found
    assert (found.name, found.layers, found.recipe) == ("not yet!", unfinished.layers, unfinished.recipe)
    assert recall_draft("b") is None
    for browser in "bc":
        keep_draft(SIMPLE, browser)
    assert [recall_draft(browser) is not None for browser in "abc"] == [False, True, True]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"name": "a", "layers": [3], "recipe": {}}', '{"layers": 1}']
)
def test_a_broken_draft_is_none(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    keep_draft(SIMPLE, "a")
    (tmp_path / ".designs" / ".drafts" / "a.json").write_text(text)
    assert recall_draft("a") is None
